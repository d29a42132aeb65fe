package dev.crucible.events;

class InMemoryEventBusTest extends EventBusContract {
    @Override
    protected LocalEventBus open() {
        return EventsModule.inMemory();
    }
}
