package dev.crucible.queue.http;

import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.WorkerProfile;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Workers that ask for a task and wait for one, each on a thread that serves no other request. An ask with a name may be
 * sent again when its answer was lost: the same one gets the same lease, until its worker has said a word about it.
 * Thread-safe, bounded: past the bound nobody waits, and named asks are forgotten eldest first.
 */
final class Polls implements AutoCloseable {
    private static final int WAITING_AT_ONCE = 512;
    private static final int REMEMBERED_ASKS = 512;
    /** How long a stop may have to wait for a poll to notice. */
    private static final Duration SLICE = Duration.ofMillis(500);

    private final TaskQueue queue;
    private final ExecutorService threads = Threads.perTask("queue-poll");
    private final Semaphore places = new Semaphore(WAITING_AT_ONCE);
    private final Map<String, CompletableFuture<Optional<Lease>>> asks = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, CompletableFuture<Optional<Lease>>> eldest) {
            return size() > REMEMBERED_ASKS;
        }
    };
    private volatile boolean closing;

    Polls(TaskQueue queue) {
        this.queue = queue;
    }

    /** @param ask the name of this ask, or null */
    CompletableFuture<Optional<Lease>> ask(WorkerProfile worker, Duration wait, @Nullable String ask) {
        if (ask == null) {
            return begin(worker, wait, new CompletableFuture<>());
        }
        String name = worker.workerId() + " " + ask;
        CompletableFuture<Optional<Lease>> mine = new CompletableFuture<>();
        synchronized (asks) {
            CompletableFuture<Optional<Lease>> known = asks.putIfAbsent(name, mine);
            if (known != null) {
                return known;
            }
        }
        begin(worker, wait, mine).whenComplete((lease, error) -> {
            if (error != null || lease.isEmpty()) {
                forget(name);
            }
        });
        return mine;
    }

    private CompletableFuture<Optional<Lease>> begin(
            WorkerProfile worker, Duration wait, CompletableFuture<Optional<Lease>> answer) {
        if (wait.isZero() || !places.tryAcquire()) {
            run(worker, Duration.ZERO, answer);
        } else if (!started(() -> run(worker, wait, answer))) {
            places.release();
            run(worker, Duration.ZERO, answer);
        }
        return answer;
    }

    /** False when the service stops. */
    private boolean started(Runnable poll) {
        try {
            threads.execute(() -> {
                try {
                    poll.run();
                } finally {
                    places.release();
                }
            });
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    private void run(WorkerProfile worker, Duration wait, CompletableFuture<Optional<Lease>> answer) {
        try {
            answer.complete(take(worker, wait));
        } catch (RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }

    private Optional<Lease> take(WorkerProfile worker, Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        Duration left = wait;
        while (true) {
            Optional<Lease> lease = queue.next(worker, left.compareTo(SLICE) < 0 ? left : SLICE);
            left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (lease.isPresent() || left.isZero() || closing) {
                return lease;
            }
        }
    }

    private void forget(String name) {
        synchronized (asks) {
            asks.remove(name);
        }
    }

    /** The worker has the lease: nobody needs to be told of it again. */
    void arrived(LeaseToken token) {
        synchronized (asks) {
            asks.values().removeIf(ask -> ask.isDone() && !ask.isCompletedExceptionally()
                    && ask.join().map(lease -> lease.token().equals(token)).orElse(false));
        }
    }

    /** Nobody waits any more; who does is answered within {@link #SLICE}. */
    @Override
    public void close() {
        closing = true;
        threads.shutdown();
    }
}
