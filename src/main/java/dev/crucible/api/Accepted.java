package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import org.jspecify.annotations.Nullable;

/**
 * A submission that is stored and will be run.
 *
 * @param status where it stands: queued, or further when the request was a repeated one
 * @param position tasks that go before it; null when it does not wait in the queue
 * @param replayed whether an earlier request with the same idempotency key stored it
 */
public record Accepted(EvaluationId id, EvaluationStatus status, @Nullable Integer position, boolean replayed) {
    public Accepted {
        requireNonNull(id, "id is null");
        requireNonNull(status, "status is null");
    }
}
