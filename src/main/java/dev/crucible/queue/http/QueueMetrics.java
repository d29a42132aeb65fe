package dev.crucible.queue.http;

import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.TaskQueue;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/** The queue in figures, as Prometheus reads them: one moment in each answer. */
final class QueueMetrics implements MultiCollector {
    private final TaskQueue queue;

    QueueMetrics(TaskQueue queue) {
        this.queue = queue;
    }

    @Override
    public MetricSnapshots collect() {
        QueueStatus status = queue.status();
        GaugeSnapshot.Builder depth = GaugeSnapshot.builder().name("crucible_queue_depth")
                .help("Tasks that are ready to be handed out, by priority.");
        for (int level = 0; level < status.byPriority().size(); level++) {
            depth.dataPoint(point(status.byPriority().get(level), Labels.of("priority", Integer.toString(level))));
        }
        return MetricSnapshots.of(
                depth.build(),
                gauge("crucible_queue_leased", "Tasks that a worker has.", status.processing()),
                gauge("crucible_queue_delayed", "Tasks that wait for their time.", status.delayed()),
                gauge("crucible_queue_dead_letters", "Tasks that were given up and not yet dealt with.", status.deadLetters()),
                gauge("crucible_queue_oldest_age_seconds", "How long the oldest ready task has waited; 0 when none waits.",
                        status.oldestAge() == null ? 0 : QueueAnswers.seconds(status.oldestAge())),
                gauge("crucible_queue_workers", "Workers that asked for a task within the last minute.", status.workers()),
                gauge("crucible_queue_paused", "Whether nothing is handed out.", status.paused() ? 1 : 0));
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder().name(name).help(help).dataPoint(point(value, Labels.EMPTY)).build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot point(double value, Labels labels) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder().value(value).labels(labels).build();
    }
}
