package dev.crucible.events.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import java.util.List;
import java.util.function.Consumer;

/**
 * The bus of another process. Publishing returns at once, whether that process is there or not; {@link #replay}, {@link
 * #position} and {@link #lastSource} ask it, and throw {@link PlatformException} {@code STORAGE_UNAVAILABLE} when it cannot
 * be reached.
 */
public final class RemoteEventBus implements EventBus, Part {
    private final ServiceClient client;
    private final EventFollower follower;
    private final EventSender sender;

    public RemoteEventBus(ServiceAddress address) {
        this.client = new ServiceClient(address, ErrorCode.STORAGE_UNAVAILABLE);
        this.follower = new EventFollower(client);
        // What this process publishes, its own subscribers must not miss.
        this.sender = new EventSender(client, follower::hears);
    }

    @Override
    public void start() {
        sender.start();
    }

    @Override
    public void publish(List<? extends Event> events) {
        if (!events.isEmpty()) {
            sender.add(List.copyOf(events));
        }
    }

    @Override
    public void publish(OutputEvent event) {
        sender.add(List.of(event));
    }

    @Override
    public Subscription subscribe(Consumer<Event> listener) {
        requireNonNull(listener, "listener is null");
        // A wrapper of its own makes each subscription distinct, also for a listener that subscribes twice.
        Consumer<Event> own = listener::accept;
        follower.add(own);
        return () -> follower.remove(own);
    }

    @Override
    public List<EvaluationEvent> replay(long after, int limit) {
        int page = Math.min(limit, EventWire.MAX_EVENTS);
        return client.ask(ServiceCall.get("/events?after=" + after + "&limit=" + page), EventWire.Events.class).kept();
    }

    @Override
    public long position() {
        return where().position();
    }

    @Override
    public long lastSource() {
        return where().lastSource();
    }

    private EventWire.Position where() {
        return client.ask(ServiceCall.get("/events/position"), EventWire.Position.class);
    }

    /** Output events that were dropped because the other process was away or slow. */
    public long droppedOutput() {
        return sender.droppedOutput();
    }

    /** Sends what waits, as long as a few seconds and the other process allow, and hears nothing more. */
    @Override
    public void close() {
        sender.close();
        follower.close();
        client.close();
    }
}
