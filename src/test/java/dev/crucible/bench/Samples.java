package dev.crucible.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/** Durations in milliseconds, sorted. */
final class Samples {
    /** Below this, a tenth of a millisecond says nothing. */
    private static final double SHORT_MILLIS = 0.1;

    private final double[] sorted;

    /** @param millis at least one */
    Samples(double[] millis) {
        if (millis.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        sorted = millis.clone();
        Arrays.sort(sorted);
    }

    static Samples of(Collection<Double> millis) {
        return new Samples(millis.stream().mapToDouble(Double::doubleValue).toArray());
    }

    double median() {
        return at(50);
    }

    /** The smallest value that {@code percent} of all do not exceed. */
    double at(double percent) {
        return sorted[Math.max(0, (int) Math.ceil(sorted.length * percent / 100) - 1)];
    }

    int count() {
        return sorted.length;
    }

    /** {@code p50 / p95 / p99}. */
    String percentiles() {
        if (at(50) < SHORT_MILLIS) {
            return String.format(Locale.ROOT, "%.1f / %.1f / %.1f µs", at(50) * 1000, at(95) * 1000, at(99) * 1000);
        }
        return String.format(Locale.ROOT, "%.1f / %.1f / %.1f ms", at(50), at(95), at(99));
    }
}
