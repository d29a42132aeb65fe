package dev.crucible.storage;

import dev.crucible.platform.db.Transaction;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Binds many rows to a statement as one array for each column, to be read with {@code unnest}: the statement's text
 * stays the same for any number of rows, so the server plans it once.
 *
 * @param <R> a row
 */
final class ArrayBinder<R> {
    private final Transaction.Step<?> statement;
    private final List<R> rows;

    ArrayBinder(Transaction.Step<?> statement, List<R> rows) {
        this.statement = statement;
        this.rows = rows;
    }

    /** Binds the next column; {@code type} is PostgreSQL's name for it. */
    ArrayBinder<R> column(String type, Function<R, @Nullable Object> value) {
        Object[] column = new Object[rows.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        statement.array(type, column);
        return this;
    }

    ArrayBinder<R> bytes(Function<R, byte[]> value) {
        byte[][] column = new byte[rows.size()][];
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        statement.array("bytea", column);
        return this;
    }
}
