package dev.crucible.bench;

import dev.crucible.platform.db.EmbeddedPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** What the database itself can do: one row and its commit, with nothing around it. */
final class Inserts implements Load.Client {
    private final Connection connection;
    private final PreparedStatement insert;

    Inserts(EmbeddedPostgres postgres) throws SQLException {
        connection = connect(postgres);
        insert = connection.prepareStatement("insert into submitted (id, code) values (?, ?)");
    }

    static void prepare(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = connect(postgres); Statement statement = connection.createStatement()) {
            statement.execute("create table submitted (id text primary key, code text not null)");
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    @Override
    public void once() throws SQLException {
        insert.setString(1, UUID.randomUUID().toString());
        insert.setString(2, Programs.CODE);
        insert.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
