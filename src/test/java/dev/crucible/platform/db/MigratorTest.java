package dev.crucible.platform.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.testing.TestDatabase;
import org.junit.jupiter.api.Test;

class MigratorTest {
    @Test
    void every_module_has_its_schema() {
        try (Database database = TestDatabase.fresh()) {
            assertThat(database.dsl().fetch("select nspname from pg_namespace").getValues(0, String.class))
                    .contains("storage", "queue", "events");
        }
    }

    @Test
    void a_migrated_database_is_left_as_it_is() {
        try (Database database = TestDatabase.fresh()) {
            Migrator.migrate(database);

            assertThat(database.dsl().fetchOne("select count(*) from crucible.flyway_schema_history where version is not null and success").get(0))
                    .isEqualTo(4L);
        }
    }
}
