package dev.crucible.executor;

import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * What can stop an execution from outside: a user at any moment, and the clock when a supervisor does not answer. It
 * follows the execution from run to run. Thread-safe.
 */
final class Leash {
    /** How long past its deadline the supervisor may take to answer before the box is ended from outside. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);
    private static final Duration TERMINATE_GRACE = Duration.ofSeconds(5);

    private final Backstop backstop;
    private final Patience patience;
    private final ReentrantLock lock = new ReentrantLock();
    // All below is guarded by the lock.
    private @Nullable StopMode stop;
    private @Nullable Box box;
    private @Nullable SupervisorChannel channel;
    private boolean over;

    Leash(Backstop backstop, Patience patience) {
        this.backstop = backstop;
        this.patience = patience;
    }

    /** Stops what runs, and whatever would come after it. False when it comes too late. */
    boolean stop(StopMode mode) {
        SupervisorChannel reached;
        lock.lock();
        try {
            if (over) {
                return false;
            }
            if (stop == StopMode.KILL || stop == mode) {
                return true;
            }
            stop = mode;
            reached = channel;
            if (reached != null && box != null) {
                backstop.arm(box, mode == StopMode.KILL ? answer() : TERMINATE_GRACE.plus(answer()));
                box.hurry(); // under the lock, so that it is this run's box still
            }
        } finally {
            lock.unlock();
        }
        if (reached != null) {
            reached.stop(mode);
        }
        return true;
    }

    /** Whether somebody has asked for the end. */
    boolean stopped() {
        lock.lock();
        try {
            return stop != null;
        } finally {
            lock.unlock();
        }
    }

    /** From here on a stop reaches this run, which has {@code patience} to begin. False when it was stopped before. */
    boolean attach(Box to, SupervisorChannel by, Duration patience) {
        lock.lock();
        try {
            if (stop != null) {
                return false;
            }
            box = to;
            channel = by;
            backstop.arm(to, patience);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** The run has begun and may take {@code longest}. */
    void running(Duration longest) {
        lock.lock();
        try {
            Box running = box;
            if (stop == null && running != null) {
                backstop.arm(running, longest, () -> hurry(running), answer());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Its deadline has passed, and the supervisor must get a turn to see it. */
    private void hurry(Box late) {
        lock.lock();
        try {
            if (box == late) {
                late.hurry();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Stops the run for a limit of ours. Nobody has asked for it. */
    void kill() {
        SupervisorChannel reached;
        lock.lock();
        try {
            reached = channel;
            if (reached == null || stop != null || box == null) {
                return;
            }
            backstop.arm(box, answer());
            box.hurry();
        } finally {
            lock.unlock();
        }
        reached.stop(StopMode.KILL);
    }

    /** The run is over. */
    void detach() {
        lock.lock();
        try {
            channel = null;
            box = null;
            backstop.disarm();
        } finally {
            lock.unlock();
        }
    }

    /** The execution is over: a stop comes too late from here on. Returns whether one came before. */
    boolean end() {
        lock.lock();
        try {
            over = true;
            return stop != null;
        } finally {
            lock.unlock();
        }
    }

    private Duration answer() {
        return patience.of(ANSWER_PATIENCE);
    }

    boolean fired() {
        return backstop.fired();
    }

    /** Has {@code look} called after {@code pause}, unless the run is over before. */
    void look(Duration pause, Runnable look) {
        lock.lock();
        try {
            if (channel != null && stop == null) {
                backstop.look(pause, look);
            }
        } finally {
            lock.unlock();
        }
    }
}
