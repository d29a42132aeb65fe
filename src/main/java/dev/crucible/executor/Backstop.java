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
    private @Nullable ScheduledFuture<?> atDeadline;
    private @Nullable ScheduledFuture<?> looking;
    private boolean fired;

    Backstop(ScheduledExecutorService timer, Executor threads) {
        this.timer = timer;
        this.threads = threads;
    }

    /** Ends {@code box} after {@code patience} unless it is armed anew or disarmed before. */
    synchronized void arm(Box box, Duration patience) {
        cancel(armed);
        cancel(atDeadline);
        // Not on the timer's own thread: ending a container is a call to another process.
        armed = timer.schedule(() -> threads.execute(() -> fire(box)), patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Like {@link #arm(Box, Duration)} with both together, and has {@code late} called after the first of them. */
    synchronized void arm(Box box, Duration deadline, Runnable late, Duration answer) {
        arm(box, deadline.plus(answer));
        atDeadline = timer.schedule(() -> threads.execute(late), deadline.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Has {@code look} called after {@code pause} unless it is disarmed before. */
    synchronized void look(Duration pause, Runnable look) {
        looking = timer.schedule(() -> threads.execute(look), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    synchronized void disarm() {
        cancel(armed);
        cancel(atDeadline);
        cancel(looking);
    }

    private static void cancel(@Nullable ScheduledFuture<?> planned) {
        if (planned != null) {
            planned.cancel(false);
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
