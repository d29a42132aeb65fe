package dev.crucible.api.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.kernel.EvaluationId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;

/** One WebSocket client. Events reach it in order, also when some of them are replayed. Thread-safe. */
final class LiveConnection {
    static final int TRY_AGAIN_LATER = 1013;

    private static final Duration REPLAY_PATIENCE = Duration.ofSeconds(10);
    private static final int MAX_HELD = 4_096;

    private final LiveOutbox outbox;
    private final ReentrantLock lock = new ReentrantLock();
    private final LiveFilter filter = new LiveFilter();
    /** Live events that wait until the replay has caught up with them. */
    private final List<EvaluationEvent> held = new ArrayList<>();

    private boolean replaying;

    /** @param onOverflow called once, after the client was told that it is too slow */
    LiveConnection(Session session, Runnable onOverflow) {
        this.outbox = new LiveOutbox(session, () -> {
            session.sendText(LiveMessages.overflow(), Callback.NOOP);
            session.close(TRY_AGAIN_LATER, "The client reads too slowly", Callback.NOOP);
            onOverflow.run();
        });
    }

    void send(String message) {
        outbox.add(message);
    }

    void close() {
        outbox.close();
    }

    /** Offers a live event; the message is made only if it is wanted. */
    void offer(EvaluationEvent event, Supplier<String> message) {
        lock.lock();
        try {
            if (!filter.wantsEvents(event.evalId())) {
                return;
            }
            if (!replaying) {
                outbox.add(message.get());
            } else if (held.size() < MAX_HELD) {
                held.add(event);
            } else {
                outbox.overflow();
            }
        } finally {
            lock.unlock();
        }
    }

    void offerOutput(EvaluationId id, Supplier<String> message) {
        lock.lock();
        try {
            if (filter.wantsOutput(id)) {
                outbox.add(message.get());
            }
        } finally {
            lock.unlock();
        }
    }

    /** False when that would be too many subscriptions. */
    boolean subscribe(Collection<EvaluationId> ids, boolean output) {
        lock.lock();
        try {
            return filter.subscribe(ids, output);
        } finally {
            lock.unlock();
        }
    }

    void subscribeAll(boolean output) {
        lock.lock();
        try {
            filter.subscribeAll(output);
        } finally {
            lock.unlock();
        }
    }

    void unsubscribe(Collection<EvaluationId> ids) {
        lock.lock();
        try {
            filter.unsubscribe(ids);
        } finally {
            lock.unlock();
        }
    }

    void unsubscribeAll() {
        lock.lock();
        try {
            filter.unsubscribeAll();
        } finally {
            lock.unlock();
        }
    }

    /** From now on live events wait for {@link #replay}. False when one is under way already. */
    boolean beginReplay() {
        lock.lock();
        try {
            boolean begun = !replaying;
            replaying = true;
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** Says hello with the position from which on the client misses nothing, and ends what {@link #beginReplay} began. */
    void greet(LongSupplier position, LongFunction<String> hello) {
        long now = position.getAsLong();
        outbox.add(hello.apply(now));
        endReplay(now);
    }

    /**
     * Sends kept events, then the live ones that came meanwhile, each once. Waits for a client that reads slowly, but
     * not for long.
     *
     * @param pages gives the events after a position, in order, none at the end
     */
    void replay(long after, LongFunction<List<EvaluationEvent>> pages) {
        long last = after;
        for (List<EvaluationEvent> page = pages.apply(last); !page.isEmpty(); page = pages.apply(last)) {
            if (!outbox.awaitRoom(REPLAY_PATIENCE)) {
                outbox.overflow();
                return;
            }
            lock.lock();
            try {
                page.stream().filter(event -> filter.wantsEvents(event.evalId()))
                        .forEach(event -> outbox.add(LiveMessages.evaluation(event)));
            } finally {
                lock.unlock();
            }
            last = page.get(page.size() - 1).position();
        }
        endReplay(last);
    }

    private void endReplay(long last) {
        lock.lock();
        try {
            held.stream().filter(event -> event.position() > last)
                    .forEach(event -> outbox.add(LiveMessages.evaluation(event)));
            held.clear();
            replaying = false;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a replay that failed; the client hears only of what happens from now on. */
    void abandonReplay() {
        endReplay(Long.MAX_VALUE);
    }
}
