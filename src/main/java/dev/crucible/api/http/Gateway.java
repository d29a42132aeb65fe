package dev.crucible.api.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.api.EvaluationService;
import dev.crucible.events.EventBus;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.kernel.Part;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.HttpServer;
import dev.crucible.platform.http.OpenApi;
import dev.crucible.platform.http.Route;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import io.javalin.config.RoutesConfig;
import io.javalin.http.HandlerType;
import io.javalin.router.Endpoint;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The public HTTP edge: every route of the contract, the WebSocket, the dashboard. */
public final class Gateway implements Part {
    /** Of a small heap: until it is stored, what came in a body takes several times the body's size. */
    private static final long BODY_BYTES_AT_ONCE = 32L << 20;

    private final String version;
    private final EvaluationService evaluations;
    private final HealthChecks checks;
    private final LiveHub live;
    private final List<Route> routes;
    private final HttpServer server;
    private byte @Nullable [] document;

    public Gateway(
            GatewayConfig config,
            EvaluationService evaluations,
            TaskQueue queue,
            EvaluationStore store,
            OutputStore outputs,
            EventBus events,
            CodeExecutor executor,
            InstantSource clock) {
        this.version = config.version();
        this.evaluations = requireNonNull(evaluations, "evaluations is null");
        this.checks = new HealthChecks(queue, store, executor, evaluations.catalog());
        this.live = new LiveHub(config.version(), events, queue, clock);
        this.routes = routes(config, queue, store, outputs, executor, clock);
        this.server = new HttpServer(config.server(), this::register);
    }

    private List<Route> routes(
            GatewayConfig config,
            TaskQueue queue,
            EvaluationStore store,
            OutputStore outputs,
            CodeExecutor executor,
            InstantSource clock) {
        List<Route> all = new ArrayList<>();
        BodyBudget budget = new BodyBudget(BODY_BYTES_AT_ONCE);
        all.addAll(new SubmitRoutes(evaluations, budget).routes());
        all.addAll(new EvaluationRoutes(evaluations, clock).routes());
        all.addAll(new ArtifactRoutes(evaluations).routes());
        all.addAll(new ListRoutes(evaluations).routes());
        all.addAll(new PlatformRoutes(queue, store, outputs, evaluations.catalog()).routes());
        all.addAll(new DeadLetterRoutes(evaluations.deadLetters(), queue, budget, clock).routes());
        all.addAll(new MetricsRoutes(evaluations.catalog(), queue).routes());
        all.addAll(new HealthRoutes(
                        config, checks, queue, outputs, executor, evaluations.catalog(), clock, this::stopping)
                .routes());
        all.addAll(new WebRoutes(config, this::document).routes());
        all.add(Route.get("/ws", "live", "Status changes and output as they happen (WebSocket)", LiveHub::notAnUpgrade)
                .answersBytes(101, "The connection is a WebSocket from here on", "application/json"));
        return List.copyOf(all);
    }

    private void register(RoutesConfig javalin) {
        for (Route route : routes) {
            javalin.addEndpoint(new Endpoint(route.method(), route.path(), route.handler()));
            if (route.method().equals(HandlerType.GET)) {
                // The server leaves the body out; without this it would say 200 to anything.
                javalin.addEndpoint(new Endpoint(HandlerType.HEAD, route.path(), route.handler()));
            }
        }
        javalin.ws("/ws", live::configure);
    }

    /** Made when it is first asked for: a start should not wait for it. */
    private synchronized byte[] document() {
        byte[] known = document;
        if (known == null) {
            known = OpenApi.document(routes, version);
            document = known;
        }
        return known;
    }

    private boolean stopping() {
        return server.stopping();
    }

    /** Listens from the return on. */
    @Override
    public void start() {
        server.start();
    }

    /** The address it listens on. Only once started. */
    public URI uri() {
        return server.uri();
    }

    /** Refuses new requests, answers those that wait, lets the others finish, and stops. */
    @Override
    public void close() {
        server.refuseRequests();
        evaluations.giveUpWaiting();
        live.close();
        server.close();
        checks.close();
    }
}
