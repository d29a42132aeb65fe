package dev.crucible.queue;

import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.queue.Entry.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** The tasks that wait, those that may go and those whose time has not come. Guarded by the queue's lock. */
final class WaitingTasks {
    private final QueueTime time;
    private final long agingNanos;
    private final ReadyTasks ready;
    private final PriorityQueue<Entry> delayed = new PriorityQueue<>(
            Comparator.<Entry>comparingLong(entry -> entry.dueAt).thenComparingLong(entry -> entry.seq));
    private final WaitFigures figures;

    WaitingTasks(Duration agingInterval, QueueTime time) {
        this.time = time;
        this.agingNanos = agingInterval.toNanos();
        this.ready = new ReadyTasks(agingNanos);
        this.figures = new WaitFigures(time.now());
    }

    int size() {
        return ready.size() + delayed.size();
    }

    int readySize() {
        return ready.size();
    }

    int delayedSize() {
        return delayed.size();
    }

    /**
     * A task that came, at {@code readySince}: ready, or delayed when its time has not come.
     *
     * @param putOff whether it counts its age from its time; one that is tried again keeps its age
     */
    void add(Entry entry, @Nullable Instant notBefore, boolean putOff) {
        entry.dueAt = notBefore == null ? Long.MIN_VALUE : time.at(notBefore);
        if (putOff) {
            entry.readySince = Math.max(entry.readySince, entry.dueAt);
        }
        entry.waitsSince = entry.readySince;
        place(entry);
    }

    /** A task that was taken away waits again, in its old place, once its time has come. */
    void addAgain(Entry entry) {
        entry.waitsSince = Math.max(time.now(), entry.dueAt);
        place(entry);
    }

    /** A task was not taken away after all. */
    void putBack(Entry entry) {
        entry.state = State.READY;
        ready.add(entry);
    }

    private void place(Entry entry) {
        if (entry.dueAt > time.now()) {
            entry.state = State.DELAYED;
            delayed.add(entry);
        } else {
            putBack(entry);
        }
    }

    /** Makes ready what is due. Whether there was any. */
    boolean promoteDue() {
        long now = time.now();
        boolean any = false;
        while (!delayed.isEmpty() && delayed.peek().dueAt <= now) {
            putBack(delayed.poll());
            any = true;
        }
        return any;
    }

    /** Takes the next task that a worker can run, or null. */
    @Nullable Entry poll(WorkerProfile worker) {
        return ready.poll(time.now(), kind -> worker.canRun(kind.engine(), kind.language()));
    }

    void remove(Entry entry) {
        if (entry.state == State.READY) {
            ready.remove(entry);
        } else {
            delayed.remove(entry);
        }
    }

    int positionOf(Entry entry) {
        return entry.state == State.READY ? ready.positionOf(entry) : 0;
    }

    /** A task that {@link #poll} answered is with its worker. Answers how long it waited for that. */
    Duration handedOut(Entry entry) {
        long now = time.now();
        long waited = Math.max(0, now - entry.waitsSince);
        figures.handedOut(entry.priority, waited, entry.lifted, now);
        return Duration.ofNanos(waited);
    }

    @Nullable Duration oldestAge() {
        Entry oldest = ready.oldest();
        return oldest == null ? null : Duration.ofNanos(age(oldest, time.now()));
    }

    List<LevelStatus> levels() {
        long now = time.now();
        List<LevelStatus> levels = new ArrayList<>();
        for (int level = Submission.LOWEST_PRIORITY; level <= Submission.HIGHEST_PRIORITY; level++) {
            Entry oldest = ready.oldest(level);
            levels.add(figures.level(
                    level, ready.sizeOf(level), oldest == null ? null : age(oldest, now), agingNanos, now));
        }
        return levels;
    }

    @Nullable Double priorityEffectiveness() {
        return figures.priorityEffectiveness();
    }

    private static long age(Entry entry, long now) {
        return Math.max(0, now - entry.readySince);
    }
}
