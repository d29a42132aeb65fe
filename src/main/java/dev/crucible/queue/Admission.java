package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.queue.Entry.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Lets new tasks into the table: each id once, and no more than it may hold. Guarded by the queue's lock. */
final class Admission {
    private static final Duration FULL_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration DRAINING_RETRY_AFTER = Duration.ofSeconds(30);

    private final QueueConfig config;
    private final QueueTime time;
    private final Map<EvaluationId, Entry> tasks;
    private final WaitingTasks waiting;
    private final SubmissionCache submissions;
    private final RecentEnds ends;
    private int inserting;
    private long nextSeq = 1;
    private boolean draining;

    /** @param tasks all that the table holds */
    Admission(
            QueueConfig config, QueueTime time, Map<EvaluationId, Entry> tasks, WaitingTasks waiting,
            SubmissionCache submissions, RecentEnds ends) {
        this.config = config;
        this.time = time;
        this.tasks = tasks;
        this.waiting = waiting;
        this.submissions = submissions;
        this.ends = ends;
    }

    boolean draining() {
        return draining;
    }

    void drain(boolean now) {
        draining = now;
    }

    /** New tasks stand after the one with this number. */
    void goOnAfter(long seq) {
        nextSeq = Math.max(nextSeq, seq + 1);
    }

    /** What must be inserted for a batch, and the entries that are new with it. */
    record Reservation(List<Journal.NewTask> inserts, List<Entry> added) {}

    /** @throws PlatformException {@code QUEUE_FULL}, {@code QUEUE_DRAINING} */
    Reservation reserve(List<Task> batch) {
        requireRoom(batch);
        Instant now = time.instant();
        List<Journal.NewTask> inserts = new ArrayList<>(batch.size());
        List<Entry> added = new ArrayList<>(batch.size());
        for (Task task : batch) {
            Entry entry = tasks.get(task.id());
            if (entry == null) {
                entry = new Entry(task, nextSeq++, now);
                entry.attempt = ends.lastAttempt(task.id());
                tasks.put(task.id(), entry);
                added.add(entry);
                inserting++;
            }
            // A second call for a task whose insert is under way must not be answered before it is durable.
            if (entry.state == State.ENQUEUEING) {
                inserts.add(new Journal.NewTask(task, entry.seq, entry.queuedAt));
            }
        }
        return new Reservation(inserts, added);
    }

    private void requireRoom(List<Task> batch) {
        long fresh = batch.stream().map(Task::id).distinct().filter(id -> !tasks.containsKey(id)).count();
        if (fresh == 0) {
            return;
        }
        if (draining) {
            throw PlatformException.retryLater(
                    ErrorCode.QUEUE_DRAINING,
                    "The queue is being drained and accepts nothing until it is resumed. Send it again later.",
                    DRAINING_RETRY_AFTER);
        }
        int held = waiting.size() + inserting;
        if (held + fresh > config.capacity()) {
            throw PlatformException.retryLater(
                    ErrorCode.QUEUE_FULL,
                    "The queue holds " + held + " of at most " + config.capacity()
                            + " waiting tasks. Send it again later.",
                    FULL_RETRY_AFTER);
        }
    }

    void abandon(Reservation reservation) {
        for (Entry entry : reservation.added()) {
            tasks.remove(entry.id);
            inserting--;
        }
    }

    /** The inserts are durable: the new tasks may be handed out. */
    List<Enqueued> admit(List<Task> batch, Reservation reservation) {
        long now = time.now();
        for (Entry entry : reservation.added()) {
            inserting--;
            entry.readySince = now;
            waiting.add(entry, requireNonNull(entry.task).submission().notBefore(), true);
            submissions.keep(entry);
        }
        List<Enqueued> answers = new ArrayList<>(batch.size());
        for (Task task : batch) {
            Entry entry = tasks.get(task.id());
            answers.add(new Enqueued(task.id(), entry == null ? 0 : waiting.positionOf(entry)));
        }
        return answers;
    }
}
