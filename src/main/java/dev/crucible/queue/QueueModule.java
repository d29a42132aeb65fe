package dev.crucible.queue;

import dev.crucible.platform.db.Database;
import java.time.InstantSource;

/** Makes queues. */
public final class QueueModule {
    private QueueModule() {}

    /** A queue that lives and dies with its process. */
    public static LocalTaskQueue inMemory(QueueConfig config, SettlementHandler handler, InstantSource clock) {
        return new PriorityTaskQueue(config, new NoJournal(), handler, clock, System::nanoTime);
    }

    /** Likewise, with a handler that keeps its records elsewhere: results are durable first and settled after. */
    public static LocalTaskQueue journaledApart(
            QueueConfig config, Database database, SettlementHandler handler, InstantSource clock) {
        return new PriorityTaskQueue(config, new PostgresJournal(database, clock), handler, clock, System::nanoTime);
    }

    /**
     * A queue whose tasks survive a crash: in memory, with its journal in PostgreSQL.
     *
     * @param handler what it writes in a transaction goes to the same {@code database}
     */
    public static LocalTaskQueue journaled(
            QueueConfig config, Database database, JointSettlementHandler handler, InstantSource clock) {
        return new PriorityTaskQueue(
                config, new PostgresJournal(database, clock, handler), handler, clock, System::nanoTime);
    }
}
