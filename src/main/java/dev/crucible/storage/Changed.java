package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one {@link StatusChange}.
 *
 * @param entry the new line of the timeline, or null when the change was refused
 * @param current the status after the call, or null for an unknown id
 */
public record Changed(@Nullable TimelineEntry entry, @Nullable EvaluationStatus current) {
    public boolean accepted() {
        return entry != null;
    }
}
