package dev.crucible.queue;

import dev.crucible.platform.db.Database;
import dev.crucible.testing.TestDatabase;
import net.jqwik.api.lifecycle.AfterContainer;
import org.jspecify.annotations.Nullable;

/** With crashes in between. One database for all sequences: each begins on empty tables. */
class JournaledTaskQueueModelTest extends TaskQueueModelContract {
    private static final long BEGAN = System.nanoTime();
    private static final String DATABASE = TestDatabase.create();
    private static @Nullable Database database;

    private @Nullable PriorityTaskQueue opened;

    @Override
    protected TaskQueue open() {
        if (database == null) {
            database = TestDatabase.open(DATABASE);
        }
        database.dsl().execute("truncate queue.task, queue.task_payload, queue.task_result, queue.task_loss");
        return start();
    }

    private TaskQueue start() {
        opened = new PriorityTaskQueue(CONFIG, new PostgresJournal(database, time), settled::addAll, time, time::nanos);
        opened.start();
        return opened;
    }

    @Override
    protected void tick() {
        opened.tick();
    }

    @Override
    protected void close() {
        if (opened != null) {
            opened.close();
        }
    }

    /** Its connections end, and nothing else happens: what a {@code kill -9} leaves. */
    @Override
    protected TaskQueue crash() {
        database.close();
        opened.close();
        database = TestDatabase.open(DATABASE);
        return start();
    }

    @Override
    protected boolean survives() {
        return true;
    }

    @Override
    protected long began() {
        return BEGAN;
    }

    @AfterContainer
    static void closeDatabase() {
        if (database != null) {
            database.close();
        }
    }
}
