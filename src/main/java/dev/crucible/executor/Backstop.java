package dev.crucible.executor;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Ends a box from outside when its supervisor does not answer in time. The supervisor holds every deadline itself; this
 * is for one that cannot. Thread-safe.
 */
final class Backstop {
    private final ScheduledExecutorService timer;
    private final Executor threads;
    private @Nullable ScheduledFuture<?> armed;
    private boolean fired;

    Backstop(ScheduledExecutorService timer, Executor threads) {
        this.timer = timer;
        this.threads = threads;
    }

    /** Ends {@code box} after {@code patience} unless it is armed anew or disarmed before. */
    synchronized void arm(Box box, Duration patience) {
        disarm();
        // Not on the timer's own thread: ending a container is a call to another process.
        armed = timer.schedule(() -> threads.execute(() -> fire(box)), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized void disarm() {
        if (armed != null) {
            armed.cancel(false);
            armed = null;
        }
    }

    /** Whether it has ended the box. */
    synchronized boolean fired() {
        return fired;
    }

    private void fire(Box box) {
        synchronized (this) {
            fired = true;
        }
        box.kill();
    }
}
