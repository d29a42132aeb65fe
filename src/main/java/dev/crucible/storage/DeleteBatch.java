package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Transaction;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Removes evaluations that have ended, and takes them out of the statistics. */
final class DeleteBatch {
    private final Transaction transaction;
    private final EvaluationSql sql;
    private final TallyChanges tally;

    DeleteBatch(Transaction transaction, EvaluationSql sql, TallyChanges tally) {
        this.transaction = transaction;
        this.sql = sql;
        this.tally = tally;
    }

    /** Adds what the writes ask for to the transaction. */
    List<Write.Answer> run(List<Write.Delete> writes) throws SQLException {
        if (writes.isEmpty()) {
            return List.of();
        }
        Transaction.Step<Map<EvaluationId, EvaluationRow>> found =
                sql.find(writes.stream().map(Write.Delete::id).distinct().toList());
        transaction.send();
        Map<EvaluationId, EvaluationRow> rows = new HashMap<>(found.result());
        Set<EvaluationId> gone = new LinkedHashSet<>();
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (Write.Delete write : writes) {
            answers.add(delete(rows.get(write.id()), gone));
        }
        if (!gone.isEmpty()) {
            sql.delete(gone);
        }
        return answers;
    }

    private Write.Answer delete(@Nullable EvaluationRow row, Set<EvaluationId> gone) {
        if (row == null || gone.contains(row.id())) {
            return new Write.Deleted(false);
        }
        try {
            row.state().requireTerminal();
        } catch (PlatformException e) {
            return new Write.Refused(e);
        }
        gone.add(row.id());
        tally.deleted(row.createdAt(), row.language(), row.engine(), row.state());
        return new Write.Deleted(true);
    }
}
