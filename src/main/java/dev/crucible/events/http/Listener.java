package dev.crucible.events.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A subscriber in another process, which asks again and again for what came. Between two requests, events wait here until
 * the next request says that they have arrived, so that an answer that was lost is given once more. A subscriber that is
 * too slow, or new, gets its status events from the bus, which keeps them, and live output from then on. Thread-safe.
 */
final class Listener {
    private static final int MAX_EVENTS = 10_000;
    private static final long MAX_BYTES = 8L << 20;
    private static final int PAGE = 1_000;
    private static final int EVENT_BYTES = 256;
    /** The first event that waits may be any: what comes before it is read from the bus. */
    private static final long UNKNOWN = Long.MAX_VALUE;

    private record Item(long number, Event event) {}

    private final String id;
    private final EventBus bus;
    private final Deque<Item> waiting = new ArrayDeque<>();
    /** The position that the first waiting status event follows. */
    private long base = UNKNOWN;
    private long next = 1;
    private long bytes;
    private long missed;
    private int overflows;
    private boolean closed;
    private EventBus.@Nullable Subscription subscription;

    Listener(String id, EventBus bus) {
        this.id = id;
        this.bus = bus;
    }

    void open() {
        subscription = bus.subscribe(this::hear);
    }

    private synchronized void hear(Event event) {
        if (waiting.size() >= MAX_EVENTS || bytes >= MAX_BYTES) {
            waiting.forEach(this::count);
            waiting.clear();
            bytes = 0;
            base = UNKNOWN;
            overflows++;
        }
        waiting.add(new Item(next++, event));
        bytes += size(event);
        notifyAll();
    }

    private void count(Item item) {
        missed += item.event() instanceof OutputEvent ? 1 : 0;
    }

    private static long size(Event event) {
        return EVENT_BYTES + (event instanceof OutputEvent output ? output.bytes().length : EVENT_BYTES);
    }

    /**
     * What came after position {@code after} and number {@code seen}; waits for the first of it, at most {@code wait}.
     */
    EventWire.Live poll(long after, long seen, Duration wait) throws InterruptedException {
        int before;
        boolean behind;
        synchronized (this) {
            arrived(seen);
            behind = after < base;
            before = overflows;
        }
        if (behind) {
            List<EvaluationEvent> kept = bus.replay(after, PAGE);
            long last = kept.isEmpty() ? after : kept.get(kept.size() - 1).position();
            synchronized (this) {
                if (kept.size() < PAGE && before == overflows) {
                    caughtUp(last);
                }
                if (!kept.isEmpty()) {
                    return new EventWire.Live(id, seen, after, missed, EventWire.Events.of(kept).events());
                }
            }
        }
        return live(after, seen, wait);
    }

    /** The position from which this listener hears, and nothing else yet. */
    EventWire.Live join() {
        long position = bus.position();
        synchronized (this) {
            caughtUp(position);
            return new EventWire.Live(id, 0, position, missed, List.of());
        }
    }

    private void arrived(long seen) {
        while (!waiting.isEmpty() && waiting.peek().number() <= seen) {
            Event event = drop();
            if (event instanceof EvaluationEvent change && base != UNKNOWN) {
                base = Math.max(base, change.position());
            }
        }
    }

    private Event drop() {
        Event event = waiting.remove().event();
        bytes -= size(event);
        return event;
    }

    /** Status events up to {@code position} are known; so output that came before one of them is too late. */
    private void caughtUp(long position) {
        long known = waiting.stream()
                .filter(item -> item.event() instanceof EvaluationEvent change && change.position() <= position)
                .mapToLong(Item::number).max().orElse(0);
        while (!waiting.isEmpty() && waiting.peek().number() <= known) {
            count(waiting.peek());
            drop();
        }
        base = position;
    }

    private synchronized EventWire.Live live(long after, long seen, Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        for (long left = wait.toMillis(); waiting.isEmpty() && left > 0 && !closed;
                left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        List<EventBody> events = new ArrayList<>();
        long upTo = seen;
        if (after >= base) {
            for (Item item : waiting) {
                if (events.size() == PAGE) {
                    break;
                }
                upTo = item.number();
                if (!(item.event() instanceof EvaluationEvent change && change.position() <= after)) {
                    events.add(EventBody.of(item.event()));
                }
            }
        }
        return new EventWire.Live(id, upTo, after, missed, events);
    }

    synchronized long missed() {
        return missed;
    }

    /** Requests that wait are answered. Idempotent. */
    void close() {
        if (subscription != null) {
            subscription.close();
        }
        synchronized (this) {
            closed = true;
            notifyAll();
        }
    }
}
