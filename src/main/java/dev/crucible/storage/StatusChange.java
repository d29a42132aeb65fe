package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of status that somebody asks for.
 *
 * @param actor who asks: {@code worker:<id>}, {@code queue}, {@code user:<submitter>}
 * @param attempt the attempt that the change belongs to
 * @param detail why, a sentence, or null
 * @param workerId who runs the attempt, or null
 * @param outcome given exactly when {@code to} is terminal
 */
public record StatusChange(
        EvaluationId id,
        EvaluationStatus to,
        String actor,
        int attempt,
        @Nullable String detail,
        Instant at,
        @Nullable String workerId,
        @Nullable Outcome outcome) {
    public StatusChange {
        requireNonNull(id, "id is null");
        requireNonNull(to, "to is null");
        requireNonNull(actor, "actor is null");
        requireNonNull(at, "at is null");
        if (to.terminal() != (outcome != null)) {
            throw new IllegalArgumentException("an outcome belongs to a terminal status and to no other");
        }
    }
}
