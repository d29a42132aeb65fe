package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Where the queue keeps its promises across a crash. Thread-safe. */
interface Journal extends AutoCloseable {
    /**
     * Takes the journal over and reads what it holds. Tasks that were leased are waiting again, one crash older.
     *
     * @throws PlatformException {@code QUEUE_UNAVAILABLE} if another server has it
     */
    Restored open();

    /** Makes a change durable; the future completes once it is. Changes are kept in the order of the calls. */
    CompletableFuture<Written> write(Change change);

    /**
     * A change that is durable.
     *
     * @param told what is left to be done when the change was a result that is settled already; null when it is not
     */
    record Written(@Nullable Runnable told) {
        static final Written JOURNALED = new Written(null);
    }

    /** The submission of a task that memory does not hold, or empty when the journal's copy cannot be read any more. */
    Optional<Submission> load(EvaluationId id);

    /** Dead letters, newest first. */
    List<DeadLetter> deadLetters(int limit);

    Optional<DeadTask> deadLetter(EvaluationId id);

    /** How many dead letters it keeps; beyond these the oldest goes. */
    int mostDeadLetters();

    /** Whether submissions can be read again with {@link #load}, so that memory need not keep them. */
    boolean keepsSubmissions();

    @Override
    void close();

    /** A change that must survive. */
    sealed interface Change {
        /** New tasks, all or none; those that are there already are passed over. */
        record Insert(List<NewTask> tasks) implements Change {}

        record Claim(EvaluationId id, int attempt, String workerId) implements Change {}

        /** Somebody wishes a task cancelled that a worker has. */
        record Wish(EvaluationId id, String actor) implements Change {}

        /** The task is over and waits to be settled. */
        record Finish(Settlement.Finished finished) implements Change {}

        /** The attempt is over and the task waits again; {@code error} is null when it is nobody's fault. */
        record Return(EvaluationId id, int attempt, Instant at, @Nullable String error, @Nullable Instant notBefore)
                implements Change {}

        /** Given up: as finished, and kept as a dead letter. The task is null when only the journal holds it. */
        record Bury(Settlement.Finished finished, String error, @Nullable Task task) implements Change {}

        /** These dead letters are of no use any more. */
        record Discard(List<EvaluationId> ids) implements Change {}

        /** The settlements of these are done. */
        record Forget(List<EvaluationId> ids) implements Change {}
    }

    /** A task as it is inserted. */
    record NewTask(Task task, long seq, Instant queuedAt) {}

    /**
     * What a journal held.
     *
     * @param epoch the number of this start
     * @param waiting in order of {@code seq}
     * @param lost tasks among {@code waiting} that were leased when the server died
     * @param unsettled tasks that are over but were not settled, those among them that the crash was one too many for
     * @param dead ids of all dead letters
     */
    record Restored(
            long epoch,
            List<RestoredTask> waiting,
            List<Settlement.Requeued> lost,
            List<Settlement.Finished> unsettled,
            List<EvaluationId> dead) {}

    /** A waiting task without its submission; {@code cancelActor} wished it cancelled, or is null. */
    record RestoredTask(
            EvaluationId id,
            String submitter,
            int priority,
            String engine,
            String language,
            long seq,
            Instant queuedAt,
            @Nullable Instant notBefore,
            int attempt,
            int losses,
            @Nullable String cancelActor) {}

    /** The outcome of a task that was given up. */
    static Outcome gaveUp(int attempts, String error) {
        return Outcome.notRun(
                Reason.SANDBOX_ERROR,
                "No attempt of " + attempts + " could run it to an end. The last error: " + error);
    }
}
