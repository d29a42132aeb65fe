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
 * @param byPriority ready tasks for each level 0 to 10
 * @param oldestAge how long the oldest ready task has waited, or null when none waits
 * @param workers workers that asked within the last minute
 */
public record QueueStatus(
        int queued,
        int processing,
        int delayed,
        int deadLetters,
        List<Integer> byPriority,
        @Nullable Duration oldestAge,
        int workers,
        boolean paused) {
    public QueueStatus {
        byPriority = List.copyOf(byPriority);
    }
}
