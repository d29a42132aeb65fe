package dev.crucible.executor.http;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The executor in figures, as it is when they are asked for. */
final class ExecutorFigures implements MultiCollector {
    private final CodeExecutor executor;
    private final Holdings holdings;

    ExecutorFigures(CodeExecutor executor, Holdings holdings) {
        this.executor = executor;
        this.holdings = holdings;
    }

    @Override
    public MetricSnapshots collect() {
        Capacity capacity = executor.capacity();
        GaugeSnapshot.Builder engines = GaugeSnapshot.builder()
                .name("crucible_engine_available").help("Whether the engine can run code.");
        executor.engines().forEach(engine ->
                engines.dataPoint(point(engine.available() ? 1 : 0, Labels.of("engine", engine.name()))));
        return MetricSnapshots.of(
                gauge("crucible_executor_running", "Executions that have not ended.", capacity.running()),
                gauge("crucible_executor_slots", "Executions that may run at once.", capacity.maxConcurrent()),
                gauge("crucible_executor_held", "Executions begun over HTTP that were not released yet.", holdings.size()),
                engines.build());
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder().name(name).help(help).dataPoint(point(value, Labels.EMPTY)).build();
    }

    private static GaugeDataPointSnapshot point(double value, Labels labels) {
        return GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }
}
