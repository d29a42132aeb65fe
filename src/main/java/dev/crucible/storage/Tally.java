package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Adds up evaluations into {@link Statistics}. Not thread-safe. */
final class Tally {
    private static final int HOURS = 24;

    private final Map<String, Long> byStatus = new TreeMap<>();
    private final Map<String, Long> byLanguage = new TreeMap<>();
    private final Map<String, Long> byEngine = new TreeMap<>();
    private final Map<String, Long> byReason = new TreeMap<>();
    private final Map<Integer, Long> runtimes = new TreeMap<>();
    private final long[] byHour = new long[HOURS];
    private long total;
    private long last24h;
    private Sums sums = Sums.NONE;

    /** Sums over those evaluations that have a figure. */
    record Sums(long runtimeCount, long runtimeMillis, long waitCount, long waitMillis) {
        static final Sums NONE = new Sums(0, 0, 0, 0);

        static Sums of(EvaluationState ended) {
            Long runtime = ended.runtimeMillis();
            Long wait = ended.queueWaitMillis();
            return new Sums(
                    runtime == null ? 0 : 1, runtime == null ? 0 : runtime, wait == null ? 0 : 1, wait == null ? 0 : wait);
        }

        Sums negated() {
            return new Sums(-runtimeCount, -runtimeMillis, -waitCount, -waitMillis);
        }

        Sums plus(Sums other) {
            return new Sums(
                    runtimeCount + other.runtimeCount, runtimeMillis + other.runtimeMillis,
                    waitCount + other.waitCount, waitMillis + other.waitMillis);
        }
    }

    void add(String language, String engine, EvaluationStatus status, @Nullable Reason reason, long count, Sums more) {
        if (count == 0) {
            return;
        }
        total += count;
        byStatus.merge(status.wire(), count, Long::sum);
        byLanguage.merge(language, count, Long::sum);
        byEngine.merge(engine, count, Long::sum);
        if (reason != null) {
            byReason.merge(reason.wire(), count, Long::sum);
        }
        sums = sums.plus(more);
    }

    /** @param hour the hour of the day in UTC */
    void addHour(int hour, long count) {
        byHour[hour] += count;
    }

    void addLast24h(long count) {
        last24h += count;
    }

    void addRuntimes(int bucket, long count) {
        runtimes.merge(bucket, count, Long::sum);
    }

    Statistics statistics() {
        long completed = byStatus.getOrDefault(EvaluationStatus.COMPLETED.wire(), 0L);
        long terminal = 0;
        for (EvaluationStatus status : EvaluationStatus.values()) {
            terminal += status.terminal() ? byStatus.getOrDefault(status.wire(), 0L) : 0;
        }
        return new Statistics(
                total, byStatus, byLanguage, byEngine, byReason,
                ratio(sums.runtimeMillis(), sums.runtimeCount()),
                percentile(0.50), percentile(0.95),
                ratio(sums.waitMillis(), sums.waitCount()),
                ratio(completed, terminal),
                last24h, peakHour());
    }

    private static @Nullable Double ratio(long part, long whole) {
        return whole == 0 ? null : Double.valueOf((double) part / whole);
    }

    private @Nullable Double percentile(double share) {
        long count = runtimes.values().stream().mapToLong(Long::longValue).sum();
        long rank = (long) Math.ceil(share * count);
        for (Map.Entry<Integer, Long> bucket : runtimes.entrySet()) {
            rank -= bucket.getValue();
            if (rank <= 0) {
                return RuntimeBuckets.middle(bucket.getKey());
            }
        }
        return null;
    }

    private @Nullable Integer peakHour() {
        int peak = 0;
        for (int hour = 1; hour < HOURS; hour++) {
            peak = byHour[hour] > byHour[peak] ? hour : peak;
        }
        return byHour[peak] == 0 ? null : peak;
    }
}
