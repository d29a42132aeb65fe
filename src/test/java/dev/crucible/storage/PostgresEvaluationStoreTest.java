package dev.crucible.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
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
    void what_an_earlier_version_wrote_still_reads() {
        try (EvaluationStore store = open(() -> START)) {
            store.create(List.of(evaluation("old", submission("python"))), null);
            store.apply(List.of(ended("old", 0, Outcome.notRun(Reason.CANCELLED, "early"))));
            database.dsl().execute("""
                    update storage.submission set body = (body::jsonb - 'files' - 'entrypoint' - 'isolation' - 'tests'
                        - 'stop_on_failure' - 'artifacts')::text""");
            database.dsl().execute("""
                    update storage.result set outcome = (outcome::jsonb - 'evidence' - 'result' - 'artifacts'
                        - 'tests')::text""");

            Evaluation found = store.find(id("old")).orElseThrow();
            assertThat(found.submission()).isEqualTo(submission("python"));
            assertThat(found.outcome()).usingRecursiveComparison()
                    .isEqualTo(Outcome.notRun(Reason.CANCELLED, "early"));
        }
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
