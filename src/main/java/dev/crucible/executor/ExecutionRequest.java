package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;

/** One attempt at one submission. The engine to use is {@code submission.engine()}. */
public record ExecutionRequest(EvaluationId id, int attempt, Submission submission) {
    public ExecutionRequest {
        requireNonNull(id, "id is null");
        requireNonNull(submission, "submission is null");
    }
}
