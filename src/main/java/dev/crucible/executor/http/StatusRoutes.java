package dev.crucible.executor.http;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.http.ExecutorAnswers.EngineSummary;
import dev.crucible.executor.http.ExecutorAnswers.Engines;
import dev.crucible.executor.http.ExecutorAnswers.Health;
import dev.crucible.executor.http.ExecutorAnswers.LanguageList;
import dev.crucible.executor.http.ExecutorAnswers.Run;
import dev.crucible.executor.http.ExecutorAnswers.RunningList;
import dev.crucible.executor.http.ExecutorAnswers.Slots;
import dev.crucible.executor.http.ExecutorAnswers.Spoken;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** The routes that tell how the executor fares and what it can do. */
final class StatusRoutes {
    private static final String SERVICE = "executor";

    private final String version;
    private final CodeExecutor executor;
    private final Holdings holdings;
    private final InstantSource clock;
    private final Instant startedAt;

    StatusRoutes(String version, CodeExecutor executor, Holdings holdings, InstantSource clock) {
        this.version = version;
        this.executor = executor;
        this.holdings = holdings;
        this.clock = clock;
        this.startedAt = clock.instant();
    }

    /** Those that need no key. */
    List<Route> open() {
        return List.of(Route.get("/health", "health", "Whether it can run code", this::health)
                .answers(200, "It can", Health.class)
                .answers(503, "No engine works", Health.class));
    }

    List<Route> guarded() {
        return List.of(
                Route.get("/running", "executions", "What has not ended", this::running)
                        .answers(200, "Whoever began it", RunningList.class),
                Route.get("/capacity", "executor", "How many run and how many may", ctx -> WireBody.answer(ctx, slots()))
                        .answers(200, "As it is now", Slots.class),
                Route.get("/status", "executor", "The executor at a glance", this::status)
                        .answers(200, "As it is now", ExecutorAnswers.Status.class),
                Route.get("/engines", "executor", "Every engine, with the proofs of its limits and its pool",
                                ctx -> WireBody.answer(ctx, new Engines(executor.engines())))
                        .answers(200, "Strongest first", Engines.class),
                Route.get("/languages", "executor", "Every language of the registry", this::languages)
                        .answers(200, "Whether it can run here or not", LanguageList.class));
    }

    private void health(Context ctx) {
        List<String> engines =
                executor.engines().stream().filter(EngineStatus::available).map(EngineStatus::name).toList();
        boolean healthy = !engines.isEmpty();
        WireBody.answer(ctx, healthy ? 200 : 503, new Health(
                healthy ? "healthy" : "unhealthy", SERVICE, version, clock.instant(), engines));
    }

    private void running(Context ctx) {
        List<Run> running = executor.running().stream().map(Run::of).toList();
        WireBody.answer(ctx, new RunningList(executor.capacity().executorId(), running.size(), running));
    }

    private Slots slots() {
        Capacity now = executor.capacity();
        return new Slots(now.executorId(), now.canAccept(), now.running(), now.maxConcurrent(), now.availableSlots());
    }

    private void status(Context ctx) {
        WireBody.answer(ctx, new ExecutorAnswers.Status(
                SERVICE, version, startedAt, Duration.between(startedAt, clock.instant()).toMillis() / 1000.0, slots(),
                holdings.size(), executor.engines().stream().map(EngineSummary::of).toList()));
    }

    private void languages(Context ctx) {
        WireBody.answer(ctx, new LanguageList(executor.languages().stream().map(Spoken::of).toList()));
    }
}
