package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which evaluations to list. Every filter that is given must match.
 *
 * @param limit 1 to 1000
 * @param cursor where the page before ended, as its {@link EvaluationPage#nextCursor()} said, or null for the newest
 * @param offset how many to pass over; 0 when a cursor is used
 * @param statuses any of these; empty for all
 * @param tags all of these name and value pairs
 * @param since created at or after, or null
 * @param until created before, or null
 * @param text part of the code's preview or of the id, in any case, or null
 */
public record EvaluationQuery(
        int limit,
        @Nullable String cursor,
        int offset,
        Set<EvaluationStatus> statuses,
        @Nullable String language,
        @Nullable String engine,
        @Nullable Integer priority,
        Map<String, String> tags,
        @Nullable String submitter,
        @Nullable Instant since,
        @Nullable Instant until,
        @Nullable String text) {
    public EvaluationQuery {
        if (limit < 1 || limit > 1000 || offset < 0) {
            throw new IllegalArgumentException("limit or offset is out of range");
        }
        statuses = Set.copyOf(statuses);
        tags = Map.copyOf(tags);
    }

    /** The newest {@code limit} of all. */
    public static EvaluationQuery newest(int limit) {
        return new EvaluationQuery(limit, null, 0, Set.of(), null, null, null, Map.of(), null, null, null, null);
    }
}
