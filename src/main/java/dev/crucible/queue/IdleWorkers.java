package dev.crucible.queue;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/**
 * Workers that wait for a task, the longest first. A task wakes one that can run it, and not all of them, of whom but one would
 * find it. Guarded by the table's lock.
 */
final class IdleWorkers {
    private final Lock lock;
    private final Deque<Waiter> waiting = new ArrayDeque<>();

    private record Waiter(WorkerProfile worker, Condition call) {}

    IdleWorkers(Lock lock) {
        this.lock = lock;
    }

    /** Waits until it is woken, or for so long. Returns what is left of that. */
    long await(WorkerProfile worker, long nanos) throws InterruptedException {
        Waiter own = new Waiter(worker, lock.newCondition());
        waiting.addLast(own);
        try {
            return own.call().awaitNanos(nanos);
        } finally {
            waiting.remove(own); // unless it was woken
        }
    }

    void wakeFor(String engine, String language) {
        for (Iterator<Waiter> each = waiting.iterator(); each.hasNext(); ) {
            Waiter waiter = each.next();
            if (waiter.worker().canRun(engine, language)) {
                each.remove();
                waiter.call().signal();
                return;
            }
        }
    }

    void wakeAll() {
        waiting.forEach(waiter -> waiter.call().signal());
        waiting.clear();
    }
}
