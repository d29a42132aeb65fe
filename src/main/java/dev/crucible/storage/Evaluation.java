package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The whole record of an evaluation.
 *
 * @param attempt the latest attempt, 0 before the first
 * @param workerId who has or had the latest attempt, or null
 * @param queuedAt when it was last put into the queue
 * @param startedAt when its program started in the latest attempt, or null
 * @param completedAt when it became terminal, or null
 * @param outcome how it ended; null until it is terminal
 * @param queue which queue carried it
 */
public record Evaluation(
        EvaluationId id,
        String submitter,
        Submission submission,
        EvaluationStatus status,
        int attempt,
        @Nullable String workerId,
        Instant createdAt,
        Instant queuedAt,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        @Nullable Outcome outcome,
        String queue,
        @Nullable String traceId) {
    public Evaluation {
        requireNonNull(id, "id is null");
        requireNonNull(submitter, "submitter is null");
        requireNonNull(submission, "submission is null");
        requireNonNull(status, "status is null");
        requireNonNull(createdAt, "createdAt is null");
        requireNonNull(queuedAt, "queuedAt is null");
        requireNonNull(queue, "queue is null");
    }
}
