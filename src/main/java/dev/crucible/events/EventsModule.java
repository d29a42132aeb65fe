package dev.crucible.events;

/** Makes event buses. */
public final class EventsModule {
    private EventsModule() {}

    /** A bus whose events are forgotten with its process. */
    public static LocalEventBus inMemory() {
        return new OutboxEventBus(new MemoryOutbox());
    }
}
