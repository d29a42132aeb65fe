package dev.crucible.events;

import static java.util.Objects.requireNonNull;

import dev.crucible.platform.concurrent.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bus of one process. One thread keeps status events in the outbox and delivers everything in the order in which it
 * was published, so that a program's last output never comes after its end.
 */
final class OutboxEventBus implements LocalEventBus {
    private static final Logger LOG = LoggerFactory.getLogger(OutboxEventBus.class);
    /** Publishers wait when this many publications are under way, rather than fill the memory. */
    private static final int MAX_WAITING = 10_000;

    private static final int BATCH = 512;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long RETRY_MILLIS = 500;

    private final Outbox outbox;
    private final LinkedBlockingQueue<List<? extends Event>> waiting = new LinkedBlockingQueue<>(MAX_WAITING);
    private final CopyOnWriteArrayList<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = Threads.daemon("events", this::run);
    private volatile boolean closing;

    OutboxEventBus(Outbox outbox) {
        this.outbox = requireNonNull(outbox, "outbox is null");
    }

    @Override
    public void start() {
        thread.start();
    }

    @Override
    public void publish(List<? extends Event> events) {
        if (!events.isEmpty()) {
            put(List.copyOf(events));
        }
    }

    @Override
    public void publish(OutputEvent event) {
        if (!listeners.isEmpty()) {
            put(List.of(event));
        }
    }

    private void put(List<? extends Event> events) {
        try {
            waiting.put(events);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        requireNonNull(listener, "listener is null");
        // A wrapper of its own makes each subscription distinct, also for a listener that subscribes twice.
        Consumer<Event> own = listener::accept;
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    @Override
    public List<EvaluationEvent> replay(long after, int limit) {
        return outbox.read(after, limit);
    }

    @Override
    public long position() {
        return outbox.position();
    }

    @Override
    public long lastSource() {
        return outbox.lastSource();
    }

    private void run() {
        while (!closing || !waiting.isEmpty()) {
            try {
                List<? extends Event> first = waiting.poll(100, TimeUnit.MILLISECONDS);
                if (first == null) {
                    continue;
                }
                List<List<? extends Event>> batch = new ArrayList<>(List.of(first));
                waiting.drainTo(batch, BATCH - 1);
                deliver(batch.stream().<Event>flatMap(List::stream).toList());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void deliver(List<Event> events) throws InterruptedException {
        List<EvaluationEvent> durable = new ArrayList<>();
        for (Event event : events) {
            if (event instanceof EvaluationEvent evaluation) {
                durable.add(evaluation);
            }
        }
        List<EvaluationEvent> kept = durable.isEmpty() ? List.of() : keep(durable);
        int next = 0;
        for (Event event : events) {
            if (event instanceof OutputEvent) {
                tell(event);
            } else if (next < kept.size() && kept.get(next).source() == ((EvaluationEvent) event).source()) {
                tell(kept.get(next++));
            }
        }
    }

    private List<EvaluationEvent> keep(List<EvaluationEvent> events) throws InterruptedException {
        while (true) {
            try {
                return outbox.append(events);
            } catch (RuntimeException e) {
                if (closing) {
                    return List.of();
                }
                LOG.atWarn().setCause(e).addKeyValue("events", events.size())
                        .log("Events could not be kept; they are tried again and delivered late");
                Thread.sleep(RETRY_MILLIS);
            }
        }
    }

    private void tell(Event event) {
        for (Consumer<Event> listener : listeners) {
            try {
                listener.accept(event);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).addKeyValue("eval_id", event.evalId())
                        .log("A subscriber failed on an event; the others still get it");
            }
        }
    }

    /** Delivers what was published and ends. What cannot be kept now is published again at the next start. */
    @Override
    public void close() {
        closing = true;
        Threads.end(thread, CLOSE_PATIENCE);
    }
}
