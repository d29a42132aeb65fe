package dev.crucible.events.http;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.EventBus;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Waits for kept events; hears the bus only while somebody waits. Thread-safe. */
final class Arrivals {
    private final EventBus bus;
    private final Set<CountDownLatch> waiting = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    Arrivals(EventBus bus) {
        this.bus = bus;
    }

    /** Returns once there is an event above {@code position}, the time is over, or these are closed. */
    void awaitAbove(long position, Duration atMost) throws InterruptedException {
        CountDownLatch arrived = new CountDownLatch(1);
        waiting.add(arrived);
        try (EventBus.Subscription heard = bus.subscribe(event -> {
            if (event instanceof EvaluationEvent change && change.position() > position) {
                arrived.countDown();
            }
        })) {
            // Asked only now: an event that was kept before the subscription is seen here.
            if (bus.position() <= position && !closed) {
                arrived.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
            }
        } finally {
            waiting.remove(arrived);
        }
    }

    void close() {
        closed = true;
        waiting.forEach(CountDownLatch::countDown);
    }
}
