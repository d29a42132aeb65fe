package dev.crucible.queue;

import java.time.Duration;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The latest waits, in a ring. Its quantiles are made anew once some of it has changed, and at once until it is full:
 * to ask for them costs little however often. Guarded by the queue's lock.
 */
final class LatestWaits {
    private static final int MOST = 512;
    private static final int CHANGES = MOST / 80;

    private final long[] waits = new long[MOST];
    private long count;
    private long countedIn;
    private @Nullable Duration p50;
    private @Nullable Duration p95;

    void add(long nanos) {
        waits[(int) (count % MOST)] = nanos;
        count++;
    }

    long count() {
        return count;
    }

    @Nullable Duration p50() {
        refresh();
        return p50;
    }

    @Nullable Duration p95() {
        refresh();
        return p95;
    }

    private void refresh() {
        if (count == countedIn || count >= MOST && count - countedIn < CHANGES) {
            return;
        }
        long[] sorted = Arrays.copyOf(waits, (int) Math.min(count, MOST));
        Arrays.sort(sorted);
        p50 = quantile(sorted, 0.5);
        p95 = quantile(sorted, 0.95);
        countedIn = count;
    }

    private static Duration quantile(long[] sorted, double part) {
        return Duration.ofNanos(sorted[(int) Math.ceil(part * sorted.length) - 1]);
    }
}
