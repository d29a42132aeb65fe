package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.EvaluationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Heals what a crash between storing and enqueueing leaves behind: an evaluation that waits for a queue that never heard
 * of it. It looks once at the start, when nothing is under way, and then at what is old enough not to be under way.
 */
public final class Reconciler implements Part {
    private static final Logger LOG = LoggerFactory.getLogger(Reconciler.class);
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration OLD_ENOUGH = Duration.ofSeconds(10);
    private static final int PAGE = 1_000;

    private final EvaluationStore store;
    private final Strays strays;
    private final InstantSource clock;
    private @Nullable ScheduledExecutorService timer;
    private Set<EvaluationId> suspects = Set.of();

    public Reconciler(EvaluationStore store, TaskQueue queue, InstantSource clock) {
        this.store = requireNonNull(store, "store is null");
        this.strays = new Strays(store, queue);
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Enqueues every stray before it returns, then looks again every 30 s. */
    @Override
    public synchronized void start() {
        enqueueAll();
        timer = Threads.scheduler("reconciler");
        timer.scheduleWithFixedDelay(this::lookQuietly, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void close() {
        if (timer != null) {
            timer.shutdownNow();
        }
    }

    /**
     * One look while the server runs. A cancellation may have left the queue and not yet reached the record, so only
     * what was a stray in the look before as well is enqueued.
     *
     * @return how many were enqueued
     */
    synchronized int look() {
        Set<EvaluationId> seen = new HashSet<>();
        int enqueued = 0;
        for (EvaluationId id : unfinished(clock.instant().minus(OLD_ENOUGH))) {
            if (suspects.contains(id)) {
                enqueued += strays.enqueue(id) ? 1 : 0;
            } else if (strays.is(id)) {
                seen.add(id);
            }
        }
        suspects = seen;
        return enqueued;
    }

    private void enqueueAll() {
        int enqueued = 0;
        for (EvaluationId id : unfinished(clock.instant().plus(OLD_ENOUGH))) {
            enqueued += strays.enqueue(id) ? 1 : 0;
        }
        if (enqueued > 0) {
            LOG.atInfo().addKeyValue("evaluations", enqueued)
                    .log("Evaluations were stored but not queued when the server last ended; they are queued now");
        }
    }

    private void lookQuietly() {
        try {
            int enqueued = look();
            if (enqueued > 0) {
                LOG.atWarn().addKeyValue("evaluations", enqueued)
                        .log("Evaluations were stored but not queued; they are queued now");
            }
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("error_code", e.code().code()).setCause(e)
                    .log("Could not look for evaluations that are not queued; the next look is in {} s", EVERY.toSeconds());
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("Looking for evaluations that are not queued failed; it goes on in {} s",
                    EVERY.toSeconds());
        }
    }

    private List<EvaluationId> unfinished(Instant before) {
        List<EvaluationId> all = new ArrayList<>();
        List<EvaluationId> page;
        do {
            page = store.unfinished(before, all.isEmpty() ? null : all.get(all.size() - 1), PAGE);
            all.addAll(page);
        } while (page.size() == PAGE);
        return all;
    }
}
