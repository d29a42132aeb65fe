package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.db.Transaction;
import dev.crucible.storage.EvaluationRow.Ended;
import dev.crucible.storage.EvaluationRow.Line;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The writer's statements. Each takes all rows of a batch at once, because a commit's cost is its round trips. Plain SQL,
 * since jOOQ has no form for an {@code unnest} of several arrays and would make a new statement for each number of rows.
 */
final class EvaluationSql {
    /** Any number, the same for every writer of this schema. */
    private static final long WRITER_LOCK = 0x6372_7563_6962_6c65L;

    private static final String LOCK = "select pg_advisory_xact_lock(?)";

    private static final String RESERVE = "select nextval('storage.timeline_position') from generate_series(1, ?)";

    private static final String CREATE = """
            with made as materialized (
                select nextval('storage.timeline_position') as seq, given.*
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::text[],
                            ?::text[], ?::text[], ?::text[], ?::text[])
                    as given (id, submitter, language, engine, priority, created_at,
                              code_preview, tags, trace_id, body)),
            evaluations as (
                insert into storage.evaluation (seq, id, submitter, language, engine, priority, created_at,
                                                code_preview, tags, trace_id, queue)
                select seq, id, submitter, language, engine, priority, created_at::timestamptz,
                       code_preview, tags::jsonb, trace_id, 'local' from made),
            submissions as (
                insert into storage.submission (seq, body) select seq, body from made),
            states as (
                insert into storage.progress (seq, id, status, phase, attempt, queued_at)
                select seq, id, 'queued', 'queued', 0, created_at::timestamptz from made)
            insert into storage.timeline (position, evaluation_seq, at, to_status, actor, attempt)
            select seq, seq, created_at::timestamptz, 'queued', 'user:' || submitter, 0 from made
            returning position
            """;

    private static final String REMEMBER = """
            insert into storage.idempotency (submitter, key, body_hash, ids, created_at)
            select submitter, key, body_hash, string_to_array(ids, ','), ?::timestamptz
            from unnest(?::text[], ?::text[], ?::text[], ?::text[]) as used (submitter, key, body_hash, ids)
            """;

    private static final String FIND = """
            select e.seq, e.id, e.submitter, e.language, e.engine, e.priority, e.created_at,
                   p.status, p.attempt, p.worker_id, p.queued_at, p.started_at, p.completed_at, p.queue_wait_ms,
                   p.reason, p.exit_code, p.signal, p.runtime_ms
            from storage.evaluation e join storage.progress p on p.seq = e.seq
            where e.id = any (?)
            """;

    private static final String UPDATE = """
            update storage.progress p set
                status = next.status, phase = next.phase, attempt = next.attempt, worker_id = next.worker_id,
                queued_at = next.queued_at::timestamptz, started_at = next.started_at::timestamptz,
                completed_at = next.completed_at::timestamptz, queue_wait_ms = next.queue_wait_ms,
                reason = next.reason, exit_code = next.exit_code, signal = next.signal, runtime_ms = next.runtime_ms
            from unnest(?::bigint[], ?::text[], ?::text[], ?::integer[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::bigint[], ?::text[], ?::integer[], ?::integer[], ?::bigint[])
                as next (seq, status, phase, attempt, worker_id, queued_at, started_at, completed_at,
                         queue_wait_ms, reason, exit_code, signal, runtime_ms)
            where p.seq = next.seq
            """;

    private static final String APPEND = """
            insert into storage.timeline (position, evaluation_seq, at, from_status, to_status, actor, attempt,
                                          reason, detail, exit_code, runtime_ms)
            select position, seq, at::timestamptz, from_status, to_status, actor, attempt,
                   reason, detail, exit_code, runtime_ms
            from unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::integer[],
                        ?::text[], ?::text[], ?::integer[], ?::bigint[])
                as line (position, seq, at, from_status, to_status, actor, attempt,
                         reason, detail, exit_code, runtime_ms)
            """;

    private static final String RESULTS = """
            insert into storage.result (seq, outcome,
                                        stdout, stdout_size, stdout_truncated, stdout_ref,
                                        stderr, stderr_size, stderr_truncated, stderr_ref,
                                        compile, compile_size, compile_truncated, compile_ref)
            select * from unnest(?::bigint[], ?::text[],
                                 ?::bytea[], ?::bigint[], ?::boolean[], ?::text[],
                                 ?::bytea[], ?::bigint[], ?::boolean[], ?::text[],
                                 ?::bytea[], ?::bigint[], ?::boolean[], ?::text[])
            """;

    private static final String DELETE = """
            with gone as (delete from storage.evaluation where id = any (?) returning seq),
            submissions as (delete from storage.submission s using gone where s.seq = gone.seq),
            states as (delete from storage.progress p using gone where p.seq = gone.seq),
            results as (delete from storage.result r using gone where r.seq = gone.seq)
            delete from storage.timeline t using gone where t.evaluation_seq = gone.seq
            """;

    private final Transaction transaction;

    EvaluationSql(Transaction transaction) {
        this.transaction = transaction;
    }

    /**
     * Makes this transaction the only writer until it ends. Without the lock a later position could become visible before
     * an earlier one, and a reader that went past it would miss the earlier.
     */
    void lock() {
        transaction.add(LOCK).value(WRITER_LOCK);
    }

    /** Draws positions for {@code count} changes. Only under the lock. */
    Transaction.Step<List<Long>> reserve(int count) {
        return transaction.query(RESERVE, EvaluationSql::positions).value(count);
    }

    private static List<Long> positions(ResultSet rows) throws SQLException {
        List<Long> positions = new ArrayList<>();
        while (rows.next()) {
            positions.add(rows.getLong(1));
        }
        // Drawn in the order of the rows, whatever order the answer has.
        Collections.sort(positions);
        return positions;
    }

    /** Makes rows; the answer is their positions, in the same order. */
    Transaction.Step<List<Long>> create(List<NewEvaluation> batch) {
        Transaction.Step<List<Long>> step = transaction.query(CREATE, EvaluationSql::positions);
        new ArrayBinder<>(step, batch)
                .column("text", made -> made.id().value())
                .column("text", NewEvaluation::submitter)
                .column("text", made -> made.submission().language())
                .column("text", made -> made.submission().engine())
                .column("int2", made -> made.submission().priority())
                .column("text", made -> EvaluationState.stored(made.createdAt()))
                .column("text", made -> StoredText.preview(made.submission()))
                .column("text", made -> StoredText.tags(made.submission().tags()))
                .column("text", made -> StoredText.cleanOrNull(made.traceId()))
                .column("text", made -> StoredText.json(made.submission()));
        return step;
    }

    /** A key and the evaluations that it stands for. */
    record NewKey(IdempotencyKey key, List<EvaluationId> ids) {}

    /** Keeps which evaluations each key stands for. */
    void remember(List<NewKey> keys, Instant now) {
        new ArrayBinder<>(transaction.add(REMEMBER).value(now.toString()), keys)
                .column("text", used -> used.key().submitter())
                .column("text", used -> used.key().key())
                .column("text", used -> used.key().bodyHash())
                // No id has a comma.
                .column("text", used -> String.join(",", used.ids().stream().map(EvaluationId::value).toList()));
    }

    Transaction.Step<Map<EvaluationId, EvaluationRow>> find(Collection<EvaluationId> ids) {
        return transaction.query(FIND, EvaluationSql::rows)
                .array("text", ids.stream().map(EvaluationId::value).toArray());
    }

    private static Map<EvaluationId, EvaluationRow> rows(ResultSet rows) throws SQLException {
        Map<EvaluationId, EvaluationRow> found = new HashMap<>();
        while (rows.next()) {
            EvaluationRow row = row(rows);
            found.put(row.id(), row);
        }
        return found;
    }

    private static EvaluationRow row(ResultSet rows) throws SQLException {
        EvaluationState state = new EvaluationState(
                EvaluationStatus.fromWire(rows.getString("status")).orElseThrow(),
                rows.getInt("attempt"),
                rows.getString("worker_id"),
                rows.getObject("queued_at", OffsetDateTime.class).toInstant(),
                instant(rows, "started_at"),
                instant(rows, "completed_at"),
                rows.getObject("queue_wait_ms", Long.class),
                reason(rows.getString("reason")),
                rows.getObject("exit_code", Integer.class),
                rows.getObject("signal", Integer.class),
                rows.getObject("runtime_ms", Long.class));
        return new EvaluationRow(
                rows.getLong("seq"), new EvaluationId(rows.getString("id")), rows.getString("submitter"),
                rows.getString("language"), rows.getString("engine"), rows.getInt("priority"),
                rows.getObject("created_at", OffsetDateTime.class).toInstant(), state);
    }

    static @Nullable Instant instant(ResultSet rows, String column) throws SQLException {
        OffsetDateTime at = rows.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    static @Nullable Reason reason(@Nullable String wire) {
        return wire == null || wire.isEmpty() ? null : Reason.fromWire(wire).orElseThrow();
    }

    void update(Collection<EvaluationRow> changed) {
        new ArrayBinder<>(transaction.add(UPDATE), List.copyOf(changed))
                .column("int8", EvaluationRow::seq)
                .column("text", row -> row.state().status().wire())
                .column("text", row -> Phase.of(row.state().status()))
                .column("int4", row -> row.state().attempt())
                .column("text", row -> StoredText.cleanOrNull(row.state().workerId()))
                .column("text", row -> row.state().queuedAt())
                .column("text", row -> row.state().startedAt())
                .column("text", row -> row.state().completedAt())
                .column("int8", row -> row.state().queueWaitMillis())
                .column("text", row -> wire(row.state().reason()))
                .column("int4", row -> row.state().exitCode())
                .column("int4", row -> row.state().signal())
                .column("int8", row -> row.state().runtimeMillis());
    }

    void delete(Collection<EvaluationId> ids) {
        transaction.add(DELETE).array("text", ids.stream().map(EvaluationId::value).toArray());
    }

    void append(List<Line> lines) {
        new ArrayBinder<>(transaction.add(APPEND), lines)
                .column("int8", line -> line.entry().position())
                .column("int8", Line::seq)
                .column("text", line -> line.entry().at())
                .column("text", line -> line.entry().from() == null ? null : line.entry().from().wire())
                .column("text", line -> line.entry().to().wire())
                .column("text", line -> line.entry().actor())
                .column("int4", line -> line.entry().attempt())
                .column("text", line -> wire(line.entry().reason()))
                .column("text", line -> line.entry().detail())
                .column("int4", line -> line.entry().exitCode())
                .column("int8", line -> line.entry().runtimeMillis());
    }

    private static @Nullable String wire(@Nullable Reason reason) {
        return reason == null ? null : reason.wire();
    }

    void results(List<Ended> ended) {
        ArrayBinder<Ended> binder = new ArrayBinder<>(transaction.add(RESULTS), ended)
                .column("int8", Ended::seq)
                .column("text", row -> StoredText.json(StoredText.OutcomeText.of(row.outcome())));
        stream(binder, Outcome::stdout);
        stream(binder, Outcome::stderr);
        stream(binder, Outcome::compile);
    }

    private static void stream(ArrayBinder<Ended> binder, Function<Outcome, CapturedOutput> stream) {
        binder.bytes(row -> stream.apply(row.outcome()).head())
                .column("int8", row -> stream.apply(row.outcome()).size())
                .column("bool", row -> stream.apply(row.outcome()).truncated())
                .column("text", row -> stream.apply(row.outcome()).ref());
    }
}
