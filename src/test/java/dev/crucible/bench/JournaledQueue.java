package dev.crucible.bench;

import dev.crucible.platform.db.Database;
import dev.crucible.queue.JointSettlementHandler;
import dev.crucible.queue.LocalTaskQueue;
import dev.crucible.queue.QueueConfig;
import dev.crucible.queue.QueueModule;
import dev.crucible.queue.Settlement;
import dev.crucible.queue.TaskQueue;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** A queue with its database, which can be started again. */
final class JournaledQueue implements Ours.Opened {
    private final Supplier<Database> connect;
    private final QueueConfig config;
    private Database database;
    private LocalTaskQueue queue;

    JournaledQueue(Supplier<Database> connect, QueueConfig config) {
        this.connect = connect;
        this.config = config;
    }

    void start() {
        database = connect.get();
        queue = QueueModule.journaled(config, database, new Results(database), InstantSource.system());
        queue.start();
    }

    @Override
    public TaskQueue queue() {
        return queue;
    }

    /** Its tasks stay in the database, for {@link #start()} to find. */
    @Override
    public void close() {
        queue.close();
        database.close();
    }

    /** Keeps each result in a row, in the transaction that ends its task, as the server does with its records. */
    private record Results(Database database) implements JointSettlementHandler {
        @Override
        public List<Runnable> settleWithin(List<Settlement.Finished> results) {
            String[] ids = results.stream().map(result -> result.id().value()).toArray(String[]::new);
            String[] outputs = results.stream()
                    .map(result -> result.outcome().stdout().text()).toArray(String[]::new);
            database.joined().add("insert into result (id, output) select * from unnest(?, ?) on conflict do nothing")
                    .array("text", ids).array("text", outputs);
            return Collections.nCopies(results.size(), () -> {});
        }

        @Override
        public void settle(List<Settlement> settlements) {}
    }
}
