package dev.crucible.bench;

import dev.crucible.platform.http.WireFormat;
import dev.crucible.queue.QueueConfig;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.http.RemoteTaskQueue;
import java.util.List;

/**
 * Our queue, in one of the ways in which it is reached.
 *
 * @param remote whether the budgets hold for it: those for a queue over HTTP say nothing of a call in this process
 */
record Ours(String name, boolean remote, Opener opener) implements QueueContender {
    /** A queue and what stands behind it. */
    interface Opened extends AutoCloseable {
        TaskQueue queue();
    }

    /** Opens an empty queue. */
    @FunctionalInterface
    interface Opener {
        Opened open(QueueConfig config) throws Exception;
    }

    /** All ways there are. */
    static List<Ours> all(JournaledQueues queues) {
        return List.of(
                new Ours("in-process", false, queues::open),
                new Ours("HTTP", true, config -> new Served(queues.open(config))));
    }

    /** A queue as another process sees it. */
    private static final class Served implements Opened {
        private final Opened behind;
        private final ServedQueue service;
        private final RemoteTaskQueue queue;

        Served(Opened behind) throws Exception {
            this.behind = behind;
            this.service = new ServedQueue(behind.queue());
            this.queue = service.overTcp(WireFormat.JSON);
        }

        @Override
        public TaskQueue queue() {
            return queue;
        }

        @Override
        public void close() throws Exception {
            queue.close();
            service.close();
            behind.close();
        }
    }

    @Override
    public QueueSide open(QueueScenario scenario) throws Exception {
        return new OurSide(opener.open(scenario.ours()));
    }
}
