package dev.crucible.bench;

import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.EmbeddedPostgres;
import dev.crucible.platform.db.Migrator;
import dev.crucible.queue.QueueConfig;

/** Our queue as the server has it, with its journal in the embedded PostgreSQL: a database for each. */
final class JournaledQueues {
    private static final String TEMPLATE = "migrated";

    private final EmbeddedPostgres postgres;
    private int count;

    JournaledQueues(EmbeddedPostgres postgres) {
        this.postgres = postgres;
        admin("create database " + TEMPLATE);
        try (Database template = connect(TEMPLATE)) {
            Migrator.migrate(template);
            template.dsl().execute("create table result (id text primary key, output text not null)");
        }
    }

    /** An empty one, started. */
    JournaledQueue open(QueueConfig config) {
        String name = "queue_" + ++count;
        admin("create database " + name + " template " + TEMPLATE);
        JournaledQueue queue = new JournaledQueue(() -> connect(name), config);
        queue.start();
        return queue;
    }

    private void admin(String statement) {
        try (Database admin = postgres.connect()) {
            admin.dsl().execute(statement);
        }
    }

    private Database connect(String name) {
        return Database.connect(postgres.jdbcUrl(name), postgres.user(), postgres.password());
    }
}
