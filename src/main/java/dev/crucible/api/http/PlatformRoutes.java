package dev.crucible.api.http;

import dev.crucible.api.Catalog;
import dev.crucible.api.http.PlatformAnswers.EngineView;
import dev.crucible.api.http.PlatformAnswers.LanguageOnEngine;
import dev.crucible.api.http.PlatformAnswers.LanguageView;
import dev.crucible.api.http.PlatformAnswers.LevelView;
import dev.crucible.api.http.PlatformAnswers.PoolView;
import dev.crucible.api.http.PlatformAnswers.ProofView;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.Language;
import dev.crucible.executor.PoolFigures;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.queue.LevelStatus;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.Statistics;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes about the queue, the figures, and what can run here. */
final class PlatformRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(PlatformRoutes.class);

    private final TaskQueue queue;
    private final EvaluationStore store;
    private final OutputStore outputs;
    private final Catalog catalog;

    PlatformRoutes(TaskQueue queue, EvaluationStore store, OutputStore outputs, Catalog catalog) {
        this.queue = queue;
        this.store = store;
        this.outputs = outputs;
        this.catalog = catalog;
    }

    List<Route> routes() {
        Route status = Route.get("/api/queue-status", "queue", "The queue in figures",
                        ctx -> Replies.json(ctx, queueView(queue.status())))
                .answers(200, "Ready, leased, delayed and dead tasks", PlatformAnswers.QueueView.class);
        return List.of(
                status,
                status.alsoAt("/api/queue/status"),
                Route.get("/api/statistics", "platform", "Figures over all evaluations", this::statistics)
                        .query("since", "string", "Only those created at or after this time")
                        .answers(200, "Times in milliseconds; a figure over nothing is null",
                                PlatformAnswers.StatisticsView.class),
                Route.get("/api/languages", "platform", "The languages, and which engine can run them here", this::languages)
                        .answers(200, "Every known language", PlatformAnswers.Languages.class),
                Route.get("/api/engines", "platform", "The engines, and why one is missing", this::engines)
                        .answers(200, "Strongest first, each with the proofs of its limits and its pool of boxes", PlatformAnswers.Engines.class),
                Route.get("/api/admin/queue/pause", "admin", "Whether the queue is paused", this::paused)
                        .answers(200, "Nothing is changed", PlatformAnswers.Paused.class),
                Route.post("/api/admin/queue/pause", "admin", "Hand out no more tasks", this::pause)
                        .answers(200, "Submissions are still accepted", PlatformAnswers.Paused.class),
                Route.get("/api/admin/queue/drain", "admin", "Whether the queue is drained", this::paused)
                        .answers(200, "Nothing is changed", PlatformAnswers.Paused.class),
                Route.post("/api/admin/queue/drain", "admin", "Hand out no more tasks and accept none", this::drain)
                        .answers(200, "What runs goes on to its end; submissions get 503", PlatformAnswers.Paused.class),
                Route.get("/api/admin/queue/resume", "admin", "Whether the queue is paused", this::paused)
                        .answers(200, "Nothing is changed", PlatformAnswers.Paused.class),
                Route.post("/api/admin/queue/resume", "admin", "Accept and hand out tasks again", this::resume)
                        .answers(200, "The queue goes on", PlatformAnswers.Paused.class));
    }

    private void statistics(Context ctx) {
        Statistics s = store.statistics(Parameters.time(ctx, "since"));
        Replies.json(ctx, new PlatformAnswers.StatisticsView(
                s.totalEvaluations(), s.byStatus(), s.byLanguage(), s.byEngine(), s.byReason(),
                s.averageRuntimeMillis(), s.p50RuntimeMillis(), s.p95RuntimeMillis(), s.averageQueueWaitMillis(),
                s.successRate(), s.last24hCount(), s.peakHour(),
                new PlatformAnswers.StorageView(outputs.totalBytes())));
    }

    private void languages(Context ctx) {
        List<EngineStatus> engines = catalog.engines();
        Replies.json(ctx, new PlatformAnswers.Languages(
                catalog.languages().stream().map(language -> languageView(language, engines)).toList()));
    }

    private void engines(Context ctx) {
        Replies.json(ctx, new PlatformAnswers.Engines(
                catalog.defaultEngine().map(EngineStatus::name).orElse(null), catalog.defaultReason(),
                engineViews(catalog)));
    }

    private void paused(Context ctx) {
        QueueStatus status = queue.status();
        Replies.json(ctx, new PlatformAnswers.Paused(status.paused(), status.draining()));
    }

    private void pause(Context ctx) {
        queue.pause();
        LOG.atInfo().addKeyValue("address", ctx.ip()).log("The queue was paused; no task is handed out until it is resumed");
        paused(ctx);
    }

    private void drain(Context ctx) {
        queue.drain();
        LOG.atInfo().addKeyValue("address", ctx.ip())
                .log("The queue is drained; no task is handed out or accepted until it is resumed");
        paused(ctx);
    }

    private void resume(Context ctx) {
        queue.resume();
        LOG.atInfo().addKeyValue("address", ctx.ip()).log("The queue was resumed");
        paused(ctx);
    }

    static PlatformAnswers.QueueView queueView(QueueStatus status) {
        Map<String, Integer> byPriority = new LinkedHashMap<>();
        Map<String, LevelView> levels = new LinkedHashMap<>();
        for (int level = 0; level < status.levels().size(); level++) {
            LevelStatus figures = status.levels().get(level);
            byPriority.put(Integer.toString(level), figures.queued());
            levels.put(Integer.toString(level), new LevelView(
                    figures.queued(), seconds(figures.oldestAge()), seconds(figures.waitP50()),
                    seconds(figures.waitP95()), figures.handedOut(), figures.lifted(), figures.perSecond(),
                    figures.starvation()));
        }
        int length = status.queued() + status.delayed();
        return new PlatformAnswers.QueueView(
                status.queued(), status.processing(), length, length + status.processing(), status.delayed(),
                status.deadLetters(), byPriority, seconds(status.oldestAge()), status.workers(), status.paused(),
                status.draining(), levels, status.priorityEffectiveness());
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toMillis() / 1000.0;
    }

    static List<EngineView> engineViews(Catalog catalog) {
        return catalog.engines().stream()
                .map(engine -> new EngineView(
                        engine.name(), engine.available(), engine.version(), engine.detail(), engine.remedy(),
                        engine.weaknesses(),
                        engine.proofs().stream()
                                .map(proof -> new ProofView(proof.name(), proof.held(), proof.evidence(), proof.at()))
                                .toList(),
                        poolView(engine.pool())))
                .toList();
    }

    private static @Nullable PoolView poolView(@Nullable PoolFigures pool) {
        return pool == null ? null : new PoolView(
                pool.ready(), pool.target(), pool.inUse(), pool.recentPeak(), pool.most(), pool.hits(), pool.misses(),
                pool.built(), pool.destroyed(), pool.prepareP50Millis());
    }

    private static LanguageView languageView(Language language, List<EngineStatus> engines) {
        Map<String, LanguageOnEngine> onEngines = new LinkedHashMap<>();
        for (EngineStatus engine : engines) {
            onEngines.put(engine.name(), onEngine(engine, language));
        }
        return new LanguageView(
                language.name(), language.title(), language.aliases(), language.template(), language.file(), onEngines);
    }

    private static LanguageOnEngine onEngine(EngineStatus engine, Language language) {
        EngineStatus.LanguageStatus status = engine.languages().get(language.name());
        if (!engine.available()) {
            return new LanguageOnEngine(false, null, engine.detail(), engine.remedy());
        }
        return status == null
                ? new LanguageOnEngine(false, null, "The engine does not know the language.", null)
                : new LanguageOnEngine(status.available(), status.version(), status.detail(), status.remedy());
    }
}
