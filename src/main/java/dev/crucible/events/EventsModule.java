package dev.crucible.events;

import dev.crucible.platform.db.Database;

/** Makes event buses. */
public final class EventsModule {
    private EventsModule() {}

    /** A bus whose events are forgotten with its process. */
    public static LocalEventBus inMemory() {
        return new OutboxEventBus(new MemoryOutbox());
    }

    /** A bus whose status events survive a crash. */
    public static LocalEventBus durable(Database database) {
        return new OutboxEventBus(new PostgresOutbox(database));
    }
}
