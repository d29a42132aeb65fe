package dev.crucible.storage;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.storage.http.RemoteEvaluationStore;
import dev.crucible.testing.FakeOutputs;
import dev.crucible.testing.StorageHost;
import dev.crucible.testing.TestDatabase;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The store of a storage service in front of PostgreSQL. */
class RemoteEvaluationStoreTest extends EvaluationStoreContract {
    private static Database database;
    private EvaluationStore behind;
    private StorageHost host;

    @BeforeAll
    static void openDatabase() {
        database = TestDatabase.fresh();
    }

    @AfterAll
    static void closeDatabase() {
        database.close();
    }

    WireFormat format() {
        return WireFormat.JSON;
    }

    @Override
    EvaluationStore open(InstantSource clock) {
        database.dsl().execute("""
                truncate storage.evaluation, storage.submission, storage.progress, storage.result, storage.timeline,
                         storage.idempotency, storage.tally, storage.runtime_histogram""");
        behind = StorageModule.postgres(database, clock);
        host = new StorageHost(behind, new FakeOutputs(), null);
        return new RemoteEvaluationStore(host.address(format()));
    }

    @AfterEach
    void closeService() {
        host.close();
        behind.close();
    }

    @Test
    void a_service_that_is_away_is_said_to_be() {
        try (EvaluationStore store = new RemoteEvaluationStore(host.address(format()))) {
            store.check();
            host.stop();

            assertCode(ErrorCode.STORAGE_UNAVAILABLE, () -> store.find(id("any")));
            assertCode(ErrorCode.STORAGE_UNAVAILABLE,
                    () -> store.create(List.of(evaluation("any", submission("python"))), null));
            assertCode(ErrorCode.STORAGE_UNAVAILABLE, store::check);
        }
    }
}
