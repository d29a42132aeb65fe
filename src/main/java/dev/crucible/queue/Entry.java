package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A task in memory: its key and where it stands, linked into the lists of {@link ReadyTasks}. Guarded by the queue's
 * lock. The submission itself may be left in the journal.
 */
final class Entry {
    enum State {
        /** Its insert is not committed yet. */
        ENQUEUEING,
        READY,
        DELAYED,
        /** Picked for a worker; the attempt is not committed yet. */
        CLAIMING,
        LEASED,
        /** Its holder reports the end of its attempt, which is not committed yet; until then the lease is the holder's. */
        REPORTING,
        /** Taken from its holder or out of the queue; its end or its return is not committed or not settled yet. */
        ENDING,
        /** Over, its settlement under way. */
        ENDED,
        DEAD
    }

    final EvaluationId id;
    final String submitter;
    final int priority;
    final String engine;
    final String language;
    final long seq;
    final Instant queuedAt;

    State state = State.ENQUEUEING;
    int attempt;
    int losses;
    /** Since when it counts as waiting, on the queue's nanosecond clock; keeps its value over retries. */
    long readySince;
    /** Since when it waits for this attempt, on the same clock. */
    long waitsSince;
    /** When a delayed task becomes ready, on the same clock. */
    long dueAt;
    /** Whether it was picked before a more urgent one because of its age. */
    boolean lifted;

    /** When the lease runs out, on the clock of {@link Leases}. */
    long deadline;

    @Nullable String workerId;
    /** When the result of this attempt first came: a report that is repeated is the same one. */
    @Nullable Instant reportedAt;

    /** Given up, and kept as a dead letter until that is discarded. */
    boolean buried;

    boolean cancelRequested;
    @Nullable String cancelActor;
    /** Null when only the journal holds it. */
    @Nullable Task task;

    /** Its neighbours in each {@link AgeList} that it is in. */
    final @Nullable Entry[] links = new Entry[2 * AgeList.LISTS];

    Entry(Task task, long seq, Instant queuedAt) {
        this(task.id(), task.submitter(), task.submission().priority(), task.submission().engine(),
                task.submission().language(), seq, queuedAt);
        this.task = task;
    }

    Entry(EvaluationId id, String submitter, int priority, String engine, String language, long seq, Instant queuedAt) {
        this.id = id;
        this.submitter = submitter;
        this.priority = priority;
        this.engine = engine;
        this.language = language;
        this.seq = seq;
        this.queuedAt = queuedAt;
    }

    /** A task that the journal held, without its submission. */
    static Entry of(Journal.RestoredTask task) {
        Entry entry = new Entry(
                task.id(), task.submitter(), task.priority(), task.engine(), task.language(), task.seq(), task.queuedAt());
        entry.attempt = task.attempt();
        entry.losses = task.losses();
        entry.cancelActor = task.cancelActor();
        entry.cancelRequested = task.cancelActor() != null;
        return entry;
    }

    /** What is left of a task that has ended. */
    static Entry over(EvaluationId id, State state, boolean buried, Instant at) {
        Entry entry = new Entry(id, "", Submission.LOWEST_PRIORITY, "", "", 0, at);
        entry.state = state;
        entry.buried = buried;
        return entry;
    }

    /** Whether this one stands before the other in first-in-first-out order. */
    boolean before(Entry other) {
        long difference = readySince - other.readySince;
        return difference != 0 ? difference < 0 : seq < other.seq;
    }

    boolean waiting() {
        return state == State.READY || state == State.DELAYED;
    }

    boolean heldBy(LeaseToken token) {
        return state == State.LEASED && attempt == token.attempt();
    }

    boolean reportedBy(LeaseToken token) {
        return state == State.REPORTING && attempt == token.attempt();
    }

    TaskView.State view() {
        return switch (state) {
            case ENQUEUEING, READY -> TaskView.State.QUEUED;
            case DELAYED -> TaskView.State.DELAYED;
            case CLAIMING, LEASED, REPORTING, ENDING -> TaskView.State.LEASED;
            case ENDED -> TaskView.State.ENDED;
            case DEAD -> TaskView.State.DEAD_LETTER;
        };
    }

    /** Exponential back-off with full jitter: anywhere up to 0.5 s, 1 s, 2 s, … 30 s. */
    static long backoffMillis(int losses) {
        long ceiling = Math.min(30_000, 500L << Math.min(10, Math.max(0, losses - 1)));
        return ThreadLocalRandom.current().nextLong(ceiling + 1);
    }
}
