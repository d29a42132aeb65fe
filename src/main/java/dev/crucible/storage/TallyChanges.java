package dev.crucible.storage;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.db.Transaction;
import dev.crucible.storage.Tally.Sums;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What one transaction changes about the kept statistics, added up so that each row is written once. */
final class TallyChanges {
    private static final String UPSERT_TALLY = """
            insert into storage.tally as kept
                (hour, language, engine, status, reason, n, runtime_n, runtime_ms, wait_n, wait_ms)
            select hour::timestamptz, language, engine, status, reason, n, runtime_n, runtime_ms, wait_n, wait_ms
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                as more (hour, language, engine, status, reason, n, runtime_n, runtime_ms, wait_n, wait_ms)
            on conflict (hour, language, engine, status, reason) do update set
                n = kept.n + excluded.n,
                runtime_n = kept.runtime_n + excluded.runtime_n,
                runtime_ms = kept.runtime_ms + excluded.runtime_ms,
                wait_n = kept.wait_n + excluded.wait_n,
                wait_ms = kept.wait_ms + excluded.wait_ms
            """;

    private static final String UPSERT_HISTOGRAM = """
            insert into storage.runtime_histogram as kept (hour, bucket, n)
            select hour::timestamptz, bucket, n from unnest(?::text[], ?::smallint[], ?::bigint[]) as more (hour, bucket, n)
            on conflict (hour, bucket) do update set n = kept.n + excluded.n
            """;

    private record Cell(Instant hour, String language, String engine, String status, String reason) {}

    private record Change(long count, Sums sums) {
        Change plus(Change other) {
            return new Change(count + other.count, sums.plus(other.sums));
        }
    }

    private record Bucket(Instant hour, int number) {}

    private final Map<Cell, Change> cells = new HashMap<>();
    private final Map<Bucket, Long> buckets = new HashMap<>();

    void created(Instant createdAt, String language, String engine) {
        add(createdAt, language, engine, EvaluationStatus.QUEUED, null, 1, Sums.NONE);
    }

    void changed(Instant createdAt, String language, String engine, EvaluationStatus from, EvaluationState to) {
        add(createdAt, language, engine, from, null, -1, Sums.NONE);
        add(createdAt, language, engine, to.status(), to.reason(), 1, to.status().terminal() ? Sums.of(to) : Sums.NONE);
        if (to.status().terminal() && to.runtimeMillis() != null) {
            buckets.merge(new Bucket(hour(createdAt), RuntimeBuckets.of(to.runtimeMillis())), 1L, Long::sum);
        }
    }

    /** It ended, and counts no more. */
    void deleted(Instant createdAt, String language, String engine, EvaluationState ended) {
        add(createdAt, language, engine, ended.status(), ended.reason(), -1, Sums.of(ended).negated());
        if (ended.runtimeMillis() != null) {
            buckets.merge(new Bucket(hour(createdAt), RuntimeBuckets.of(ended.runtimeMillis())), -1L, Long::sum);
        }
    }

    private void add(
            Instant createdAt, String language, String engine, EvaluationStatus status, @Nullable Reason reason,
            long count, Sums sums) {
        Cell cell = new Cell(hour(createdAt), language, engine, status.wire(), reason == null ? "" : reason.wire());
        cells.merge(cell, new Change(count, sums), Change::plus);
    }

    static Instant hour(Instant at) {
        return at.truncatedTo(ChronoUnit.HOURS);
    }

    void write(Transaction transaction) {
        if (cells.isEmpty()) {
            return;
        }
        List<Map.Entry<Cell, Change>> rows = List.copyOf(cells.entrySet());
        new ArrayBinder<>(transaction.add(UPSERT_TALLY), rows)
                .column("text", row -> row.getKey().hour())
                .column("text", row -> row.getKey().language())
                .column("text", row -> row.getKey().engine())
                .column("text", row -> row.getKey().status())
                .column("text", row -> row.getKey().reason())
                .column("int8", row -> row.getValue().count())
                .column("int8", row -> row.getValue().sums().runtimeCount())
                .column("int8", row -> row.getValue().sums().runtimeMillis())
                .column("int8", row -> row.getValue().sums().waitCount())
                .column("int8", row -> row.getValue().sums().waitMillis());
        if (!buckets.isEmpty()) {
            writeBuckets(transaction);
        }
    }

    private void writeBuckets(Transaction transaction) {
        List<Map.Entry<Bucket, Long>> rows = List.copyOf(buckets.entrySet());
        new ArrayBinder<>(transaction.add(UPSERT_HISTOGRAM), rows)
                .column("text", row -> row.getKey().hour())
                .column("int2", row -> row.getKey().number())
                .column("int8", Map.Entry::getValue);
    }
}
