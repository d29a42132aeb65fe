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

    /** The holder of the lease reported the one result. */
    record Finished(EvaluationId id, int attempt, Instant at, String workerId, Outcome outcome) implements Settlement {}

    /** The attempt was lost; the task waits again. */
    record Requeued(EvaluationId id, int attempt, Instant at, String why) implements Settlement {}

    /** Given up after the last attempt. */
    record Dead(EvaluationId id, int attempt, Instant at, String error) implements Settlement {}

    /** Cancelled while it waited. */
    record Cancelled(EvaluationId id, int attempt, Instant at, @Nullable String actor) implements Settlement {}
}
