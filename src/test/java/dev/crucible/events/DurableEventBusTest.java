package dev.crucible.events;

import dev.crucible.platform.db.Database;
import dev.crucible.testing.TestDatabase;
import org.junit.jupiter.api.AfterEach;

class DurableEventBusTest extends EventBusContract {
    private final Database database = TestDatabase.fresh();

    @Override
    protected LocalEventBus open() {
        return EventsModule.durable(database);
    }

    @AfterEach
    void closeDatabase() {
        database.close();
    }
}
