package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
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
import org.jooq.DSLContext;

/** Takes changes through the state machine one after the other, in memory, and writes what came of them at once. */
final class ApplyBatch {
    private final DSLContext dsl;
    private final EvaluationSql sql;
    private final TallyChanges tally;
    private final Map<EvaluationId, EvaluationRow> rows = new HashMap<>();
    private final Map<EvaluationId, EvaluationRow> changed = new LinkedHashMap<>();
    private final Map<EvaluationId, TimelineEntry> newest = new HashMap<>();
    private final List<Line> lines = new ArrayList<>();
    private final List<Ended> ended = new ArrayList<>();

    ApplyBatch(DSLContext dsl, EvaluationSql sql, TallyChanges tally) {
        this.dsl = dsl;
        this.sql = sql;
        this.tally = tally;
    }

    List<Write.Answer> run(List<Write.Apply> writes, Iterator<Long> positions) throws SQLException {
        if (writes.isEmpty()) {
            return List.of();
        }
        Set<EvaluationId> ids = new LinkedHashSet<>();
        writes.forEach(write -> write.changes().forEach(change -> ids.add(change.id())));
        rows.putAll(sql.find(ids));
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

    private Changed apply(StatusChange change, Iterator<Long> positions) {
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
    private Changed refuse(EvaluationRow row, StatusChange change) {
        EvaluationStatus current = row.state().status();
        if (current == change.to() && row.state().attempt() == change.attempt()) {
            TimelineEntry last = newest.computeIfAbsent(row.id(), id -> EvaluationReads.newestEntry(dsl, row.seq()));
            if (EvaluationRow.same(change, last)) {
                return new Changed(last, current);
            }
        }
        return new Changed(null, current);
    }

    private void write() throws SQLException {
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
