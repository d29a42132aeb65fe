package dev.crucible.storage;

import static dev.crucible.platform.db.schema.storage.Tables.EVALUATION;
import static dev.crucible.platform.db.schema.storage.Tables.PROGRESS;
import static dev.crucible.platform.db.schema.storage.Tables.TIMELINE;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.SelectOnConditionStep;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The store's queries, but for one whole record and the statistics. */
final class EvaluationReads {
    private EvaluationReads() {}

    static EvaluationPage list(DSLContext dsl, EvaluationQuery query) {
        List<Condition> filters = filters(query);
        filters.add(EVALUATION.SEQ.lt(Cursors.seq(query.cursor())));
        var rows = dsl.select(
                        EVALUATION.SEQ, EVALUATION.ID, EVALUATION.CREATED_AT, EVALUATION.CODE_PREVIEW,
                        EVALUATION.LANGUAGE, EVALUATION.ENGINE, EVALUATION.PRIORITY, PROGRESS.STATUS,
                        PROGRESS.STARTED_AT, PROGRESS.COMPLETED_AT, PROGRESS.EXIT_CODE, PROGRESS.REASON,
                        PROGRESS.RUNTIME_MS)
                .from(EVALUATION)
                .join(PROGRESS).on(PROGRESS.SEQ.eq(EVALUATION.SEQ))
                .where(filters)
                .orderBy(EVALUATION.SEQ.desc())
                .limit(query.limit() + 1)
                .offset(query.offset())
                .fetch();
        boolean more = rows.size() > query.limit();
        List<EvaluationSummary> page =
                rows.stream().limit(query.limit()).map(EvaluationReads::summary).toList();
        return new EvaluationPage(page, more ? Cursors.of(rows.get(query.limit() - 1).get(EVALUATION.SEQ)) : null);
    }

    private static List<Condition> filters(EvaluationQuery query) {
        List<Condition> filters = new ArrayList<>();
        if (!query.statuses().isEmpty()) {
            filters.add(phaseIn(query.statuses().stream().map(Phase::of).distinct().toList()));
            filters.add(PROGRESS.STATUS.in(query.statuses().stream().map(EvaluationStatus::wire).toList()));
        }
        if (query.language() != null) {
            filters.add(EVALUATION.LANGUAGE.eq(query.language()));
        }
        if (query.engine() != null) {
            filters.add(EVALUATION.ENGINE.eq(query.engine()));
        }
        if (query.priority() != null) {
            filters.add(EVALUATION.PRIORITY.eq(query.priority().shortValue()));
        }
        if (query.submitter() != null) {
            filters.add(EVALUATION.SUBMITTER.eq(query.submitter()));
        }
        if (query.since() != null) {
            filters.add(EVALUATION.CREATED_AT.ge(query.since()));
        }
        if (query.until() != null) {
            filters.add(EVALUATION.CREATED_AT.lt(query.until()));
        }
        if (!query.tags().isEmpty()) {
            // The first condition is what the partial index is made for.
            filters.add(EVALUATION.TAGS.ne(DSL.inline(JSONB.valueOf("{}"))));
            filters.add(DSL.condition("{0} @> {1}", EVALUATION.TAGS, JSONB.valueOf(StoredText.tags(query.tags()))));
        }
        if (query.text() != null) {
            String text = StoredText.clean(query.text());
            filters.add(EVALUATION.CODE_PREVIEW.containsIgnoreCase(text).or(EVALUATION.ID.containsIgnoreCase(text)));
        }
        return filters;
    }

    /** As constants: the planner must see that a partial index fits, and how rare a phase is. */
    private static Condition phaseIn(List<String> phases) {
        return PROGRESS.PHASE.in(phases.stream().map(DSL::inline).toList());
    }

    private static EvaluationSummary summary(Record row) {
        return new EvaluationSummary(
                new EvaluationId(row.get(EVALUATION.ID)),
                status(row.get(PROGRESS.STATUS)),
                row.get(EVALUATION.CREATED_AT),
                row.get(PROGRESS.STARTED_AT),
                row.get(PROGRESS.COMPLETED_AT),
                row.get(EVALUATION.CODE_PREVIEW),
                row.get(EVALUATION.LANGUAGE),
                row.get(EVALUATION.ENGINE),
                row.get(EVALUATION.PRIORITY),
                row.get(PROGRESS.EXIT_CODE),
                EvaluationSql.reason(row.get(PROGRESS.REASON)),
                row.get(PROGRESS.RUNTIME_MS));
    }

    static List<TimelineEntry> timeline(DSLContext dsl, EvaluationId id) {
        return entries(dsl)
                .where(EVALUATION.ID.eq(id.value()))
                .orderBy(TIMELINE.POSITION)
                .fetch(EvaluationReads::entry);
    }

    static List<TimelineEntry> timelineAfter(DSLContext dsl, long after, int limit) {
        return entries(dsl)
                .where(TIMELINE.POSITION.gt(after))
                .orderBy(TIMELINE.POSITION)
                .limit(limit)
                .fetch(EvaluationReads::entry);
    }

    /** The last line of an evaluation's timeline; every evaluation has one. */
    static TimelineEntry newestEntry(DSLContext dsl, long seq) {
        return entries(dsl)
                .where(TIMELINE.EVALUATION_SEQ.eq(seq))
                .orderBy(TIMELINE.POSITION.desc())
                .limit(1)
                .fetchSingle(EvaluationReads::entry);
    }

    private static SelectOnConditionStep<?> entries(DSLContext dsl) {
        return dsl.select(
                        TIMELINE.POSITION, TIMELINE.AT, TIMELINE.FROM_STATUS, TIMELINE.TO_STATUS, TIMELINE.ACTOR,
                        TIMELINE.ATTEMPT, TIMELINE.REASON, TIMELINE.DETAIL, TIMELINE.EXIT_CODE, TIMELINE.RUNTIME_MS,
                        EVALUATION.ID, EVALUATION.SUBMITTER, EVALUATION.LANGUAGE, EVALUATION.ENGINE,
                        EVALUATION.PRIORITY)
                .from(TIMELINE)
                .join(EVALUATION).on(EVALUATION.SEQ.eq(TIMELINE.EVALUATION_SEQ));
    }

    private static TimelineEntry entry(Record row) {
        String from = row.get(TIMELINE.FROM_STATUS);
        return new TimelineEntry(
                row.get(TIMELINE.POSITION),
                new EvaluationId(row.get(EVALUATION.ID)),
                from == null ? null : status(from),
                status(row.get(TIMELINE.TO_STATUS)),
                row.get(TIMELINE.AT),
                row.get(TIMELINE.ACTOR),
                row.get(TIMELINE.ATTEMPT),
                EvaluationSql.reason(row.get(TIMELINE.REASON)),
                row.get(TIMELINE.DETAIL),
                row.get(EVALUATION.SUBMITTER),
                row.get(EVALUATION.LANGUAGE),
                row.get(EVALUATION.ENGINE),
                row.get(EVALUATION.PRIORITY),
                row.get(TIMELINE.EXIT_CODE),
                row.get(TIMELINE.RUNTIME_MS));
    }

    static List<EvaluationId> unfinished(
            DSLContext dsl, Instant before, @Nullable EvaluationId after, int limit) {
        return dsl.select(PROGRESS.ID)
                .from(PROGRESS)
                .join(EVALUATION).on(EVALUATION.SEQ.eq(PROGRESS.SEQ))
                .where(phaseIn(Phase.UNFINISHED))
                .and(EVALUATION.CREATED_AT.lt(before))
                .and(after == null ? DSL.noCondition() : PROGRESS.ID.gt(after.value()))
                .orderBy(PROGRESS.ID)
                .limit(limit)
                .fetch(row -> new EvaluationId(row.value1()));
    }

    private static EvaluationStatus status(String wire) {
        return EvaluationStatus.fromWire(wire).orElseThrow();
    }
}
