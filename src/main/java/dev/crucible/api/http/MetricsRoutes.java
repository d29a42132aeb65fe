package dev.crucible.api.http;

import dev.crucible.api.Catalog;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.PoolFigures;
import dev.crucible.platform.http.Route;
import dev.crucible.queue.QueueMetrics;
import dev.crucible.queue.TaskQueue;
import io.javalin.http.Context;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The engines and the queue in figures, as Prometheus reads them. */
final class MetricsRoutes {
    private static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Catalog catalog;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    MetricsRoutes(Catalog catalog, TaskQueue queue) {
        this.catalog = catalog;
        registry.getPrometheusRegistry().register((MultiCollector) this::engines);
        registry.getPrometheusRegistry().register((MultiCollector) () -> QueueMetrics.of(queue));
    }

    List<Route> routes() {
        return List.of(Route.get("/metrics", "platform", "Figures for Prometheus", this::metrics)
                .answersBytes(200, "The text format, version 0.0.4", "text/plain"));
    }

    private void metrics(Context ctx) {
        ctx.header("Cache-Control", "no-store");
        ctx.contentType(MEDIA_TYPE);
        ctx.result(registry.scrape(MEDIA_TYPE).getBytes(StandardCharsets.UTF_8));
    }

    /** As it is now, so that one answer tells of one moment. */
    private MetricSnapshots engines() {
        List<EngineStatus> engines = catalog.engines();
        List<EngineStatus> pooled = engines.stream().filter(engine -> engine.pool() != null).toList();
        return MetricSnapshots.of(
                available(engines), limits(engines), boxes(pooled),
                gauge("crucible_pool_target_boxes", "Boxes that the pool wants there to be, those in use included.", pooled,
                        PoolFigures::target),
                gauge("crucible_pool_prepare_p50_seconds", "The median of how long the latest boxes took to get ready.",
                        pooled.stream().filter(engine -> pool(engine).prepareP50Millis() != null).toList(),
                        pool -> pool.prepareP50Millis() / 1000),
                counter("crucible_pool_hits", "Runs that found a box ready.", pooled, PoolFigures::hits),
                counter("crucible_pool_misses", "Runs that had to wait for a box to be built.", pooled, PoolFigures::misses),
                counter("crucible_pool_built", "Boxes that were built.", pooled, PoolFigures::built),
                destroyed(pooled));
    }

    private static GaugeSnapshot available(List<EngineStatus> engines) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name("crucible_engine_available").help("Whether the engine can run code.");
        engines.forEach(engine -> all.dataPoint(point(engine.available() ? 1 : 0, "engine", engine.name())));
        return all.build();
    }

    private static GaugeSnapshot limits(List<EngineStatus> engines) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name("crucible_engine_limit_held")
                .help("Whether the latest proof of the limit found that it holds.");
        engines.forEach(engine -> engine.proofs().forEach(proof ->
                all.dataPoint(point(proof.held() ? 1 : 0, "engine", engine.name(), "limit", proof.name()))));
        return all.build();
    }

    private static GaugeSnapshot boxes(List<EngineStatus> pooled) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name("crucible_pool_boxes")
                .help("Boxes that wait for a run, and boxes that serve one.");
        for (EngineStatus engine : pooled) {
            all.dataPoint(point(pool(engine).ready(), "engine", engine.name(), "state", "ready"));
            all.dataPoint(point(pool(engine).inUse(), "engine", engine.name(), "state", "in_use"));
        }
        return all.build();
    }

    private static CounterSnapshot destroyed(List<EngineStatus> pooled) {
        CounterSnapshot.Builder all = CounterSnapshot.builder().name("crucible_pool_destroyed").help("Boxes that were destroyed, by why.");
        pooled.forEach(engine -> pool(engine).destroyed().forEach(
                (cause, count) -> all.dataPoint(count(count, "engine", engine.name(), "cause", cause))));
        return all.build();
    }

    private static GaugeSnapshot gauge(
            String name, String help, List<EngineStatus> pooled, ToDoubleFunction<PoolFigures> figure) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(name).help(help);
        pooled.forEach(engine -> all.dataPoint(point(figure.applyAsDouble(pool(engine)), "engine", engine.name())));
        return all.build();
    }

    private static CounterSnapshot counter(
            String name, String help, List<EngineStatus> pooled, ToDoubleFunction<PoolFigures> figure) {
        CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
        pooled.forEach(engine -> all.dataPoint(count(figure.applyAsDouble(pool(engine)), "engine", engine.name())));
        return all.build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(double value, String... labels) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot count(double value, String... labels) {
        return CounterSnapshot.CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
    }

    private static PoolFigures pool(EngineStatus engine) {
        PoolFigures pool = engine.pool();
        if (pool == null) {
            throw new IllegalArgumentException(engine.name() + " has no pool");
        }
        return pool;
    }
}
