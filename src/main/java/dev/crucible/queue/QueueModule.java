package dev.crucible.queue;

import java.time.InstantSource;

/** Makes queues. */
public final class QueueModule {
    private QueueModule() {}

    /** A queue that lives and dies with its process. */
    public static LocalTaskQueue inMemory(QueueConfig config, SettlementHandler handler, InstantSource clock) {
        return new PriorityTaskQueue(config, new NoJournal(), handler, clock, System::nanoTime);
    }
}
