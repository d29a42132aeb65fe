package dev.crucible.queue;

import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the rest of the platform what the queue has decided: one thread, in order, in batches, again and again until it
 * is taken. What is not taken before a stop is told at the next start, from the journal.
 */
final class Settler implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Settler.class);
    private static final int BATCH = 256;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long FIRST_RETRY_MILLIS = 50;
    private static final long LONGEST_RETRY_MILLIS = 2_000;

    /** An empty one has nothing to tell and only wakes the thread. */
    private final LinkedBlockingQueue<Optional<Settlement>> waiting = new LinkedBlockingQueue<>();
    private final SettlementHandler handler;
    private final Consumer<List<Settlement>> settled;
    private final Thread thread = Threads.daemon("queue-settler", this::run);
    private volatile boolean closing;

    Settler(SettlementHandler handler, Consumer<List<Settlement>> settled) {
        this.handler = handler;
        this.settled = settled;
    }

    void start() {
        thread.start();
    }

    void add(Settlement settlement) {
        waiting.add(Optional.of(settlement));
    }

    private void run() {
        while (!closing || !waiting.isEmpty()) {
            try {
                List<Optional<Settlement>> taken = new ArrayList<>();
                taken.add(waiting.take());
                waiting.drainTo(taken, BATCH - 1);
                List<Settlement> batch = taken.stream().flatMap(Optional::stream).toList();
                if (!batch.isEmpty() && settle(batch)) {
                    settled.accept(batch);
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private boolean settle(List<Settlement> batch) throws InterruptedException {
        long pause = FIRST_RETRY_MILLIS;
        while (true) {
            try {
                handler.settle(batch);
                return true;
            } catch (RuntimeException e) {
                if (closing) {
                    return false;
                }
                LOG.atWarn().setCause(e).addKeyValue("settlements", batch.size())
                        .log("Results could not be recorded; the queue keeps them and tries again");
                Thread.sleep(pause);
                pause = Math.min(LONGEST_RETRY_MILLIS, pause * 2);
            }
        }
    }

    /** Tells what is waiting, once, and ends. */
    @Override
    public void close() {
        closing = true;
        waiting.add(Optional.empty());
        Threads.end(thread, CLOSE_PATIENCE);
    }
}
