package dev.crucible.queue.http;

import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.queue.DeadLetter;
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
    static final int MAX_DEAD_LETTERS = 1_000;

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
                Route.post("/pause", "queue", "Hand nothing out until resumed; submissions go on", ctx -> pause(ctx, true))
                        .answers(200, "It is paused", QueueAnswers.Paused.class).guardedBy(keys.forClients()),
                Route.post("/resume", "queue", "Hand tasks out again", ctx -> pause(ctx, false))
                        .answers(200, "It is not paused", QueueAnswers.Paused.class).guardedBy(keys.forClients()),
                Route.get("/dlq/tasks", "dead letters", "Tasks that were given up, newest first", this::deadLetters)
                        .query("limit", "integer", "At most so many, 1 to 1,000; 100 by default")
                        .answers(200, "With the error of every attempt", QueueAnswers.DeadList.class).guardedBy(keys.forClients()));
    }

    static QueueAnswers.Figures figures(QueueStatus status) {
        Map<String, Integer> byPriority = new LinkedHashMap<>();
        for (int level = 0; level < status.byPriority().size(); level++) {
            byPriority.put(Integer.toString(level), status.byPriority().get(level));
        }
        int length = status.queued() + status.delayed();
        return new QueueAnswers.Figures(
                status.queued(), status.processing(), length, length + status.processing(), status.delayed(),
                status.deadLetters(), byPriority,
                status.oldestAge() == null ? null : QueueAnswers.seconds(status.oldestAge()), status.workers(), status.paused());
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

    private void pause(Context ctx, boolean pause) {
        if (pause) {
            queue.pause();
        } else {
            queue.resume();
        }
        LOG.atInfo().addKeyValue("address", ctx.ip()).log(pause ? "The queue was paused" : "The queue was resumed");
        WireBody.answer(ctx, new QueueAnswers.Paused(pause));
    }

    private void deadLetters(Context ctx) {
        int limit = (int) Parameters.whole(ctx, "limit", 100, 1, MAX_DEAD_LETTERS);
        List<QueueAnswers.Dead> dead = queue.deadLetters(limit).stream().map(QueueRoutes::dead).toList();
        WireBody.answer(ctx, new QueueAnswers.DeadList(dead, dead.size(), queue.status().deadLetters()));
    }

    private static QueueAnswers.Dead dead(DeadLetter letter) {
        return new QueueAnswers.Dead(letter.id().value(), letter.deadAt(), letter.attempts(), letter.history().stream()
                .map(lost -> new QueueAnswers.Loss(lost.attempt(), lost.at(), lost.error())).toList());
    }
}
