package dev.crucible.api.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.TaskQueue;
import io.javalin.http.Context;
import io.javalin.websocket.WsConfig;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.jetty.websocket.api.Callback;
import org.eclipse.jetty.websocket.api.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everybody who listens on {@code /ws}: one subscription to the bus, told on to each as it asked. Thread-safe. */
final class LiveHub implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LiveHub.class);
    private static final int MAX_CONNECTIONS = 1_000;
    private static final long HEARTBEAT_SECONDS = 10;
    private static final long CLOSE_SECONDS = 5;
    private static final int REPLAY_PAGE = 500;
    private static final int GOING_AWAY = 1001;

    private final String version;
    private final EventBus events;
    private final TaskQueue queue;
    private final InstantSource clock;
    private final Map<Session, LiveConnection> connections = new ConcurrentHashMap<>();
    private final LiveText text = new LiveText();
    private final ScheduledExecutorService timer = Threads.scheduler("live");
    private final ExecutorService replays = Threads.bounded("live-replay", 2, 64);
    private final EventBus.Subscription subscription;
    private volatile @Nullable String lastQueue;

    LiveHub(String version, EventBus events, TaskQueue queue, InstantSource clock) {
        this.version = version;
        this.events = events;
        this.queue = queue;
        this.clock = clock;
        this.subscription = events.subscribe(this::on);
        timer.scheduleWithFixedDelay(this::heartbeat, HEARTBEAT_SECONDS, HEARTBEAT_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(this::tellQueue, 1, 1, TimeUnit.SECONDS);
    }

    void configure(WsConfig ws) {
        ws.onConnect(ctx -> connect(ctx.session));
        ws.onMessage(ctx -> receive(ctx.session, ctx.message()));
        ws.onBinaryMessage(ctx -> tell(ctx.session, LiveMessages.error("Messages are JSON text, not bytes.")));
        ws.onClose(ctx -> forget(ctx.session));
        ws.onError(ctx -> forget(ctx.session));
    }

    /** For a plain request to the WebSocket's path. */
    static void notAnUpgrade(Context ctx) {
        throw new PlatformException(ErrorCode.BAD_REQUEST, "This path takes WebSocket connections only.");
    }

    @Override
    public void close() {
        subscription.close();
        timer.shutdownNow();
        replays.shutdownNow();
        connections.keySet().forEach(session -> session.close(GOING_AWAY, "The server is stopping", Callback.NOOP));
    }

    private void connect(Session session) {
        if (connections.size() >= MAX_CONNECTIONS) {
            session.close(LiveConnection.TRY_AGAIN_LATER, "Too many are connected", Callback.NOOP);
            return;
        }
        LiveConnection connection = new LiveConnection(session, () -> endSoon(session));
        connection.beginReplay();
        connections.put(session, connection);
        connection.greet(events::position, position -> LiveMessages.hello(version, position));
        String known = lastQueue;
        if (known != null) {
            connection.send(known);
        }
    }

    private void forget(Session session) {
        LiveConnection connection = connections.remove(session);
        if (connection != null) {
            connection.close();
        }
    }

    /** A client that does not read will not answer a close either. */
    private void endSoon(Session session) {
        connections.remove(session);
        LOG.atInfo().addKeyValue("address", session.getRemoteSocketAddress())
                .log("A WebSocket client read too slowly; it was told and is disconnected");
        try {
            timer.schedule(session::disconnect, CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            session.disconnect();
        }
    }

    private void tell(Session session, String message) {
        LiveConnection connection = connections.get(session);
        if (connection != null) {
            connection.send(message);
        }
    }

    private void on(Event event) {
        if (connections.isEmpty()) {
            return;
        }
        if (event instanceof EvaluationEvent change) {
            if (change.status().terminal()) {
                for (OutputStreamName stream : OutputStreamName.values()) {
                    tellOutput(change.evalId(), text.last(change.evalId(), stream));
                }
            }
            Supplier<String> message = once(() -> LiveMessages.evaluation(change));
            connections.values().forEach(connection -> connection.offer(change, message));
        } else if (event instanceof OutputEvent output) {
            tellOutput(output.evalId(), text.next(output));
        }
    }

    private void tellOutput(EvaluationId id, Optional<LiveText.Piece> piece) {
        piece.ifPresent(some -> {
            Supplier<String> message = once(() -> LiveMessages.output(id, some));
            connections.values().forEach(connection -> connection.offerOutput(id, message));
        });
    }

    private void heartbeat() {
        String message = LiveMessages.heartbeat(clock.instant());
        connections.values().forEach(connection -> connection.send(message));
    }

    private void tellQueue() {
        if (connections.isEmpty()) {
            lastQueue = null;
            return;
        }
        try {
            String message = LiveMessages.queue(PlatformRoutes.queueView(queue.status()));
            if (!message.equals(lastQueue)) {
                lastQueue = message;
                connections.values().forEach(connection -> connection.send(message));
            }
        } catch (RuntimeException e) {
            LOG.atDebug().setCause(e).log("The queue's figures could not be read; listeners are told at the next turn");
        }
    }

    private void receive(Session session, String message) {
        LiveConnection connection = connections.get(session);
        if (connection == null) {
            return;
        }
        try {
            String wrong = act(connection, Json.MAPPER.readTree(message));
            if (wrong != null) {
                connection.send(LiveMessages.error(wrong));
            }
        } catch (JsonProcessingException e) {
            connection.send(LiveMessages.error("The message is not JSON."));
        }
    }

    /** What is wrong with the message, or null. */
    private @Nullable String act(LiveConnection connection, @Nullable JsonNode message) {
        if (message == null || !message.isObject()) {
            return "A message is a JSON object with an action.";
        }
        return switch (message.path("action").asText("")) {
            case "ping" -> {
                connection.send(LiveMessages.heartbeat(clock.instant()));
                yield null;
            }
            case "subscribe" -> subscribe(connection, message);
            case "unsubscribe" -> unsubscribe(connection, message);
            default -> "The action must be subscribe, unsubscribe or ping.";
        };
    }

    private @Nullable String subscribe(LiveConnection connection, JsonNode message) {
        JsonNode after = message.path("after");
        if (!after.isMissingNode() && !after.isNull() && !(after.isIntegralNumber() && after.canConvertToLong()
                && after.longValue() >= 0)) {
            return "after must be a position: a whole number from 0.";
        }
        JsonNode output = message.path("output");
        if (!output.isMissingNode() && !output.isNull() && !output.isBoolean()) {
            return "output must be true or false.";
        }
        boolean replay = after.isIntegralNumber();
        if (replay && !connection.beginReplay()) {
            return "A replay is under way; wait for its end.";
        }
        String wrong = change(connection, message, output.asBoolean(false));
        if (replay) {
            replay(connection, wrong == null ? after.longValue() : Long.MAX_VALUE);
        }
        return wrong;
    }

    private static @Nullable String change(LiveConnection connection, JsonNode message, boolean output) {
        if (everything(message)) {
            connection.subscribeAll(output);
            return null;
        }
        List<EvaluationId> ids = ids(message);
        if (ids == null) {
            return "eval_ids must be \"*\" or a list of evaluation ids.";
        }
        return connection.subscribe(ids, output) ? null : "At most " + LiveFilter.MAX_IDS + " ids can be subscribed to.";
    }

    private static @Nullable String unsubscribe(LiveConnection connection, JsonNode message) {
        if (everything(message)) {
            connection.unsubscribeAll();
            return null;
        }
        List<EvaluationId> ids = ids(message);
        if (ids == null) {
            return "eval_ids must be \"*\" or a list of evaluation ids.";
        }
        connection.unsubscribe(ids);
        return null;
    }

    private void replay(LiveConnection connection, long after) {
        try {
            replays.execute(() -> {
                try {
                    connection.replay(after, position -> events.replay(position, REPLAY_PAGE));
                } catch (RuntimeException e) {
                    LOG.atWarn().setCause(e).log("Kept events could not be replayed to a WebSocket client; it is told");
                    connection.abandonReplay();
                    connection.send(LiveMessages.error("The kept events cannot be read now; subscribe again later."));
                }
            });
        } catch (RejectedExecutionException e) {
            connection.abandonReplay();
            connection.send(LiveMessages.error("Too many replays are under way; subscribe again later."));
        }
    }

    private static boolean everything(JsonNode message) {
        return message.path("eval_ids").asText("").equals("*");
    }

    private static @Nullable List<EvaluationId> ids(JsonNode message) {
        JsonNode node = message.path("eval_ids");
        if (!node.isArray()) {
            return null;
        }
        List<EvaluationId> ids = new ArrayList<>();
        for (JsonNode element : node) {
            Optional<EvaluationId> id = element.isTextual() ? EvaluationId.parse(element.textValue()) : Optional.empty();
            if (id.isEmpty()) {
                return null;
            }
            ids.add(id.get());
        }
        return ids;
    }

    /** The same value for every call, made at the first; for one thread. */
    private static Supplier<String> once(Supplier<String> maker) {
        return new Supplier<>() {
            private @Nullable String made;

            @Override
            public String get() {
                String known = made != null ? made : maker.get();
                made = known;
                return known;
            }
        };
    }
}
