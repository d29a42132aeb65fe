package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An accepted change of status. Carries what an event about it needs, so that events can be made again from the
 * timeline.
 *
 * @param position grows from entry to entry, over all evaluations
 * @param from null for the first entry, the submission
 */
public record TimelineEntry(
        long position,
        EvaluationId id,
        @Nullable EvaluationStatus from,
        EvaluationStatus to,
        Instant at,
        String actor,
        int attempt,
        @Nullable Reason reason,
        @Nullable String detail,
        String submitter,
        String language,
        String engine,
        int priority,
        @Nullable Integer exitCode,
        @Nullable Long runtimeMillis) {}
