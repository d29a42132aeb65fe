package dev.crucible.events.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears the bus of another process for all subscribers of this one, from one thread that asks again and again. What it
 * missed while that process was away it asks for by the position of the last event that came. Thread-safe.
 */
final class EventFollower {
    private static final Logger LOG = LoggerFactory.getLogger(EventFollower.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofMillis(100);
    private static final Duration WAIT = Duration.ofSeconds(20);
    private static final Duration JOIN_PATIENCE = Duration.ofSeconds(2);
    private static final long RETRY_MILLIS = 250;

    private final ServiceClient client;
    private final CopyOnWriteArrayList<Consumer<Event>> listeners = new CopyOnWriteArrayList<>();
    private final Thread thread = Threads.daemon("events-follow", this::run);
    private final CountDownLatch joined = new CountDownLatch(1);
    private boolean begun;
    private volatile boolean closing;
    // Of the one thread.
    private @Nullable String listener;
    private long after = -1;
    private long seen;
    private long missed;

    EventFollower(ServiceClient client) {
        this.client = client;
    }

    /** Waits a moment for the first one to be known over there; if that is away, it is as soon as it is back. */
    void add(Consumer<Event> subscriber) {
        listeners.add(subscriber);
        synchronized (this) {
            if (!begun && !closing) {
                begun = true;
                thread.start();
            }
        }
        try {
            if (!joined.await(JOIN_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("The bus of events cannot be reached yet; events are heard once it can");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void remove(Consumer<Event> subscriber) {
        listeners.remove(subscriber);
    }

    /** Whether every subscriber hears what is published now. */
    synchronized boolean hears() {
        return !begun || joined.getCount() == 0;
    }

    private void run() {
        while (!closing) {
            try {
                take(client.ask(ServiceCall.get(path()).waiting(WAIT), EventWire.Live.class));
            } catch (PlatformException e) {
                if (!closing) {
                    LOG.atDebug().addKeyValue("detail", e.getMessage()).log("Events cannot be heard; they are asked for again");
                }
                pause();
            }
        }
    }

    private String path() {
        return "/events/live?wait=" + WAIT.toSeconds() + "&seen=" + seen + (after < 0 ? "" : "&after=" + after)
                + (listener == null ? "" : "&listener=" + listener);
    }

    private void take(EventWire.Live answer) {
        listener = answer.listener();
        seen = answer.seen();
        after = Math.max(after, answer.after());
        joined.countDown();
        if (answer.missed() > missed) {
            LOG.atWarn().addKeyValue("events", answer.missed() - missed).log("Live output came faster than it was heard; some is lost");
        }
        missed = answer.missed();
        for (EventBody body : answer.events()) {
            Event event = body.event(List.of("events"));
            tell(event);
            if (event instanceof EvaluationEvent change) {
                after = Math.max(after, change.position());
            }
        }
    }

    private void tell(Event event) {
        for (Consumer<Event> subscriber : listeners) {
            try {
                subscriber.accept(event);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).addKeyValue("eval_id", event.evalId())
                        .log("A subscriber failed on an event; the others still get it");
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void close() {
        synchronized (this) {
            closing = true;
        }
        thread.interrupt();
        Threads.end(thread, CLOSE_PATIENCE);
    }
}
