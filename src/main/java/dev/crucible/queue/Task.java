package dev.crucible.queue;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Submission;

/** A submission to be run. Its priority, engine, language and earliest time are the submission's. */
public record Task(EvaluationId id, String submitter, Submission submission) {
    public Task {
        requireNonNull(id, "id is null");
        requireNonNull(submitter, "submitter is null");
        requireNonNull(submission, "submission is null");
    }
}
