package dev.crucible.queue;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One priority in figures. Waits are those of the latest tasks handed out, some hundreds at most.
 *
 * @param queued ready to be handed out
 * @param oldestAge how long the oldest ready task has waited, or null when none waits
 * @param waitP50 the median wait, or null when none was handed out yet
 * @param waitP95 the wait that one of twenty exceeded, or null when none was handed out yet
 * @param handedOut tasks handed out since the start of the queue
 * @param lifted those of them that went before a more urgent one because they had waited longer
 * @param perSecond tasks handed out per second, over the last minute
 * @param starvation the age of the oldest in parts of the time in which ageing brings it past the top level: from 1 on
 *     it goes before everything newer, and what still keeps it waiting is a lack of workers
 */
public record LevelStatus(
        int queued,
        @Nullable Duration oldestAge,
        @Nullable Duration waitP50,
        @Nullable Duration waitP95,
        long handedOut,
        long lifted,
        double perSecond,
        double starvation) {}
