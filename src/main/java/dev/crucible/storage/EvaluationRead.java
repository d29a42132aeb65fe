package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.json.Json;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Optional;

/** The read of one whole record: on the way of every answer that waits for an end, so plain and with a constant text. */
final class EvaluationRead {
    private static final String FIND = """
            select e.id, e.submitter, e.created_at, e.queue, e.trace_id, s.body,
                   p.status, p.attempt, p.worker_id, p.queued_at, p.started_at, p.completed_at, r.outcome,
                   r.stdout, r.stdout_size, r.stdout_truncated, r.stdout_ref,
                   r.stderr, r.stderr_size, r.stderr_truncated, r.stderr_ref,
                   r.compile, r.compile_size, r.compile_truncated, r.compile_ref
            from storage.evaluation e
                join storage.progress p on p.seq = e.seq
                join storage.submission s on s.seq = e.seq
                left join storage.result r on r.seq = e.seq
            where e.id = ?
            """;

    private EvaluationRead() {}

    static Optional<Evaluation> find(Connection connection, EvaluationId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setString(1, id.value());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(evaluation(row)) : Optional.empty();
            }
        }
    }

    private static Evaluation evaluation(ResultSet row) throws SQLException {
        return new Evaluation(
                new EvaluationId(row.getString("id")),
                row.getString("submitter"),
                Json.read(row.getString("body"), Submission.class),
                EvaluationStatus.fromWire(row.getString("status")).orElseThrow(),
                row.getInt("attempt"),
                row.getString("worker_id"),
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getObject("queued_at", OffsetDateTime.class).toInstant(),
                EvaluationSql.instant(row, "started_at"),
                EvaluationSql.instant(row, "completed_at"),
                row.getString("outcome") == null ? null : outcome(row),
                row.getString("queue"),
                row.getString("trace_id"));
    }

    private static Outcome outcome(ResultSet row) throws SQLException {
        return Json.read(row.getString("outcome"), StoredText.OutcomeText.class)
                .with(output(row, "stdout"), output(row, "stderr"), output(row, "compile"));
    }

    private static CapturedOutput output(ResultSet row, String name) throws SQLException {
        return new CapturedOutput(
                row.getBytes(name), row.getLong(name + "_size"), row.getBoolean(name + "_truncated"),
                row.getString(name + "_ref"));
    }
}
