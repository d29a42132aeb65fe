package dev.crucible.executor.pool;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a pool has done so far. Guarded by the pool. */
final class PoolCounts {
    private static final int LATEST = 64;

    /** Why a box was destroyed. */
    enum Cause {
        SPENT,
        RUNS,
        BROKEN,
        SURPLUS,
        IDLE
    }

    private final Map<Cause, Long> destroyed = new EnumMap<>(Cause.class);
    private final long[] prepared = new long[LATEST];
    private long hits;
    private long misses;
    private long built;

    void found(boolean ready) {
        if (ready) {
            hits++;
        } else {
            misses++;
        }
    }

    void built(Duration took) {
        prepared[(int) (built++ % LATEST)] = took.toNanos();
    }

    void destroyed(Cause cause) {
        destroyed.merge(cause, 1L, Long::sum);
    }

    long hits() {
        return hits;
    }

    long misses() {
        return misses;
    }

    long built() {
        return built;
    }

    Map<String, Long> destroyed() {
        Map<String, Long> named = new HashMap<>();
        destroyed.forEach((cause, count) -> named.put(cause.name().toLowerCase(Locale.ROOT), count));
        return named;
    }

    /** The median of the latest, or null before the first. */
    @Nullable Double prepareMillis() {
        int known = (int) Math.min(built, LATEST);
        if (known == 0) {
            return null;
        }
        long[] sorted = Arrays.copyOf(prepared, known);
        Arrays.sort(sorted);
        return sorted[known / 2] / 1e6;
    }
}
