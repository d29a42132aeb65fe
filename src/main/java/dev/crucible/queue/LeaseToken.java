package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;

/**
 * The right to end one attempt at one task. Tokens of a task only grow: a later attempt has a higher number, and each
 * start of the queue a higher epoch.
 */
public record LeaseToken(EvaluationId id, long epoch, int attempt) {
    public LeaseToken {
        requireNonNull(id, "id is null");
    }

    /** The form on the wire, without the id. */
    public String wire() {
        return epoch + "." + attempt;
    }
}
