package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.platform.db.Transaction;
import dev.crucible.storage.EvaluationRow.Ended;
import dev.crucible.storage.EvaluationRow.Line;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Takes changes through the state machine one after the other, in memory, and writes what came of them at once. */
final class ApplyBatch {
    private final Transaction transaction;
    private final EvaluationSql sql;
    private final TallyChanges tally;
    private final Map<EvaluationId, EvaluationRow> rows = new HashMap<>();
    private final Map<EvaluationId, EvaluationRow> changed = new LinkedHashMap<>();
    private final Map<EvaluationId, TimelineEntry> newest = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();

    ApplyBatch(Transaction transaction, EvaluationSql sql, TallyChanges tally) {
        this.transaction = transaction;
        this.sql = sql;
        this.tally = tally;
    }

    /** Adds what the writes ask for to the transaction. */
    List<Write.Answer> run(List<Write.Apply> writes) throws SQLException {
        if (writes.isEmpty()) {
            return List.of();
        }
        Set<EvaluationId> ids = new LinkedHashSet<>();
        writes.forEach(write -> write.changes().forEach(change -> ids.add(change.id())));
        // As many as could be used; what is refused leaves a gap.
        Transaction.Step<List<Long>> drawn = sql.reserve(writes.stream().mapToInt(write -> write.changes().size()).sum());
        Transaction.Step<Map<EvaluationId, EvaluationRow>> found = sql.find(ids);
        transaction.send();
        rows.putAll(found.result());
        Iterator<Long> positions = drawn.result().iterator();
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (Write.Apply write : writes) {
            List<Changed> each = new ArrayList<>(write.changes().size());
            for (StatusChange change : write.changes()) {
                each.add(apply(change, positions));
            }
            answers.add(new Write.Applied(each));
        }
        write();
        return answers;
    }

    private Changed apply(StatusChange change, Iterator<Long> positions) throws SQLException {
        EvaluationRow row = rows.get(change.id());
        if (row == null) {
            return new Changed(null, null);
        }
        Optional<EvaluationState> next = row.state().after(change);
        return next.isPresent() ? accept(row, next.get(), change, positions.next()) : refuse(row, change);
    }

    private Changed accept(EvaluationRow row, EvaluationState next, StatusChange change, long position) {
        TimelineEntry entry = row.entry(position, next, change);
        EvaluationRow after = row.with(next);
        rows.put(row.id(), after);
        changed.put(row.id(), after);
        newest.put(row.id(), entry);
        lines.add(new Line(row.seq(), entry));
        if (change.outcome() != null) {
            ended.add(new Ended(row.seq(), change.outcome()));
        }
        tally.changed(row.createdAt(), row.language(), row.engine(), row.state().status(), next);
        return new Changed(entry, next.status());
    }

    /** A caller that lost its answer asks again: the change is there, and is answered as it was. */
    private Changed refuse(EvaluationRow row, StatusChange change) throws SQLException {
        EvaluationStatus current = row.state().status();
        if (current == change.to() && row.state().attempt() == change.attempt()) {
            TimelineEntry last = newest.get(row.id());
            if (last == null) {
                last = EvaluationReads.newestEntry(transaction.dsl(), row.seq());
                newest.put(row.id(), last);
            }
            if (EvaluationRow.same(change, last)) {
                return new Changed(last, current);
            }
        }
        return new Changed(null, current);
    }

    private void write() {
        if (lines.isEmpty()) {
            return;
        }
        sql.update(changed.values());
        sql.append(lines);
        if (!ended.isEmpty()) {
            sql.results(ended);
        }
    }
}
