package dev.crucible.queue;

class InMemoryTaskQueueTest extends TaskQueueContract {
    private PriorityTaskQueue opened;

    @Override
    protected TaskQueue open(QueueConfig config, SettlementHandler handler) {
        opened = new PriorityTaskQueue(config, new NoJournal(), handler, time, time::nanos);
        opened.start();
        return opened;
    }

    @Override
    protected void tick() {
        opened.tick();
    }

    @Override
    protected void close() {
        opened.close();
    }
}
