package dev.crucible.testing;

import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.EmbeddedPostgres;
import dev.crucible.platform.db.Migrator;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Databases for tests: one embedded server for each test JVM, kept under {@code target/} so that the next run need not
 * set it up, and a new migrated database for whoever asks. The server ends with the JVM.
 */
public final class TestDatabase {
    private static final String TEMPLATE = "migrated";
    private static final int FOLDERS = 8;

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static @Nullable EmbeddedPostgres server;

    private TestDatabase() {}

    /** A connection to a new database with every migration applied; the caller closes it. */
    public static Database fresh() {
        return open(create());
    }

    /** Another connection to a database that {@link #create} made. */
    public static Database open(String name) {
        EmbeddedPostgres running = server();
        return Database.connect(running.jdbcUrl(name), running.user(), running.password());
    }

    /** Makes a new database with every migration applied and answers its name. */
    public static synchronized String create() {
        String name = "test_" + COUNT.incrementAndGet();
        try (Database admin = server().connect()) {
            admin.dsl().execute("create database " + name + " template " + TEMPLATE);
        }
        return name;
    }

    /** The server that all tests share: do not close it. */
    public static synchronized EmbeddedPostgres server() {
        if (server == null) {
            EmbeddedPostgres started = start();
            Runtime.getRuntime().addShutdownHook(new Thread(started::close, "test-database-stop"));
            try (Database admin = started.connect()) {
                dropAll(admin.dsl());
                admin.dsl().execute("create database " + TEMPLATE);
            }
            try (Database template = Database.connect(started.jdbcUrl(TEMPLATE), started.user(), started.password())) {
                Migrator.migrate(template);
            }
            server = started;
        }
        return server;
    }

    /** Another JVM may be testing in this folder: then the next folder is taken. */
    private static EmbeddedPostgres start() {
        for (int number = 1; ; number++) {
            EmbeddedPostgres candidate = new EmbeddedPostgres(Path.of("target", "test-postgres-" + number));
            try {
                candidate.start();
                return candidate;
            } catch (PlatformException e) {
                if (number == FOLDERS || !e.getMessage().contains("is in use by")) {
                    throw e;
                }
            }
        }
    }

    private static void dropAll(DSLContext dsl) {
        List<String> left = dsl.fetch("select datname from pg_database where datname like 'test\\_%' or datname = ?",
                TEMPLATE).getValues(0, String.class);
        // Not by force, which may not end an autovacuum that is at work in one; without it, PostgreSQL ends that itself.
        left.forEach(name -> dsl.execute("drop database " + name));
    }
}
