package dev.crucible.storage;

import java.sql.PreparedStatement;
import java.sql.SQLException;
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
    private final PreparedStatement statement;
    private final List<R> rows;
    private int index;

    ArrayBinder(PreparedStatement statement, int firstIndex, List<R> rows) {
        this.statement = statement;
        this.rows = rows;
        this.index = firstIndex;
    }

    /** Binds the next column; {@code type} is PostgreSQL's name for it. */
    ArrayBinder<R> column(String type, Function<R, @Nullable Object> value) throws SQLException {
        Object[] column = new Object[rows.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        statement.setArray(index++, statement.getConnection().createArrayOf(type, column));
        return this;
    }

    ArrayBinder<R> bytes(Function<R, byte[]> value) throws SQLException {
        byte[][] column = new byte[rows.size()][];
        for (int i = 0; i < column.length; i++) {
            column[i] = value.apply(rows.get(i));
        }
        statement.setArray(index++, statement.getConnection().createArrayOf("bytea", column));
        return this;
    }

    /** The index of the parameter after the last bound one. */
    int next() {
        return index;
    }
}
