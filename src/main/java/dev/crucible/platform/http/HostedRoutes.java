package dev.crucible.platform.http;

import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;

/**
 * What a module adds to the service of another one, so that both are reached at one address. The service takes its
 * figures with its own, and closes it before it stops: held-back answers are given then.
 */
public interface HostedRoutes extends AutoCloseable {
    List<Route> routes();

    /** As they are now. */
    MetricSnapshots figures();

    @Override
    void close();
}
