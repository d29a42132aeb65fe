package dev.crucible.storage;

import static dev.crucible.platform.db.schema.storage.Tables.IDEMPOTENCY;
import static org.jooq.impl.DSL.row;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.DatabaseErrors;
import dev.crucible.storage.EvaluationSql.Made;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Query;
import org.jspecify.annotations.Nullable;

/** Stores new evaluations and remembers their idempotency keys. */
final class CreateBatch {
    private record Name(String submitter, String key) {
        static Name of(IdempotencyKey key) {
            return new Name(key.submitter(), key.key());
        }
    }

    private record Use(String bodyHash, List<EvaluationId> ids) {}

    private final DSLContext dsl;
    private final EvaluationSql sql;
    private final TallyChanges tally;
    private final Instant now;
    private final Map<Name, Use> known = new HashMap<>();
    private final List<Made> made = new ArrayList<>();
    private final List<Query> newKeys = new ArrayList<>();

    CreateBatch(DSLContext dsl, EvaluationSql sql, TallyChanges tally, Instant now) {
        this.dsl = dsl;
        this.sql = sql;
        this.tally = tally;
        this.now = now;
    }

    List<Write.Answer> run(List<Write.Create> writes, Iterator<Long> positions) throws SQLException {
        readKnownKeys(writes);
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (Write.Create write : writes) {
            Write.Answer earlier = earlier(write.key());
            answers.add(earlier != null ? earlier : create(write, positions));
        }
        write();
        return answers;
    }

    private void readKnownKeys(List<Write.Create> writes) {
        var names = writes.stream().map(Write.Create::key).filter(Objects::nonNull)
                .map(key -> row(key.submitter(), key.key())).toList();
        if (names.isEmpty()) {
            return;
        }
        dsl.selectFrom(IDEMPOTENCY).where(row(IDEMPOTENCY.SUBMITTER, IDEMPOTENCY.KEY).in(names)).forEach(found ->
                known.put(
                        new Name(found.get(IDEMPOTENCY.SUBMITTER), found.get(IDEMPOTENCY.KEY)),
                        new Use(
                                found.get(IDEMPOTENCY.BODY_HASH),
                                Stream.of(found.get(IDEMPOTENCY.IDS)).map(EvaluationId::new).toList())));
    }

    private Write.@Nullable Answer earlier(@Nullable IdempotencyKey key) {
        Use use = key == null ? null : known.get(Name.of(key));
        if (use == null) {
            return null;
        }
        if (!use.bodyHash().equals(key.bodyHash())) {
            return new Write.Refused(IdempotencyKey.conflict());
        }
        return new Write.Stored(new Created(use.ids(), List.of(), true));
    }

    private Write.Answer create(Write.Create write, Iterator<Long> positions) {
        List<EvaluationId> ids = new ArrayList<>();
        List<TimelineEntry> entries = new ArrayList<>();
        for (NewEvaluation source : write.batch()) {
            EvaluationRow row = EvaluationRow.created(positions.next(), source);
            made.add(new Made(row, source));
            tally.created(row.createdAt(), row.language(), row.engine());
            ids.add(row.id());
            entries.add(row.firstEntry());
        }
        if (write.key() != null) {
            remember(write.key(), ids);
        }
        return new Write.Stored(new Created(ids, entries, false));
    }

    private void remember(IdempotencyKey key, List<EvaluationId> ids) {
        known.put(Name.of(key), new Use(key.bodyHash(), ids));
        newKeys.add(dsl.insertInto(IDEMPOTENCY)
                .set(IDEMPOTENCY.SUBMITTER, key.submitter())
                .set(IDEMPOTENCY.KEY, key.key())
                .set(IDEMPOTENCY.BODY_HASH, key.bodyHash())
                .set(IDEMPOTENCY.IDS, ids.stream().map(EvaluationId::value).toArray(String[]::new))
                .set(IDEMPOTENCY.CREATED_AT, now));
    }

    private void write() throws SQLException {
        if (!newKeys.isEmpty()) {
            dsl.batch(newKeys).execute();
        }
        if (made.isEmpty()) {
            return;
        }
        try {
            sql.create(made);
        } catch (SQLException e) {
            if (DatabaseErrors.duplicate(e)) {
                throw new PlatformException(ErrorCode.ALREADY_EXISTS, "An evaluation with this id exists", e);
            }
            throw e;
        }
    }
}
