package dev.crucible.storage;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jooq.DSLContext;

/** Several writes in one transaction: first what is created, then the changes, each group in the callers' order. */
final class WriteBatch {
    private WriteBatch() {}

    /** @return one answer for each write, in the same order */
    static List<Write.Answer> run(DSLContext dsl, Connection connection, Instant now, List<Write> writes)
            throws SQLException {
        List<Write.Create> creates = only(Write.Create.class, writes);
        List<Write.Apply> applies = only(Write.Apply.class, writes);
        EvaluationSql sql = new EvaluationSql(connection);
        TallyChanges tally = new TallyChanges();
        Iterator<Long> positions = sql.lockAndReserve(positions(creates, applies)).iterator();
        Iterator<Write.Answer> created =
                new CreateBatch(dsl, sql, tally, EvaluationState.stored(now)).run(creates, positions).iterator();
        Iterator<Write.Answer> applied = new ApplyBatch(dsl, sql, tally).run(applies, positions).iterator();
        tally.write(connection);
        List<Write.Answer> answers = new ArrayList<>(writes.size());
        for (Write write : writes) {
            answers.add(write instanceof Write.Create ? created.next() : applied.next());
        }
        return answers;
    }

    private static <W extends Write> List<W> only(Class<W> kind, List<Write> writes) {
        return writes.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /** As many as could be used; what is refused leaves a gap. */
    private static int positions(List<Write.Create> creates, List<Write.Apply> applies) {
        return creates.stream().mapToInt(write -> write.batch().size()).sum()
                + applies.stream().mapToInt(write -> write.changes().size()).sum();
    }
}
