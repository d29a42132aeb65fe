package dev.crucible.platform.db;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * An open transaction that collects statements and sends them together: what a commit costs is its round trips, and
 * statements that do not need each other's answers share one, the last of them with the commit. The texts of statements
 * should be constant, so that the server plans each once. Used by one thread.
 */
public final class Transaction {
    private final Connection connection;
    private final List<Step<?>> waiting = new ArrayList<>();

    Transaction(Connection connection) {
        this.connection = connection;
    }

    /** Reads all rows of one statement. */
    @FunctionalInterface
    public interface Reader<R> {
        R read(ResultSet rows) throws SQLException;
    }

    /** A statement on its way, its parameters in order. */
    public final class Step<R> {
        private record Parameter(@Nullable String elementType, @Nullable Object value) {}

        private final String sql;
        private final @Nullable Reader<R> reader;
        private final List<Parameter> parameters = new ArrayList<>();
        private @Nullable R result;

        private Step(String sql, @Nullable Reader<R> reader) {
            this.sql = requireNonNull(sql, "sql is null");
            this.reader = reader;
        }

        public Step<R> value(Object value) {
            parameters.add(new Parameter(null, value));
            return this;
        }

        /** An array; {@code elementType} is PostgreSQL's name for what it holds. */
        public Step<R> array(String elementType, Object[] values) {
            parameters.add(new Parameter(elementType, values));
            return this;
        }

        /** What was read, once the statement was sent. */
        public R result() {
            return requireNonNull(result, "the statement was not sent, or has no rows to read");
        }

        private int bind(PreparedStatement statement, int firstIndex) throws SQLException {
            int index = firstIndex;
            for (Parameter parameter : parameters) {
                if (parameter.elementType() == null) {
                    statement.setObject(index++, parameter.value());
                } else {
                    statement.setArray(index++, connection.createArrayOf(
                            parameter.elementType(), (Object[]) parameter.value()));
                }
            }
            return index;
        }

        private void read(ResultSet rows) throws SQLException {
            if (reader != null) {
                result = reader.read(rows);
            }
        }
    }

    /** Adds a statement whose answer is of no interest. */
    public Step<Void> add(String sql) {
        return append(new Step<>(sql, null));
    }

    /** Adds a statement with rows to read. */
    public <R> Step<R> query(String sql, Reader<R> reader) {
        return append(new Step<>(sql, requireNonNull(reader, "reader is null")));
    }

    private <R> Step<R> append(Step<R> step) {
        waiting.add(step);
        return step;
    }

    /** jOOQ in this transaction, each statement in a round trip of its own after what was added before. */
    public DSLContext dsl() throws SQLException {
        send();
        return DSL.using(connection, SQLDialect.POSTGRES);
    }

    /** Sends what was added, in one round trip; a failure of one statement is a failure of all. */
    public void send() throws SQLException {
        if (waiting.isEmpty()) {
            return;
        }
        List<Step<?>> steps = List.copyOf(waiting);
        waiting.clear();
        String sql = steps.stream().map(step -> step.sql).collect(Collectors.joining(";\n"));
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int index = 1;
            for (Step<?> step : steps) {
                index = step.bind(statement, index);
            }
            boolean rows = statement.execute();
            for (Step<?> step : steps) {
                if (rows) {
                    step.read(statement.getResultSet());
                }
                rows = statement.getMoreResults();
            }
        }
    }

    void commit() throws SQLException {
        add("commit");
        send();
    }
}
