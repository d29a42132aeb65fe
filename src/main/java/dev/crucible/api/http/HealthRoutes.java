package dev.crucible.api.http;

import dev.crucible.api.Catalog;
import dev.crucible.api.http.PlatformAnswers.ServiceHealth;
import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.OutputStore;
import io.javalin.http.Context;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** The routes that say whether all is well. */
final class HealthRoutes {
    static final String SERVICE = "api-gateway";

    private final GatewayConfig config;
    private final HealthChecks checks;
    private final TaskQueue queue;
    private final OutputStore outputs;
    private final CodeExecutor executor;
    private final Catalog catalog;
    private final InstantSource clock;
    private final Instant startedAt;
    private final BooleanSupplier stopping;

    HealthRoutes(
            GatewayConfig config,
            HealthChecks checks,
            TaskQueue queue,
            OutputStore outputs,
            CodeExecutor executor,
            Catalog catalog,
            InstantSource clock,
            BooleanSupplier stopping) {
        this.config = config;
        this.checks = checks;
        this.queue = queue;
        this.outputs = outputs;
        this.executor = executor;
        this.catalog = catalog;
        this.clock = clock;
        this.startedAt = clock.instant();
        this.stopping = stopping;
    }

    List<Route> routes() {
        Route health = Route.get("/health", "health", "Each part of the platform, with reasons", this::health)
                .answers(200, "Healthy, or degraded and still serving", PlatformAnswers.Health.class)
                .answers(503, "It cannot serve", PlatformAnswers.Health.class);
        return List.of(
                health,
                health.alsoAt("/api/health"),
                Route.get("/healthz", "health", "Whether the process is alive",
                                ctx -> Replies.json(ctx, new PlatformAnswers.Alive("alive")))
                        .answers(200, "It is", PlatformAnswers.Alive.class),
                Route.get("/readyz", "health", "Whether it takes requests", this::ready)
                        .answers(200, "It does", PlatformAnswers.Alive.class)
                        .answers(503, "It does not, or not yet, or not any more", PlatformAnswers.Alive.class),
                Route.get("/api/status", "platform", "The platform at a glance", this::status)
                        .answers(200, "Services, queue, engines, uptime", PlatformAnswers.PlatformStatus.class));
    }

    private void health(Context ctx) {
        Map<String, ServiceHealth> services = checks.services();
        String overall = HealthChecks.overall(services);
        Replies.json(ctx, overall.equals(HealthChecks.UNHEALTHY) ? 503 : 200, new PlatformAnswers.Health(
                overall, SERVICE, config.version(), clock.instant(), services));
    }

    private void ready(Context ctx) {
        boolean ready = !stopping.getAsBoolean()
                && !HealthChecks.overall(checks.services()).equals(HealthChecks.UNHEALTHY);
        Replies.json(ctx, ready ? 200 : 503, new PlatformAnswers.Alive(ready ? "ready" : "not ready"));
    }

    private void status(Context ctx) {
        Map<String, ServiceHealth> services = checks.services();
        Capacity capacity = executor.capacity();
        Instant now = clock.instant();
        Replies.json(ctx, new PlatformAnswers.PlatformStatus(
                HealthChecks.overall(services), SERVICE, config.version(), config.mode(), startedAt,
                Duration.between(startedAt, now).toMillis() / 1000.0, services,
                PlatformRoutes.queueView(queue.status()), new PlatformAnswers.StorageView(outputs.totalBytes()),
                new PlatformAnswers.ExecutorView(
                        capacity.executorId(), capacity.running(), capacity.maxConcurrent(), capacity.availableSlots()),
                catalog.defaultEngine().map(EngineStatus::name).orElse(null), PlatformRoutes.engineViews(catalog),
                new PlatformAnswers.TrafficSplit(100, 0)));
    }
}
