package dev.crucible.queue;

import dev.crucible.kernel.PlatformException;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The queue in figures, each level for itself, as Prometheus reads them. */
public final class QueueMetrics {
    private QueueMetrics() {}

    /** As it is now; nothing when the queue cannot be asked, since other figures are still worth having. */
    public static MetricSnapshots of(TaskQueue queue) {
        try {
            return of(queue.status());
        } catch (PlatformException e) {
            return MetricSnapshots.of();
        }
    }

    private static MetricSnapshots of(QueueStatus status) {
        return MetricSnapshots.of(
                tasks(status),
                gauge("crucible_queue_workers", "Workers that asked for a task within the last minute.", status.workers()),
                gauge("crucible_queue_paused", "Whether no task is handed out.", status.paused() ? 1 : 0),
                gauge("crucible_queue_draining", "Whether no task is accepted.", status.draining() ? 1 : 0),
                gauge("crucible_queue_priority_effectiveness",
                        "By what part the median wait of tasks above the default priority is shorter than that of the others.",
                        status.priorityEffectiveness()),
                levels(status, "crucible_queue_level_tasks", "Tasks that are ready to be handed out.",
                        level -> (double) level.queued()),
                levels(status, "crucible_queue_level_oldest_age_seconds", "How long the oldest ready task has waited.",
                        level -> seconds(level.oldestAge())),
                levels(status, "crucible_queue_level_wait_p50_seconds", "The median wait of the latest tasks handed out.",
                        level -> seconds(level.waitP50())),
                levels(status, "crucible_queue_level_wait_p95_seconds",
                        "The wait that one in twenty of the latest tasks handed out exceeded.",
                        level -> seconds(level.waitP95())),
                levels(status, "crucible_queue_level_throughput_per_second",
                        "Tasks handed out per second, over the last minute.", LevelStatus::perSecond),
                levels(status, "crucible_queue_level_starvation_ratio",
                        "Age of the oldest ready task in parts of the time in which ageing brings it past the top level.",
                        LevelStatus::starvation),
                counts(status, "crucible_queue_level_handed_out", "Tasks handed out.", LevelStatus::handedOut),
                counts(status, "crucible_queue_level_lifted",
                        "Tasks handed out before a more urgent one because they had waited longer.", LevelStatus::lifted));
    }

    private static GaugeSnapshot tasks(QueueStatus status) {
        return GaugeSnapshot.builder().name("crucible_queue_tasks").help("Tasks that the queue holds, by where they stand.")
                .dataPoint(point(status.queued(), "state", "queued"))
                .dataPoint(point(status.delayed(), "state", "delayed"))
                .dataPoint(point(status.processing(), "state", "processing"))
                .dataPoint(point(status.deadLetters(), "state", "dead_letter"))
                .build();
    }

    private static GaugeSnapshot gauge(String name, String help, @Nullable Number value) {
        GaugeSnapshot.Builder gauge = GaugeSnapshot.builder().name(name).help(help);
        if (value != null) {
            gauge.dataPoint(point(value.doubleValue()));
        }
        return gauge.build();
    }

    private static GaugeSnapshot levels(
            QueueStatus status, String name, String help, Function<LevelStatus, @Nullable Double> figure) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name(name).help(help);
        for (int level = 0; level < status.levels().size(); level++) {
            Double value = figure.apply(status.levels().get(level));
            if (value != null) {
                all.dataPoint(point(value, "priority", Integer.toString(level)));
            }
        }
        return all.build();
    }

    private static CounterSnapshot counts(
            QueueStatus status, String name, String help, ToLongFunction<LevelStatus> figure) {
        CounterSnapshot.Builder all = CounterSnapshot.builder().name(name).help(help);
        for (int level = 0; level < status.levels().size(); level++) {
            all.dataPoint(count(
                    figure.applyAsLong(status.levels().get(level)), "priority", Integer.toString(level)));
        }
        return all.build();
    }

    private static @Nullable Double seconds(@Nullable Duration duration) {
        return duration == null ? null : duration.toNanos() / 1e9;
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(double value, String... labels) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
    }

    private static CounterSnapshot.CounterDataPointSnapshot count(double value, String... labels) {
        return CounterSnapshot.CounterDataPointSnapshot.builder().value(value).labels(Labels.of(labels)).build();
    }
}
