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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of each engine. The first look is waited for; later ones happen in the background, at most once in
 * {@link #FRESH_FOR} for each engine and only when somebody asks. Thread-safe.
 *
 * <p>Behind the first look that finds an engine, and behind the first one an hour after, its limits are proven, also in
 * the background. Until then it counts as what the look says, and its status says that the proof is under way: users wait
 * for a second or two less, and what runs meanwhile runs behind the same walls. From a failed proof on it is not
 * available, and is tried again a minute later. A proof that could not be run says nothing: what was known before stands.
 */
final class EngineBoard implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineBoard.class);
    private static final Duration FRESH_FOR = Duration.ofSeconds(60);
    private static final Duration PROVEN_FOR = Duration.ofHours(1);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final InstantSource clock;
    private final Prover prover;
    private final List<Entry> entries = new ArrayList<>();
    private final ExecutorService probes;

    EngineBoard(List<Engine> engines, InstantSource clock, Prover prover) {
        this.clock = clock;
        this.prover = prover;
        engines.forEach(engine -> entries.add(new Entry(engine)));
        int threads = 2 * Math.max(1, engines.size());
        this.probes = Threads.bounded("engine-probe", threads, threads);
    }

    /** In the order they were given. Waits for the first look. */
    List<EngineStatus> all() {
        refresh();
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

    /** Begins to look at every engine whose last look is old, without waiting, and to prove its limits if that is due. */
    void refresh() {
        entries.forEach(Entry::refresh);
    }

    /** Looks at every engine, proves the limits of those that work, and waits for all of it. */
    List<EngineStatus> prove() {
        List<CompletableFuture<Void>> proofs = new ArrayList<>();
        try {
            entries.forEach(entry -> proofs.add(CompletableFuture.runAsync(() -> entry.look(true), probes)));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().log("Engines are being looked at already, or no more");
        }
        proofs.forEach(CompletableFuture::join);
        return all();
    }

    /** Interrupts the looks under way and waits for their end a little: they must not open boxes of engines that close. */
    @Override
    public void close() {
        probes.shutdownNow();
        try {
            if (!probes.awaitTermination(CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("An engine is still being looked at; its boxes are closed under it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The latest word on an engine's limits.
     *
     * @param trouble why they could not be proven when that was last tried, or null
     */
    private record Proven(List<LimitProof> proofs, @Nullable String trouble, Instant at) {
        List<LimitProof> failed() {
            return proofs.stream().filter(proof -> !proof.held()).toList();
        }

        boolean settled() {
            return trouble == null && failed().isEmpty();
        }
    }

    private final class Entry {
        private final Engine engine;
        private final CompletableFuture<EngineStatus> first = new CompletableFuture<>();
        /** Held by a look, so that two never look at once. */
        private final Object looking = new Object();

        private final AtomicBoolean asked = new AtomicBoolean();
        private volatile Instant lookedAt = Instant.MIN;
        private volatile EngineStatus latest;
        private volatile @Nullable Proven proven;

        Entry(Engine engine) {
            this.engine = engine;
            this.latest = broken("It has not been looked at yet.");
        }

        EngineStatus status() {
            first.join();
            return judged(latest, proven).with(engine.pool());
        }

        void refresh() {
            boolean fresh = !lookedAt.equals(Instant.MIN) && clock.instant().isBefore(lookedAt.plus(FRESH_FOR));
            if (fresh || !asked.compareAndSet(false, true)) {
                return;
            }
            try {
                probes.execute(() -> {
                    try {
                        look(false);
                    } finally {
                        asked.set(false);
                    }
                });
            } catch (RejectedExecutionException e) {
                asked.set(false);
                first.complete(latest);
            }
        }

        void look(boolean prove) {
            synchronized (looking) {
                boolean before = latest.available();
                latest = looked();
                lookedAt = clock.instant();
                if (!first.isDone() || before != latest.available()) {
                    LOG.atDebug().addKeyValue("engine", engine.name()).addKeyValue("available", latest.available()).log(latest.detail());
                }
                if (!before || !latest.available()) {
                    // Whatever made it come or go may have changed its limits with it.
                    proven = null;
                }
                first.complete(latest);
                if (latest.available() && (prove || due())) {
                    proven = proveNow();
                }
            }
        }

        private EngineStatus looked() {
            try {
                return engine.probe();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).addKeyValue("engine", engine.name()).log("Looking at an engine failed; it counts as unavailable");
                return broken("Looking at it failed: " + e.getMessage());
            }
        }

        private boolean due() {
            Proven known = proven;
            return known == null || !known.settled() || !clock.instant().isBefore(known.at().plus(PROVEN_FOR));
        }

        private Proven proveNow() {
            Proven before = proven;
            try {
                Proven now = new Proven(prover.prove(engine, latest), null, clock.instant());
                for (LimitProof failed : now.failed()) {
                    LOG.atError().addKeyValue("engine", engine.name()).addKeyValue("limit", failed.name())
                            .log("An engine does not hold a limit, so it is not used any more: {}", failed.evidence());
                }
                return now;
            } catch (RuntimeException e) {
                LOG.atWarn().addKeyValue("engine", engine.name())
                        .log("An engine's limits could not be proven; it is tried again in a minute: {}", e.getMessage());
                List<LimitProof> known = before == null ? List.of() : before.proofs();
                return new Proven(known, String.valueOf(e.getMessage()), clock.instant());
            }
        }

        private EngineStatus broken(String detail) {
            return new EngineStatus(
                    engine.name(), false, null, detail, "Read the server's log for the cause.", List.of(), Map.of());
        }
    }

    private static EngineStatus judged(EngineStatus looked, @Nullable Proven proven) {
        if (!looked.available()) {
            return looked;
        }
        if (proven == null) {
            return looked.with(List.of(), "Its limits are being proven.");
        }
        List<LimitProof> failed = proven.failed();
        if (!failed.isEmpty()) {
            StringBuilder why = new StringBuilder("It does not hold its limits on this host.");
            failed.forEach(proof -> why.append(' ').append(proof.name()).append(": ").append(proof.evidence()));
            return looked.withdrawn(proven.proofs(), why.toString(), Wall.remedy(failed.get(0).name()));
        }
        if (proven.trouble() == null) {
            return looked.with(proven.proofs(), "");
        }
        String since = proven.proofs().isEmpty() ? "Its limits could not be proven yet" : "Its limits could not be proven again";
        return looked.with(proven.proofs(), since + ": " + proven.trouble());
    }
}
