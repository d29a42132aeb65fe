package dev.crucible.executor;

import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of each engine. The first look is waited for; later ones happen in the background, at most once in
 * {@link #FRESH_FOR} for each engine and only when somebody asks. Thread-safe.
 */
final class EngineBoard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineBoard.class);
    private static final Duration FRESH_FOR = Duration.ofSeconds(60);

    private final InstantSource clock;
    private final List<Entry> entries = new ArrayList<>();
    private final ExecutorService probes;

    EngineBoard(List<Engine> engines, InstantSource clock) {
        this.clock = clock;
        engines.forEach(engine -> entries.add(new Entry(engine)));
        this.probes = Threads.bounded("engine-probe", Math.max(1, engines.size()), Math.max(1, engines.size()));
    }

    /** In the order they were given. Waits for the first look. */
    List<EngineStatus> all() {
        entries.forEach(Entry::refresh);
        return entries.stream().map(Entry::status).toList();
    }

    /** Waits for the first look at this engine. Null is never stored: an unknown engine is the caller's to refuse. */
    EngineStatus of(Engine engine) {
        for (Entry entry : entries) {
            if (entry.engine == engine) {
                entry.refresh();
                return entry.status();
            }
        }
        throw new IllegalArgumentException("the engine is not on the board");
    }

    /** Begins to look at every engine, without waiting. */
    void refresh() {
        entries.forEach(Entry::refresh);
    }

    @Override
    public void close() {
        probes.shutdownNow();
    }

    private final class Entry {
        private final Engine engine;
        private final CompletableFuture<EngineStatus> first = new CompletableFuture<>();
        private volatile Instant lookedAt = Instant.MIN;
        private volatile EngineStatus latest;

        Entry(Engine engine) {
            this.engine = engine;
            this.latest = broken("It has not been looked at yet.");
        }

        EngineStatus status() {
            first.join();
            return latest;
        }

        synchronized void refresh() {
            Instant now = clock.instant();
            if (!probes.isShutdown() && (lookedAt.equals(Instant.MIN) || !now.isBefore(lookedAt.plus(FRESH_FOR)))) {
                lookedAt = now;
                probes.execute(this::look);
            }
            if (probes.isShutdown()) {
                first.complete(latest);
            }
        }

        private void look() {
            EngineStatus before = latest;
            try {
                latest = engine.probe();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).addKeyValue("engine", engine.name()).log("Looking at an engine failed; it counts as unavailable");
                latest = broken("Looking at it failed: " + e.getMessage());
            }
            if (!first.isDone() || before.available() != latest.available()) {
                LOG.atDebug().addKeyValue("engine", engine.name()).addKeyValue("available", latest.available()).log(latest.detail());
            }
            first.complete(latest);
        }

        private EngineStatus broken(String detail) {
            return new EngineStatus(
                    engine.name(), false, null, detail, "Read the server's log for the cause.", List.of(), Map.of());
        }
    }
}
