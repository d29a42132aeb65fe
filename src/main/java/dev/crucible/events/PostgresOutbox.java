package dev.crucible.events;

import static org.jooq.impl.DSL.val;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.json.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Record;

/** The outbox in PostgreSQL, schema {@code events}. One writer, so positions come in the order of commits. */
final class PostgresOutbox implements Outbox {
    private static final TypeReference<Map<String, Object>> DATA = new TypeReference<>() {};

    private static final String APPEND = """
            insert into events.outbox (source, at, eval_id, submitter, status, data)
            select e.source, timestamptz 'epoch' + e.at * interval '1 microsecond', e.eval_id,
                   e.submitter, e.status, e.data
            from unnest(?::bigint[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::text[])
                with ordinality as e (source, at, eval_id, submitter, status, data, place)
            order by e.place on conflict (source) do nothing returning source, position
            """;

    private final Database database;

    PostgresOutbox(Database database) {
        this.database = database;
    }

    @Override
    public List<EvaluationEvent> append(List<EvaluationEvent> events) {
        Map<Long, Long> positions = database.write(ErrorCode.STORAGE_UNAVAILABLE, transaction -> transaction
                .query(APPEND, PostgresOutbox::positions)
                .array("int8", events.stream().map(EvaluationEvent::source).toArray())
                .array("int8", events.stream().map(event -> ChronoUnit.MICROS.between(Instant.EPOCH, event.at()))
                        .toArray())
                .array("text", events.stream().map(event -> event.evalId().value()).toArray())
                .array("text", events.stream().map(EvaluationEvent::submitter).toArray())
                .array("text", events.stream().map(event -> event.status().wire()).toArray())
                .array("text", events.stream().map(event -> Json.text(event.data())).toArray())).result();
        List<EvaluationEvent> fresh = new ArrayList<>(events.size());
        for (EvaluationEvent event : events) {
            Long position = positions.remove(event.source());
            if (position != null) {
                fresh.add(event.at(position));
            }
        }
        return fresh;
    }

    private static Map<Long, Long> positions(ResultSet rows) throws SQLException {
        Map<Long, Long> kept = new HashMap<>();
        while (rows.next()) {
            kept.put(rows.getLong("source"), rows.getLong("position"));
        }
        return kept;
    }

    @Override
    public List<EvaluationEvent> read(long after, int limit) {
        return database.run(ErrorCode.STORAGE_UNAVAILABLE, sql -> sql
                .fetch("select position, source, at, eval_id, submitter, status, data from events.outbox"
                        + " where position > {0} order by position limit {1}", val(after), val(limit))
                .map(PostgresOutbox::event));
    }

    private static EvaluationEvent event(Record row) {
        try {
            return new EvaluationEvent(
                    row.get("position", Long.class), row.get("source", Long.class),
                    new EvaluationId(row.get("eval_id", String.class)), row.get("submitter", String.class),
                    EvaluationStatus.fromWire(row.get("status", String.class)).orElseThrow(),
                    row.get("at", Instant.class), Json.MAPPER.readValue(row.get("data", String.class), DATA));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the outbox holds data that is not JSON", e);
        }
    }

    @Override
    public long position() {
        return highest("position");
    }

    @Override
    public long lastSource() {
        return highest("source");
    }

    private long highest(String column) {
        return database.run(ErrorCode.STORAGE_UNAVAILABLE, sql -> sql
                .fetchSingle("select coalesce(max(" + column + "), 0) from events.outbox").get(0, Long.class));
    }
}
