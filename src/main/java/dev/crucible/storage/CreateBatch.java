package dev.crucible.storage;

import static dev.crucible.platform.db.schema.storage.Tables.IDEMPOTENCY;
import static org.jooq.impl.DSL.row;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.db.Transaction;
import dev.crucible.storage.EvaluationSql.NewKey;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Stores new evaluations and remembers their idempotency keys. */
final class CreateBatch {
    private record Name(String submitter, String key) {
        static Name of(IdempotencyKey key) {
            return new Name(key.submitter(), key.key());
        }
    }

    private record Use(String bodyHash, List<EvaluationId> ids) {}

    private final Transaction transaction;
    private final EvaluationSql sql;
    private final TallyChanges tally;
    private final Instant now;
    private final Map<Name, Use> known = new HashMap<>();
    private final List<NewEvaluation> made = new ArrayList<>();
    private final List<NewKey> newKeys = new ArrayList<>();

    CreateBatch(Transaction transaction, EvaluationSql sql, TallyChanges tally, Instant now) {
        this.transaction = transaction;
        this.sql = sql;
        this.tally = tally;
        this.now = now;
    }

    /** Adds what the writes ask for to the transaction; the answers can be had once it was sent. */
    Write.Answers run(List<Write.Create> writes) throws SQLException {
        readKnownKeys(writes);
        List<Write.@Nullable Answer> earlier = new ArrayList<>(writes.size());
        for (Write.Create write : writes) {
            Write.Answer answer = earlier(write.key());
            earlier.add(answer);
            if (answer == null) {
                create(write);
            }
        }
        if (!newKeys.isEmpty()) {
            sql.remember(newKeys, now);
        }
        Transaction.Step<List<Long>> positions = made.isEmpty() ? null : sql.create(made);
        return () -> answers(writes, earlier, positions == null ? List.of() : positions.result());
    }

    private static List<Write.Answer> answers(
            List<Write.Create> writes, List<Write.@Nullable Answer> earlier, List<Long> drawn) {
        Iterator<Long> positions = drawn.iterator();
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (int i = 0; i < writes.size(); i++) {
            Write.Answer answer = earlier.get(i);
            answers.add(answer != null ? answer : stored(writes.get(i), positions));
        }
        return answers;
    }

    private static Write.Answer stored(Write.Create write, Iterator<Long> positions) {
        List<TimelineEntry> entries = new ArrayList<>(write.batch().size());
        for (NewEvaluation source : write.batch()) {
            entries.add(EvaluationRow.created(positions.next(), source).firstEntry());
        }
        return new Write.Stored(new Created(ids(write), entries, false));
    }

    private static List<EvaluationId> ids(Write.Create write) {
        return write.batch().stream().map(NewEvaluation::id).toList();
    }

    private void readKnownKeys(List<Write.Create> writes) throws SQLException {
        var names = writes.stream().map(Write.Create::key).filter(Objects::nonNull)
                .map(key -> row(key.submitter(), key.key())).toList();
        if (names.isEmpty()) {
            return;
        }
        transaction.dsl().selectFrom(IDEMPOTENCY).where(row(IDEMPOTENCY.SUBMITTER, IDEMPOTENCY.KEY).in(names)).forEach(found ->
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

    private void create(Write.Create write) {
        for (NewEvaluation source : write.batch()) {
            made.add(source);
            tally.created(
                    EvaluationState.stored(source.createdAt()), source.submission().language(),
                    source.submission().engine());
        }
        IdempotencyKey key = write.key();
        if (key != null) {
            known.put(Name.of(key), new Use(key.bodyHash(), ids(write)));
            newKeys.add(new NewKey(key, ids(write)));
        }
    }
}
