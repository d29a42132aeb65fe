package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An evaluation about to be stored as queued. */
public record NewEvaluation(
        EvaluationId id, String submitter, Submission submission, Instant createdAt, @Nullable String traceId) {
    public NewEvaluation {
        requireNonNull(id, "id is null");
        requireNonNull(submitter, "submitter is null");
        requireNonNull(submission, "submission is null");
        requireNonNull(createdAt, "createdAt is null");
    }

    /** Whether {@code stored} was made from this. */
    boolean madeInto(Evaluation stored) {
        return stored.id().equals(id) && stored.submitter().equals(submitter) && stored.submission().equals(submission)
                && stored.createdAt().equals(EvaluationState.stored(createdAt));
    }
}
