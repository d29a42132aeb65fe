package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A line of a list.
 *
 * @param codePreview the first 200 characters of the code
 */
public record EvaluationSummary(
        EvaluationId id,
        EvaluationStatus status,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        String codePreview,
        String language,
        String engine,
        int priority,
        @Nullable Integer exitCode,
        @Nullable Reason reason,
        @Nullable Long runtimeMillis) {}
