package dev.crucible.events.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.HostedRoutes;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import io.javalin.http.Context;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;

/** The bus of this process for other processes: they publish, read again, and hear live. */
public final class EventRoutes implements HostedRoutes {
    private static final String TAG = "events";
    private static final long BODY_BYTES = 16L << 20;
    private static final long BODIES_AT_ONCE = 64L << 20;
    private static final int DEFAULT_LIMIT = 100;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(EventWire.LONGEST_WAIT_SECONDS);
    /** Each holds a thread of the server. */
    private static final int WAITING_AT_ONCE = 48;

    private final EventBus bus;
    private final Listeners listeners;
    private final BodyBudget budget = new BodyBudget(BODIES_AT_ONCE);
    private final Semaphore waiters = new Semaphore(WAITING_AT_ONCE);
    private final Arrivals arrivals;

    /** @param bus stays the caller's to close, after these */
    public EventRoutes(EventBus bus) {
        this.bus = requireNonNull(bus, "bus is null");
        this.listeners = new Listeners(bus);
        this.arrivals = new Arrivals(bus);
    }

    @Override
    public List<Route> routes() {
        return List.of(
                Route.post("/events", TAG, "Publish events, in order; a source that was published before is passed over", this::publish)
                        .answers(200, "They are taken", EventWire.Taken.class),
                Route.get("/events", TAG, "Kept events above a position", this::replay)
                        .query("after", "integer", "A position, 0 by default")
                        .query("limit", "integer", "1 to 10000, 100 by default")
                        .query("wait", "number", "Seconds to wait for the first one, up to 25")
                        .answers(200, "In order of position", EventWire.Events.class),
                Route.get("/events/position", TAG, "How far the kept events go", this::position)
                        .answers(200, "The newest position and the highest source", EventWire.Position.class),
                Route.get("/events/live", TAG, "What came for a listener, output included", this::live)
                        .query("listener", "string", "What the answer before named; absent at first")
                        .query("after", "integer", "The position up to which all is known; absent to begin now")
                        .query("seen", "integer", "What the answer before named")
                        .query("wait", "number", "Seconds to wait for the first event, up to 25")
                        .answers(200, "In the order in which it was published", EventWire.Live.class));
    }

    private void publish(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, BODY_BYTES, budget, body -> {
            List<EventBody> bodies = WireBody.as(body, EventWire.Events.class).events();
            if (bodies.size() > EventWire.MAX_EVENTS) {
                throw PlatformException.invalid(List.of(new FieldError(
                        List.of("body", "events"), "must be at most " + EventWire.MAX_EVENTS, "too_long")));
            }
            List<Event> events = new ArrayList<>(bodies.size());
            for (EventBody each : bodies) {
                events.add(each.event(List.of("body", "events", Integer.toString(events.size()))));
            }
            bus.publish(events);
            WireBody.answer(ctx, new EventWire.Taken(events.size()));
        });
    }

    private void replay(Context ctx) throws InterruptedException {
        long after = Parameters.whole(ctx, "after", 0, 0, Long.MAX_VALUE);
        int limit = (int) Parameters.whole(ctx, "limit", DEFAULT_LIMIT, 1, EventWire.MAX_EVENTS);
        Duration wait = Parameters.seconds(ctx, "wait", LONGEST_WAIT);
        List<EvaluationEvent> events = bus.replay(after, limit);
        if (events.isEmpty() && !wait.isZero()) {
            enter();
            try {
                arrivals.awaitAbove(after, wait);
            } finally {
                waiters.release();
            }
            events = bus.replay(after, limit);
        }
        WireBody.answer(ctx, EventWire.Events.of(events));
    }

    private void position(Context ctx) {
        WireBody.answer(ctx, new EventWire.Position(bus.position(), bus.lastSource()));
    }

    private void live(Context ctx) throws InterruptedException {
        long after = Parameters.whole(ctx, "after", -1, 0, Long.MAX_VALUE);
        long seen = Parameters.whole(ctx, "seen", 0, 0, Long.MAX_VALUE);
        Duration wait = Parameters.seconds(ctx, "wait", LONGEST_WAIT);
        String listener = Parameters.text(ctx, "listener");
        enter();
        try {
            WireBody.answer(ctx, listeners.poll(listener, after < 0 ? null : Long.valueOf(after), seen, wait));
        } finally {
            waiters.release();
        }
    }

    private void enter() {
        if (!waiters.tryAcquire()) {
            throw PlatformException.retryLater(ErrorCode.RATE_LIMITED,
                    "As many requests wait for events as may.", Duration.ofSeconds(1));
        }
    }

    @Override
    public MetricSnapshots figures() {
        List<MetricSnapshot> all = new ArrayList<>();
        try {
            all.add(gauge("crucible_events_position", "The position of the newest kept event.", bus.position()));
        } catch (PlatformException e) {
            return new MetricSnapshots(all); // that the database is away is told by those who keep records there
        }
        all.add(gauge("crucible_events_listeners", "Subscribers in other processes.", listeners.count()));
        all.add(CounterSnapshot.builder().name("crucible_events_output_missed")
                .help("Output events that subscribers in other processes were too slow for.")
                .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder().value(listeners.missed()).build()).build());
        return new MetricSnapshots(all);
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder().name(name).help(help)
                .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).build()).build();
    }

    /** Requests that wait are answered now. */
    @Override
    public void close() {
        arrivals.close();
        listeners.close();
    }
}
