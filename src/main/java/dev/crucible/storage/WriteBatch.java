package dev.crucible.storage;

import dev.crucible.platform.db.Transaction;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Several writes in one transaction: first what is created, then the changes, then what is deleted, each
 * group in the callers' order.
 */
final class WriteBatch {
    private WriteBatch() {}

    /** Adds everything to the transaction; the answers can be had once it is committed. */
    static Write.Answers run(Transaction transaction, Instant now, List<Write> writes) throws SQLException {
        EvaluationSql sql = new EvaluationSql(transaction);
        TallyChanges tally = new TallyChanges();
        sql.lock();
        Write.Answers created = new CreateBatch(transaction, sql, tally, EvaluationState.stored(now))
                .run(only(Write.Create.class, writes));
        List<Write.Answer> applied =
                new ApplyBatch(transaction, sql, tally).run(only(Write.Apply.class, writes));
        List<Write.Answer> deleted =
                new DeleteBatch(transaction, sql, tally).run(only(Write.Delete.class, writes));
        tally.write(transaction);
        return () -> inOrder(writes, created.get().iterator(), applied.iterator(), deleted.iterator());
    }

    private static List<Write.Answer> inOrder(
            List<Write> writes, Iterator<Write.Answer> created, Iterator<Write.Answer> applied,
            Iterator<Write.Answer> deleted) {
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (Write write : writes) {
            answers.add(write instanceof Write.Create ? created.next()
                    : write instanceof Write.Apply ? applied.next() : deleted.next());
        }
        return answers;
    }

    private static <W extends Write> List<W> only(Class<W> kind, List<Write> writes) {
        return writes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }
}
