package dev.crucible.storage.http;

import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.platform.http.HostedRoutes;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The service in figures, with those of the modules that it hosts. */
final class StorageFigures implements MultiCollector {
    private final EvaluationStore store;
    private final OutputStore outputs;
    private final List<HostedRoutes> hosted;

    StorageFigures(EvaluationStore store, OutputStore outputs, List<HostedRoutes> hosted) {
        this.store = store;
        this.outputs = outputs;
        this.hosted = hosted;
    }

    /** What cannot be asked now is left out, and {@code crucible_storage_up} says so. */
    @Override
    public MetricSnapshots collect() {
        List<MetricSnapshot> all = new ArrayList<>();
        boolean up = true;
        try {
            all.add(evaluations(store.statistics(null).byStatus()));
        } catch (PlatformException e) {
            up = false;
        }
        all.add(gauge("crucible_storage_up", "Whether the records can be reached.", up ? 1 : 0));
        all.add(gauge("crucible_storage_output_bytes", "Bytes of outputs and files that are kept.", outputs.totalBytes()));
        for (HostedRoutes each : hosted) {
            each.figures().forEach(all::add);
        }
        return new MetricSnapshots(all);
    }

    private static GaugeSnapshot evaluations(Map<String, Long> byStatus) {
        GaugeSnapshot.Builder all = GaugeSnapshot.builder().name("crucible_storage_evaluations")
                .help("Evaluations that are kept, by status.");
        for (EvaluationStatus status : EvaluationStatus.values()) {
            all.dataPoint(GaugeDataPointSnapshot.builder().value(byStatus.getOrDefault(status.wire(), 0L))
                    .labels(Labels.of("status", status.wire())).build());
        }
        return all.build();
    }

    private static GaugeSnapshot gauge(String name, String help, double value) {
        return GaugeSnapshot.builder().name(name).help(help)
                .dataPoint(GaugeDataPointSnapshot.builder().value(value).build()).build();
    }
}
