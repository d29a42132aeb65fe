package dev.crucible.queue;

import dev.crucible.kernel.evaluation.Submission;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long tasks waited and how many were handed out, for each level. Takes the same memory however many there were.
 * Guarded by the queue's lock.
 */
final class WaitFigures {
    private static final int LEVELS = Submission.HIGHEST_PRIORITY + 1;
    private static final int SECONDS = 60;
    private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Level[] levels = new Level[LEVELS];
    private final LatestWaits urgent = new LatestWaits();
    private final LatestWaits others = new LatestWaits();

    WaitFigures(long now) {
        for (int i = 0; i < LEVELS; i++) {
            levels[i] = new Level(now);
        }
    }

    void handedOut(int level, long waitedNanos, boolean lifted, long now) {
        levels[level].handedOut(waitedNanos, lifted, now);
        (level > Submission.DEFAULT_PRIORITY ? urgent : others).add(waitedNanos);
    }

    /** @param oldestNanos how long the oldest ready task of the level has waited, or null when none waits */
    LevelStatus level(int number, int queued, @Nullable Long oldestNanos, long agingNanos, long now) {
        Level level = levels[number];
        return new LevelStatus(
                queued, oldestNanos == null ? null : Duration.ofNanos(oldestNanos), level.waits.p50(), level.waits.p95(),
                level.waits.count(), level.lifted, level.lastMinute(now) / (double) SECONDS,
                oldestNanos == null ? 0 : oldestNanos / ((double) (LEVELS - number) * agingNanos));
    }

    /** See {@link QueueStatus#priorityEffectiveness}. */
    @Nullable Double priorityEffectiveness() {
        Duration urgentWait = urgent.p50();
        Duration otherWait = others.p50();
        return urgentWait == null || otherWait == null || otherWait.isZero()
                ? null : 1 - urgentWait.toNanos() / (double) otherWait.toNanos();
    }

    /** Waits, and a ring of counts with one place for each second. */
    private static final class Level {
        private final LatestWaits waits = new LatestWaits();
        private final int[] counts = new int[SECONDS];
        private final long start;
        private long second;
        private int inCounts;
        private long lifted;

        Level(long start) {
            this.start = start;
        }

        void handedOut(long waitedNanos, boolean wasLifted, long now) {
            waits.add(waitedNanos);
            lifted += wasLifted ? 1 : 0;
            moveOn(now);
            counts[(int) (second % SECONDS)]++;
            inCounts++;
        }

        int lastMinute(long now) {
            moveOn(now);
            return inCounts;
        }

        /** Empties the places of the seconds that have passed. */
        private void moveOn(long now) {
            long current = Math.max(second, (now - start) / NANOS);
            for (long passed = Math.max(second + 1, current - SECONDS + 1); passed <= current; passed++) {
                inCounts -= counts[(int) (passed % SECONDS)];
                counts[(int) (passed % SECONDS)] = 0;
            }
            second = current;
        }
    }
}
