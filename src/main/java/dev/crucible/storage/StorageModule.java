package dev.crucible.storage;

import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.Database;
import java.nio.file.Path;
import java.time.InstantSource;

/** Makes the stores. */
public final class StorageModule {
    private StorageModule() {}

    /** In a migrated database, which stays the caller's to close, after the store. */
    public static EvaluationStore postgres(Database database, InstantSource clock) {
        return new PostgresEvaluationStore(database, clock);
    }

    /** For as long as the process lives. */
    public static EvaluationStore inMemory(InstantSource clock) {
        return new InMemoryEvaluationStore(clock);
    }

    /**
     * Outputs as files below {@code folder}, which this process has for itself.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if the folder cannot be used
     */
    public static OutputStore files(Path folder) {
        return new FileOutputStore(folder);
    }
}
