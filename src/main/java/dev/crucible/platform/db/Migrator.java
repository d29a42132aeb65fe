package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database to the schema that this build needs. */
public final class Migrator {
    /** Files are {@code NNN_module_change.sql}: no prefix, one underscore. */
    private static final String LOCATION = "classpath:migrations";

    /** A schema of its own, so that a database with other tables can be used. */
    private static final String HISTORY = "crucible";

    private Migrator() {}

    /**
     * Applies what is missing of {@code migrations/}, each file in one transaction. Two servers that start together
     * take turns.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if the database is newer than this build, was changed by
     *     hand, or cannot be reached
     */
    public static void migrate(Database database) {
        try {
            Flyway.configure()
                    .dataSource(database.dataSource())
                    .locations(LOCATION)
                    .sqlMigrationPrefix("")
                    .sqlMigrationSeparator("_")
                    .schemas(HISTORY)
                    .validateMigrationNaming(true)
                    .load()
                    .migrate();
        } catch (FlywayException e) {
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "The database's schema cannot be brought to this version. Use the build that made it or a newer one,"
                            + " and see the cause: " + e.getMessage(),
                    e);
        }
    }
}
