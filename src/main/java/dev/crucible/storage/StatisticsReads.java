package dev.crucible.storage;

import static dev.crucible.platform.db.schema.storage.Tables.EVALUATION;
import static dev.crucible.platform.db.schema.storage.Tables.PROGRESS;
import static dev.crucible.platform.db.schema.storage.Tables.RUNTIME_HISTOGRAM;
import static dev.crucible.platform.db.schema.storage.Tables.TALLY;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.sum;

import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.storage.Tally.Sums;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Statistics from the rows that are kept for each whole hour, and from the evaluations themselves for the part of an
 * hour at the beginning of the span that was asked for.
 */
final class StatisticsReads {
    private final DSLContext dsl;
    private final Tally tally = new Tally();

    private StatisticsReads(DSLContext dsl) {
        this.dsl = dsl;
    }

    static Statistics read(DSLContext dsl, @Nullable Instant since, Instant now) {
        return dsl.transactionResult(configuration -> {
            // One view of the data: a change that is committed meanwhile must not be counted in one part alone.
            configuration.dsl().execute("set transaction isolation level repeatable read, read only");
            StatisticsReads reads = new StatisticsReads(configuration.dsl());
            reads.wholeHours(since);
            if (since != null) {
                reads.beginning(since);
            }
            reads.lastDay(since, now);
            return reads.tally.statistics();
        });
    }

    /** The first whole hour at or after {@code since}. */
    private static Instant firstHour(Instant since) {
        Instant hour = TallyChanges.hour(since);
        return hour.equals(since) ? hour : hour.plus(Duration.ofHours(1));
    }

    private void wholeHours(@Nullable Instant since) {
        Condition span = since == null ? DSL.noCondition() : TALLY.HOUR.ge(firstHour(since));
        dsl.select(
                        TALLY.LANGUAGE, TALLY.ENGINE, TALLY.STATUS, TALLY.REASON, sum(TALLY.N), sum(TALLY.RUNTIME_N),
                        sum(TALLY.RUNTIME_MS), sum(TALLY.WAIT_N), sum(TALLY.WAIT_MS))
                .from(TALLY).where(span)
                .groupBy(TALLY.LANGUAGE, TALLY.ENGINE, TALLY.STATUS, TALLY.REASON)
                .forEach(row -> add(
                        row.value1(), row.value2(), row.value3(), row.value4(), whole(row.value5()),
                        new Sums(whole(row.value6()), whole(row.value7()), whole(row.value8()), whole(row.value9()))));
        dsl.select(TALLY.HOUR, sum(TALLY.N)).from(TALLY).where(span).groupBy(TALLY.HOUR)
                .forEach(row -> tally.addHour(hourOfDay(row.value1()), whole(row.value2())));
        dsl.select(RUNTIME_HISTOGRAM.BUCKET, sum(RUNTIME_HISTOGRAM.N))
                .from(RUNTIME_HISTOGRAM)
                .where(since == null ? DSL.noCondition() : RUNTIME_HISTOGRAM.HOUR.ge(firstHour(since)))
                .groupBy(RUNTIME_HISTOGRAM.BUCKET)
                .forEach(row -> tally.addRuntimes(row.value1(), whole(row.value2())));
    }

    private void beginning(Instant since) {
        Condition span = EVALUATION.CREATED_AT.ge(since).and(EVALUATION.CREATED_AT.lt(firstHour(since)));
        dsl.select(
                        EVALUATION.LANGUAGE, EVALUATION.ENGINE, PROGRESS.STATUS, PROGRESS.REASON, count(),
                        count(PROGRESS.RUNTIME_MS), sum(PROGRESS.RUNTIME_MS),
                        count(PROGRESS.QUEUE_WAIT_MS).filterWhere(PROGRESS.COMPLETED_AT.isNotNull()),
                        sum(PROGRESS.QUEUE_WAIT_MS).filterWhere(PROGRESS.COMPLETED_AT.isNotNull()))
                .from(EVALUATION).join(PROGRESS).on(PROGRESS.SEQ.eq(EVALUATION.SEQ)).where(span)
                .groupBy(EVALUATION.LANGUAGE, EVALUATION.ENGINE, PROGRESS.STATUS, PROGRESS.REASON)
                .forEach(row -> {
                    add(
                            row.value1(), row.value2(), row.value3(), row.value4(), row.value5(),
                            new Sums(row.value6(), whole(row.value7()), row.value8(), whole(row.value9())));
                    tally.addHour(hourOfDay(since), row.value5());
                });
        dsl.select(PROGRESS.RUNTIME_MS, count())
                .from(EVALUATION).join(PROGRESS).on(PROGRESS.SEQ.eq(EVALUATION.SEQ)).where(span)
                .and(PROGRESS.RUNTIME_MS.isNotNull())
                .groupBy(PROGRESS.RUNTIME_MS)
                .forEach(row -> tally.addRuntimes(RuntimeBuckets.of(row.value1()), row.value2()));
    }

    private void lastDay(@Nullable Instant since, Instant now) {
        Instant dayAgo = now.minus(Duration.ofDays(1));
        Instant start = since != null && since.isAfter(dayAgo) ? since : dayAgo;
        tally.addLast24h(whole(dsl.select(sum(TALLY.N)).from(TALLY).where(TALLY.HOUR.ge(firstHour(start)))
                .fetchSingle().value1()));
        tally.addLast24h(dsl.fetchCount(
                EVALUATION, EVALUATION.CREATED_AT.ge(start).and(EVALUATION.CREATED_AT.lt(firstHour(start)))));
    }

    private void add(
            String language, String engine, String status, @Nullable String reason, long count, Sums sums) {
        tally.add(
                language, engine, EvaluationStatus.fromWire(status).orElseThrow(), EvaluationSql.reason(reason), count,
                sums);
    }

    private static int hourOfDay(Instant at) {
        return at.atOffset(ZoneOffset.UTC).getHour();
    }

    /** A sum over no rows is null. */
    private static long whole(@Nullable BigDecimal sum) {
        return sum == null ? 0 : sum.longValueExact();
    }
}
