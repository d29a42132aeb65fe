package dev.crucible.queue;

import org.jspecify.annotations.Nullable;

class InMemoryTaskQueueModelTest extends TaskQueueModelContract {
    private static final long BEGAN = System.nanoTime();

    private @Nullable PriorityTaskQueue opened;

    @Override
    protected TaskQueue open() {
        opened = new PriorityTaskQueue(CONFIG, new NoJournal(), settled::addAll, time, time::nanos);
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

    @Override
    protected TaskQueue crash() {
        throw new IllegalStateException("nothing is left of it");
    }

    @Override
    protected boolean survives() {
        return false;
    }

    @Override
    protected long began() {
        return BEGAN;
    }
}
