package dev.crucible.api;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.lifecycle.EvaluationLifecycle;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells when evaluations end, without a thread for each that waits: one subscription to the lifecycle, and a future for each
 * watch. A watch that is set before the status is read misses nothing. Thread-safe.
 */
final class Endings implements AutoCloseable {
    /** Waiting costs memory, so it is bounded; one too many is told at once that its time is over. */
    private static final int MAX_WATCHES = 20_000;

    private final ConcurrentMap<EvaluationId, Set<Watch>> watches = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final EvaluationLifecycle.Subscription subscription;
    private volatile boolean closed;

    Endings(EvaluationLifecycle lifecycle) {
        this.subscription = lifecycle.onEnd(this::on);
    }

    /** Watches an evaluation from now on; the watch must be closed. */
    Watch watch(EvaluationId id) {
        Watch watch = new Watch(id);
        if (count.incrementAndGet() > MAX_WATCHES || closed) {
            watch.ended.complete(Optional.empty());
        }
        watches.compute(id, (key, set) -> {
            Set<Watch> all = set == null ? ConcurrentHashMap.newKeySet() : set;
            all.add(watch);
            return all;
        });
        return watch;
    }

    /** Ends every watch as if its time were over, and later ones too. */
    void giveUp() {
        closed = true;
        watches.values().forEach(set -> set.forEach(watch -> watch.ended.complete(Optional.empty())));
    }

    @Override
    public void close() {
        subscription.close();
        giveUp();
    }

    private void on(EvaluationLifecycle.Ended end) {
        Set<Watch> set = watches.get(end.id());
        if (set != null) {
            set.forEach(watch -> watch.ended.complete(Optional.of(end.status())));
        }
    }

    /** One who waits for one evaluation. */
    final class Watch implements AutoCloseable {
        private final EvaluationId id;
        private final CompletableFuture<Optional<EvaluationStatus>> ended = new CompletableFuture<>();

        private Watch(EvaluationId id) {
            this.id = id;
        }

        /** Completes with the terminal status, or empty when the wait was given up. Never fails. */
        CompletableFuture<Optional<EvaluationStatus>> ended() {
            return ended;
        }

        /** The terminal status, or empty when it does not come in time. */
        Optional<EvaluationStatus> await(Duration atMost) {
            try {
                return ended.get(Math.max(0, atMost.toNanos()), TimeUnit.NANOSECONDS);
            } catch (TimeoutException e) {
                return Optional.empty();
            } catch (ExecutionException e) {
                throw new IllegalStateException("the future never fails", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Optional.empty();
            }
        }

        @Override
        public void close() {
            watches.computeIfPresent(id, (key, set) -> {
                if (set.remove(this)) {
                    count.decrementAndGet();
                }
                return set.isEmpty() ? null : set;
            });
        }
    }
}
