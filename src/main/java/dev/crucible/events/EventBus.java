package dev.crucible.events;

import java.util.List;
import java.util.function.Consumer;

/**
 * Carries events to whoever subscribed, in order per evaluation. Status events are durable and at least once; output
 * events are live only. Thread-safe.
 */
public interface EventBus {
    /**
     * Keeps the status events among these and delivers all. Returns at once; events are kept and delivered in the order
     * of the calls. A source that was published before is passed over.
     */
    void publish(List<? extends Event> events);

    /** Delivers bytes to whoever listens now. */
    void publish(OutputEvent event);

    /**
     * Subscribes to every event from now on. The listener is called by one thread at a time, must not block, and must
     * not throw; it filters for itself.
     */
    Subscription subscribe(Consumer<Event> listener);

    /** Kept events with a position above {@code after}, in order, at most {@code limit}. */
    List<EvaluationEvent> replay(long after, int limit);

    /** The position of the newest kept event, 0 before the first. */
    long position();

    /** The highest source that was kept, 0 before the first. */
    long lastSource();

    /** Ends with {@link #close}; idempotent. */
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }
}
