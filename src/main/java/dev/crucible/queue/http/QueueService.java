package dev.crucible.queue.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.ServiceEdge;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.QueueMetrics;
import dev.crucible.queue.TaskQueue;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queue as its own service: what stands in front of a {@link TaskQueue} for processes elsewhere. */
public final class QueueService implements Part {
    private static final Logger LOG = LoggerFactory.getLogger(QueueService.class);
    /** The largest body and a few ordinary ones. */
    private static final long BODY_BYTES_AT_ONCE = 64L << 20;
    private static final long TICK_MILLIS = 100;

    private final TaskQueue queue;
    private final Polls polls;
    private final HandedLeases leases = new HandedLeases();
    private final ServiceEdge edge;
    private final ScheduledExecutorService ticker = Threads.scheduler("queue-edge-clock");

    /**
     * @param queue outlives this; started before
     * @param outputs where long streams of plain reports are kept
     * @param unready why the queue cannot serve now, for what only the composition knows, or empty when it can
     */
    public QueueService(
            HttpServerConfig server,
            String version,
            TaskQueue queue,
            QueueKeys keys,
            TaskDefaults defaults,
            OutputKeeper outputs,
            Supplier<Optional<String>> unready,
            InstantSource clock) {
        this.queue = requireNonNull(queue, "queue is null");
        this.polls = new Polls(queue);
        RecentEnds ends = new RecentEnds();
        BodyBudget budget = new BodyBudget(BODY_BYTES_AT_ONCE);
        QueueRoutes whole = new QueueRoutes(queue, version, unready, clock);
        List<Route> routes = new ArrayList<>();
        routes.addAll(new WorkerRoutes(queue, polls, leases, ends, new ReportForm(outputs), budget).routes(keys));
        routes.addAll(new TaskRoutes(queue, new TaskForm(defaults, clock), ends, budget).routes(keys));
        routes.addAll(whole.routes(keys));
        routes.addAll(new DeadLetterRoutes(queue, ends, budget).routes(keys));
        this.edge = new ServiceEdge(server, version, routes, whole::whyUnready, () -> QueueMetrics.of(queue));
    }

    /** Listens from the return on. */
    @Override
    public void start() {
        ticker.scheduleWithFixedDelay(this::extendForPlainWorkers, TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        edge.start();
    }

    private void extendForPlainWorkers() {
        for (LeaseToken token : leases.due()) {
            try {
                queue.extend(token);
            } catch (PlatformException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    leases.remove(token);
                } else {
                    LOG.atWarn().setCause(e).addKeyValue("eval_id", token.id()).log("A lease could not be extended");
                }
            }
        }
    }

    /** The address it listens on. Only once started. */
    public URI uri() {
        return edge.uri();
    }

    /** Refuses new requests, answers those that wait, lets the others finish, and stops. */
    @Override
    public void close() {
        edge.refuseRequests();
        polls.close();
        edge.close();
        ticker.shutdownNow();
    }
}
