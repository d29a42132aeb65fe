package dev.crucible.queue.http;

import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.queue.LevelStatus;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.TaskQueue;
import io.javalin.http.Context;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes about the queue as a whole. */
final class QueueRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(QueueRoutes.class);

    private final TaskQueue queue;
    private final String version;
    private final Supplier<Optional<String>> unready;
    private final InstantSource clock;

    QueueRoutes(TaskQueue queue, String version, Supplier<Optional<String>> unready, InstantSource clock) {
        this.queue = queue;
        this.version = version;
        this.unready = unready;
        this.clock = clock;
    }

    List<Route> routes(QueueKeys keys) {
        return List.of(
                Route.get("/status", "queue", "The queue in figures", ctx -> WireBody.answer(ctx, figures(queue.status())))
                        .answers(200, "As they are now", QueueAnswers.Figures.class).guardedBy(keys.forAll()),
                Route.get("/health", "health", "Whether the queue can serve", this::health)
                        .answers(200, "It can", QueueAnswers.Health.class)
                        .answers(503, "It cannot, and why", QueueAnswers.Health.class),
                Route.post("/pause", "queue", "Hand nothing out until resumed; submissions go on", ctx -> steer(ctx, "paused", queue::pause))
                        .answers(200, "It is paused", QueueAnswers.Paused.class).guardedBy(keys.forClients()),
                Route.post("/drain", "queue", "Hand nothing out and take nothing until resumed; what runs goes on", ctx -> steer(ctx, "drained", queue::drain))
                        .answers(200, "It is drained", QueueAnswers.Paused.class).guardedBy(keys.forClients()),
                Route.post("/resume", "queue", "Take tasks and hand them out again", ctx -> steer(ctx, "resumed", queue::resume))
                        .answers(200, "It is neither paused nor drained", QueueAnswers.Paused.class).guardedBy(keys.forClients()));
    }

    private static QueueAnswers.Figures figures(QueueStatus status) {
        Map<String, Integer> byPriority = new LinkedHashMap<>();
        Map<String, QueueAnswers.Level> levels = new LinkedHashMap<>();
        for (int level = 0; level < status.levels().size(); level++) {
            byPriority.put(Integer.toString(level), status.levels().get(level).queued());
            levels.put(Integer.toString(level), level(status.levels().get(level)));
        }
        int length = status.queued() + status.delayed();
        return new QueueAnswers.Figures(
                status.queued(), status.processing(), length, length + status.processing(), status.delayed(),
                status.deadLetters(), byPriority, QueueAnswers.secondsOrNull(status.oldestAge()), status.workers(),
                status.paused(), status.draining(), levels, status.priorityEffectiveness());
    }

    private static QueueAnswers.Level level(LevelStatus level) {
        return new QueueAnswers.Level(
                level.queued(), QueueAnswers.secondsOrNull(level.oldestAge()), QueueAnswers.secondsOrNull(level.waitP50()),
                QueueAnswers.secondsOrNull(level.waitP95()), level.handedOut(), level.lifted(), level.perSecond(), level.starvation());
    }

    private void health(Context ctx) {
        Optional<String> why = whyUnready();
        WireBody.answer(ctx, why.isEmpty() ? 200 : 503, new QueueAnswers.Health(
                why.isEmpty() ? "healthy" : "unhealthy", "queue", version, clock.instant(), why.orElse(null)));
    }

    /** Why it cannot serve now, or empty when it can. */
    Optional<String> whyUnready() {
        try {
            queue.status();
            return unready.get();
        } catch (PlatformException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void steer(Context ctx, String what, Runnable how) {
        how.run();
        LOG.atInfo().addKeyValue("address", ctx.ip()).log("The queue was {}", what);
        QueueStatus status = queue.status();
        WireBody.answer(ctx, new QueueAnswers.Paused(status.paused(), status.draining()));
    }
}
