package dev.crucible.executor.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.StopMode;
import dev.crucible.executor.http.ExecutorAnswers.Begun;
import dev.crucible.executor.http.ExecutorAnswers.Killed;
import dev.crucible.executor.http.ExecutorAnswers.Released;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.ServiceEdge;
import dev.crucible.platform.http.WireBody;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The executor as a service of its own. Whoever has its key can have code run here, so beyond its own machine it does
 * nothing without one: only what every service has, and {@code /health}, answers then.
 */
public final class ExecutorEdge implements Part {
    private static final Logger LOG = LoggerFactory.getLogger(ExecutorEdge.class);
    /** As much as the gateway takes for one submission. */
    private static final long MAX_BODY = 32L << 20;

    private static final long BODIES = 128L << 20;
    private static final int BEGINS = 32;
    private static final Duration TIDY_EVERY = Duration.ofSeconds(5);

    private final CodeExecutor executor;
    private final EdgeKeys keys;
    private final boolean closedToAll;
    private final ExecuteReader reader;
    private final Holdings holdings;
    private final OutputRoutes outputs;
    private final Semaphore begins = new Semaphore(BEGINS);
    private final BodyBudget bodies = new BodyBudget(BODIES);
    private final ScheduledExecutorService tidying = Threads.scheduler("executor-holdings");
    private final ServiceEdge edge;

    /**
     * @param executor what runs the code; not owned
     * @param keys any of which opens the service
     * @param maxLimits what this host allows a run
     */
    public ExecutorEdge(
            HttpServerConfig config,
            String version,
            CodeExecutor executor,
            EdgeKeys keys,
            Limits maxLimits,
            InstantSource clock) {
        this(config, version, executor, keys, maxLimits, clock, System::nanoTime);
    }

    ExecutorEdge(
            HttpServerConfig config,
            String version,
            CodeExecutor executor,
            EdgeKeys keys,
            Limits maxLimits,
            InstantSource clock,
            LongSupplier nanos) {
        this.executor = requireNonNull(executor, "executor is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.closedToAll = keys.isEmpty() && !loopback(requireNonNull(config, "config is null").host());
        this.reader = new ExecuteReader(executor, requireNonNull(maxLimits, "maxLimits is null"));
        this.holdings = new Holdings(executor, nanos);
        this.outputs = new OutputRoutes(executor, holdings);
        StatusRoutes status = new StatusRoutes(
                requireNonNull(version, "version is null"), executor, holdings, requireNonNull(clock, "clock is null"));
        List<Route> routes = new ArrayList<>(status.open());
        guarded(status).forEach(route -> routes.add(guard(route)));
        this.edge = new ServiceEdge(config, version, routes, this::unready, new ExecutorFigures(executor, holdings));
    }

    private List<Route> guarded(StatusRoutes status) {
        List<Route> routes = new ArrayList<>(List.of(
                Route.post("/execute", "executions", "Run a program", this::execute)
                        .body(ExecuteReader.schema())
                        .answers(200, "It has begun, or the same order began it before", Begun.class),
                Route.post("/kill/{id}", "executions", "Stop a program", this::kill)
                        .pathParameter("id", "The evaluation's id")
                        .query("mode", "string", "kill (the default): SIGKILL; terminate: SIGTERM, and SIGKILL five seconds later")
                        .answers(200, "It was told to stop", Killed.class),
                Route.delete("/executions/{id}", "executions", "Forget what POST /execute began, stopping it if it runs", this::release)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "It is not held, whether it was or not", Released.class)));
        routes.addAll(outputs.routes());
        routes.addAll(status.guarded());
        return routes;
    }

    private Route guard(Route route) {
        return closedToAll ? route.behind(ExecutorEdge::refuse) : route.guardedBy(keys);
    }

    private static void refuse(Context ctx) {
        throw new PlatformException(ErrorCode.FORBIDDEN,
                "This executor can be reached from other machines and has no key, so it runs nothing. Give it a key.");
    }

    private static boolean loopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private void execute(Context ctx) throws Exception {
        WireBody.read(ctx, MAX_BODY, bodies, body -> {
            ExecuteOrder order = reader.read(body);
            begin(order);
            ExecutionRequest begun = order.request();
            WireBody.answer(ctx, new Begun(
                    begun.id().value(), "running", executor.capacity().executorId(),
                    ExecutorAnswers.sandboxId(begun.id(), begun.attempt())));
        });
    }

    /** An executor with no slot left is waited for, and those who wait must leave threads for everybody else. */
    private void begin(ExecuteOrder order) {
        if (!begins.tryAcquire()) {
            throw PlatformException.retryLater(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "As many executions wait for a slot as may at once.", Duration.ofSeconds(1));
        }
        try {
            holdings.begin(order);
        } finally {
            begins.release();
        }
    }

    private void kill(Context ctx) {
        EvaluationId id = Query.id(ctx);
        StopMode mode = Query.stopMode(ctx);
        if (!executor.kill(id, mode)) {
            executor.progress(id, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO);
            throw new PlatformException(ErrorCode.STATE_CONFLICT, id + " has ended already.");
        }
        WireBody.answer(ctx, new Killed(id.value(), true, mode == StopMode.KILL
                ? "It was killed."
                : "It was asked to end, and is killed in five seconds if it has not."));
    }

    private void release(Context ctx) {
        EvaluationId id = Query.id(ctx);
        WireBody.answer(ctx, new Released(id.value(), holdings.release(id)));
    }

    private Optional<String> unready() {
        return executor.engines().stream().anyMatch(EngineStatus::available)
                ? Optional.empty()
                : Optional.of("No engine can run code here.");
    }

    @Override
    public void start() {
        edge.start();
        long every = TIDY_EVERY.toMillis();
        tidying.scheduleWithFixedDelay(this::tidy, every, every, TimeUnit.MILLISECONDS);
    }

    private void tidy() {
        try {
            holdings.tidy();
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).log("Executions that nobody comes back for could not be let go of; it is tried again");
        }
    }

    /** The address it listens on. Only once started. */
    public URI uri() {
        return edge.uri();
    }

    /** From now on requests get 503; those under way go on. */
    public void refuseRequests() {
        edge.refuseRequests();
    }

    /** Answers that are held back fail; the executor goes on. */
    @Override
    public void close() {
        tidying.shutdownNow();
        edge.refuseRequests();
        outputs.close();
        edge.close();
    }
}
