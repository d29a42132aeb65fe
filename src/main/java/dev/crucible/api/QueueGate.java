package dev.crucible.api;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.TaskQueue;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Keeps room in the queue for what is about to be stored, so that a submission is refused before it is stored and not
 * after. Thread-safe.
 */
final class QueueGate {
    private static final Duration RETRY = Duration.ofSeconds(5);
    private static final Duration DRAINING_RETRY = Duration.ofSeconds(30);

    private final ReentrantLock lock = new ReentrantLock();
    private final TaskQueue queue;
    private final int capacity;
    private int reserved;

    QueueGate(TaskQueue queue, int capacity) {
        this.queue = queue;
        this.capacity = capacity;
    }

    /**
     * Room for {@code tasks}, held until closed.
     *
     * @throws PlatformException {@code QUEUE_FULL}, {@code QUEUE_DRAINING}
     */
    Reservation reserve(int tasks) {
        lock.lock();
        try {
            // Read under the lock: what another call has enqueued since is in the figure before its room is given back.
            QueueStatus status = queue.status();
            if (status.draining()) {
                throw PlatformException.retryLater(ErrorCode.QUEUE_DRAINING,
                        "The queue is being drained, so nothing was accepted. Send the request again once it is resumed.",
                        DRAINING_RETRY);
            }
            long waiting = (long) status.queued() + status.delayed() + reserved;
            if (waiting + tasks > capacity) {
                throw PlatformException.retryLater(ErrorCode.QUEUE_FULL,
                        "The queue holds " + (waiting - reserved) + " of at most " + capacity
                                + " waiting tasks, so nothing was accepted. Send the request again later.", RETRY);
            }
            reserved += tasks;
        } finally {
            lock.unlock();
        }
        return new Reservation(tasks);
    }

    /** Closed once the tasks are in the queue, or will not be. */
    final class Reservation implements AutoCloseable {
        private final int tasks;

        private Reservation(int tasks) {
            this.tasks = tasks;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                reserved -= tasks;
            } finally {
                lock.unlock();
            }
        }
    }
}
