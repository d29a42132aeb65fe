package dev.crucible.queue;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The queue in figures.
 *
 * @param queued ready to be handed out
 * @param processing leased
 * @param delayed waiting for their time
 * @param oldestAge how long the oldest ready task has waited, or null when none waits
 * @param workers workers that asked within the last minute
 * @param paused whether nothing is handed out
 * @param draining whether nothing is accepted either
 * @param levels the levels 0 to 10
 * @param priorityEffectiveness by what part the median wait of tasks above the default priority is shorter than that of
 *     the others: 1 when they wait not at all, 0 when their priority brings them nothing; null when either is unknown
 */
public record QueueStatus(
        int queued,
        int processing,
        int delayed,
        int deadLetters,
        @Nullable Duration oldestAge,
        int workers,
        boolean paused,
        boolean draining,
        List<LevelStatus> levels,
        @Nullable Double priorityEffectiveness) {
    public QueueStatus {
        levels = List.copyOf(levels);
    }

    /** Ready tasks for each level 0 to 10. */
    public List<Integer> byPriority() {
        return levels.stream().map(LevelStatus::queued).toList();
    }
}
