package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the queue has decided about a task, told to the rest of the platform. Told at least once, in order per task;
 * whoever handles it must take the same one twice without harm.
 */
public sealed interface Settlement {
    EvaluationId id();

    int attempt();

    Instant at();

    /**
     * The task is over and has its one outcome: its worker's result, a cancellation, or that it was given up.
     *
     * @param actor who ended it: {@code worker:<id>}, {@code user:<submitter>}, {@code queue}
     * @param workerId who ran the attempt, or null when nobody did
     * @param buried whether it was given up and stays as a dead letter
     */
    record Finished(
            EvaluationId id,
            int attempt,
            Instant at,
            String actor,
            @Nullable String workerId,
            Outcome outcome,
            boolean buried)
            implements Settlement {}

    /** The attempt was lost; the task waits again. */
    record Requeued(EvaluationId id, int attempt, Instant at, String why) implements Settlement {}
}
