package dev.crucible.platform.http;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts requests, so that a stop can let the last ones finish. Thread-safe. */
final class UnderWay {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int count;
    private boolean closed;

    /** False once closed: the request must be refused. */
    boolean enter() {
        lock.lock();
        try {
            if (!closed) {
                count++;
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            if (--count == 0) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    boolean closed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }

    /** Returns when none is under way or the time is over. */
    void awaitNone(Duration atMost) {
        lock.lock();
        try {
            long left = atMost.toNanos();
            while (count > 0 && left > 0) {
                left = none.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
