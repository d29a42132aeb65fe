package dev.crucible.executor.pool;

import java.time.Duration;

/** A count, and the highest that it has been within the last minute, give or take ten seconds. Not thread-safe. */
final class RecentPeak {
    private static final int SPANS = 6;
    private static final long SPAN_NANOS = Duration.ofSeconds(60).toNanos() / SPANS;

    private final int[] highest = new int[SPANS];
    private long span;
    private int count;

    RecentPeak(long now) {
        this.span = Math.floorDiv(now, SPAN_NANOS);
    }

    /** It is so many more or fewer from now on. */
    void change(int by, long now) {
        advance(now);
        count += by;
        remember(count, now);
    }

    /** As if it had been this many for a moment. */
    void remember(int many, long now) {
        advance(now);
        int slot = slot(span);
        highest[slot] = Math.max(highest[slot], many);
    }

    int now() {
        return count;
    }

    /** Over all that is remembered. */
    int peak(long now) {
        return peak(now, SPANS);
    }

    /** Over the last ten seconds or a little more. */
    int latest(long now) {
        return peak(now, 2);
    }

    private int peak(long now, int spans) {
        advance(now);
        int peak = 0;
        for (int back = 0; back < spans; back++) {
            peak = Math.max(peak, highest[slot(span - back)]);
        }
        return peak;
    }

    private void advance(long now) {
        long present = Math.floorDiv(now, SPAN_NANOS);
        for (long each = Math.max(span + 1, present - SPANS + 1); each <= present; each++) {
            highest[slot(each)] = count;
        }
        span = Math.max(span, present);
    }

    private static int slot(long span) {
        return Math.floorMod(span, SPANS);
    }
}
