package dev.crucible.executor;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How an engine's boxes that are made ahead fare, since it was opened.
 *
 * @param ready boxes that wait for a run now
 * @param target how many boxes it wants there to be now, those in use included
 * @param inUse boxes that serve a run now
 * @param recentPeak the most that served at once within the last minute
 * @param most how many it would ever keep, those in use included
 * @param hits runs that found a box ready
 * @param misses runs that had to wait for one to be built
 * @param built boxes that were built
 * @param destroyed boxes that were destroyed, by why: {@code spent} (touched in a way that outlives a run, or out of
 *     memory once), {@code runs} (served as many as one may), {@code broken} (did not answer, or its run was not
 *     reported), {@code surplus} (came back when there were enough), {@code idle} (not needed for a while)
 * @param prepareP50Millis the median of how long the latest boxes took to get ready, or null before the first
 */
public record PoolFigures(
        int ready,
        int target,
        int inUse,
        int recentPeak,
        int most,
        long hits,
        long misses,
        long built,
        Map<String, Long> destroyed,
        @Nullable Double prepareP50Millis) {
    public PoolFigures {
        destroyed = Map.copyOf(destroyed);
    }
}
