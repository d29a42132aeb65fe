package dev.crucible.storage;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.platform.db.Database;
import dev.crucible.testing.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresEvaluationStoreTest extends EvaluationStoreContract {
    private static Database database;

    @BeforeAll
    static void openDatabase() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    @Override
    EvaluationStore open(InstantSource clock) {
        database.dsl().execute("""
                truncate storage.evaluation, storage.submission, storage.progress, storage.result, storage.timeline,
                         storage.idempotency, storage.tally, storage.runtime_histogram""");
        return StorageModule.postgres(database, clock);
    }

    @Test
    void a_database_that_is_away_is_said_to_be() {
        Database gone = TestDatabase.fresh();
        try (EvaluationStore store = StorageModule.postgres(gone, () -> START)) {
            gone.close();

            assertCode(ErrorCode.STORAGE_UNAVAILABLE, () -> store.find(id("any")));
            assertCode(ErrorCode.STORAGE_UNAVAILABLE,
                    () -> store.create(List.of(evaluation("any", submission("python"))), null));
            assertCode(ErrorCode.STORAGE_UNAVAILABLE, store::check);
        }
    }
}
