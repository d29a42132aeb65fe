package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.storage.EvaluationRow.Ended;
import dev.crucible.storage.EvaluationRow.Line;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
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

    private static final String RESERVE = """
            with writer as materialized (select pg_advisory_xact_lock(?))
            select nextval('storage.timeline_position') from writer, generate_series(1, ?)
            """;

    private static final String CREATE = """
            with made as materialized (
                select * from unnest(?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[], ?::smallint[], ?::text[],
                                     ?::text[], ?::text[], ?::text[], ?::text[])
                    as made (seq, id, submitter, language, engine, priority, created_at,
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

    private final Connection connection;

    EvaluationSql(Connection connection) {
        this.connection = connection;
    }

    /**
     * Makes this transaction the only writer until it ends and draws positions. Without the lock a later position could
     * become visible before an earlier one, and a reader that went past it would miss the earlier.
     */
    List<Long> lockAndReserve(int count) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESERVE)) {
            statement.setLong(1, WRITER_LOCK);
            statement.setInt(2, count);
            List<Long> positions = new ArrayList<>(count);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    positions.add(rows.getLong(1));
                }
            }
            return positions;
        }
    }

    /** A row to be made, with what only the submission knows. */
    record Made(EvaluationRow row, NewEvaluation source) {}

    void create(List<Made> batch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
            new ArrayBinder<>(statement, 1, batch)
                    .column("int8", made -> made.row().seq())
                    .column("text", made -> made.row().id().value())
                    .column("text", made -> made.row().submitter())
                    .column("text", made -> made.row().language())
                    .column("text", made -> made.row().engine())
                    .column("int2", made -> made.row().priority())
                    .column("text", made -> made.row().createdAt())
                    .column("text", made -> StoredText.preview(made.source().submission().code()))
                    .column("text", made -> StoredText.tags(made.source().submission().tags()))
                    .column("text", made -> StoredText.cleanOrNull(made.source().traceId()))
                    .column("text", made -> StoredText.json(made.source().submission()));
            statement.executeUpdate();
        }
    }

    Map<EvaluationId, EvaluationRow> find(Collection<EvaluationId> ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            Object[] values = ids.stream().map(EvaluationId::value).toArray();
            statement.setArray(1, connection.createArrayOf("text", values));
            Map<EvaluationId, EvaluationRow> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    EvaluationRow row = row(rows);
                    found.put(row.id(), row);
                }
            }
            return found;
        }
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

    private static @Nullable Instant instant(ResultSet rows, String column) throws SQLException {
        OffsetDateTime at = rows.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    static @Nullable Reason reason(@Nullable String wire) {
        return wire == null || wire.isEmpty() ? null : Reason.fromWire(wire).orElseThrow();
    }

    void update(Collection<EvaluationRow> changed) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UPDATE)) {
            new ArrayBinder<>(statement, 1, List.copyOf(changed))
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
            statement.executeUpdate();
        }
    }

    void append(List<Line> lines) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(APPEND)) {
            new ArrayBinder<>(statement, 1, lines)
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
            statement.executeUpdate();
        }
    }

    private static @Nullable String wire(@Nullable Reason reason) {
        return reason == null ? null : reason.wire();
    }

    void results(List<Ended> ended) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESULTS)) {
            ArrayBinder<Ended> binder = new ArrayBinder<>(statement, 1, ended)
                    .column("int8", Ended::seq)
                    .column("text", row -> StoredText.json(StoredText.OutcomeText.of(row.outcome())));
            stream(binder, Outcome::stdout);
            stream(binder, Outcome::stderr);
            stream(binder, Outcome::compile);
            statement.executeUpdate();
        }
    }

    private static void stream(ArrayBinder<Ended> binder, Function<Outcome, CapturedOutput> stream)
            throws SQLException {
        binder.bytes(row -> stream.apply(row.outcome()).head())
                .column("int8", row -> stream.apply(row.outcome()).size())
                .column("bool", row -> stream.apply(row.outcome()).truncated())
                .column("text", row -> stream.apply(row.outcome()).ref());
    }
}
