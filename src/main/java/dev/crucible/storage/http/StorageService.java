package dev.crucible.storage.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.http.HostedRoutes;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.ServiceEdge;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The storage module as a service of its own. The stores stay the caller's to close, after the service. */
public final class StorageService implements Part {
    private final EvaluationStore store;
    private final List<HostedRoutes> hosted;
    private final ServiceEdge edge;

    /**
     * @param keys what opens every route but those that tell whether the service works
     * @param hosted what other modules add, such as the bus of events; guarded by the same keys, and closed with the service
     */
    public StorageService(
            HttpServerConfig config,
            String version,
            EvaluationStore store,
            OutputStore outputs,
            EdgeKeys keys,
            InstantSource clock,
            List<HostedRoutes> hosted) {
        this.store = requireNonNull(store, "store is null");
        this.hosted = List.copyOf(hosted);
        this.edge = new ServiceEdge(
                config, version, routes(version, requireNonNull(outputs, "outputs is null"), keys, clock), this::unready,
                new StorageFigures(store, outputs, this.hosted));
    }

    private List<Route> routes(String version, OutputStore outputs, EdgeKeys keys, InstantSource clock) {
        BodyBudget budget = new BodyBudget(Bounds.BODIES_AT_ONCE);
        Drafts drafts = new Drafts();
        OverviewRoutes overview = new OverviewRoutes(version, store, outputs, clock);
        List<Route> guarded = new ArrayList<>(new ListRoutes(store).routes());
        guarded.addAll(new EvaluationRoutes(
                store, new StatusChanges(store, outputs, drafts, clock), drafts, clock, budget).routes());
        guarded.addAll(new OutputRoutes(store, outputs, drafts, budget).routes());
        guarded.addAll(overview.routes());
        guarded.addAll(new RecordRoutes(store, budget).routes());
        hosted.forEach(each -> guarded.addAll(each.routes()));
        List<Route> all = new ArrayList<>(List.of(overview.health()));
        guarded.forEach(route -> all.add(route.guardedBy(keys)));
        return all;
    }

    private Optional<String> unready() {
        try {
            store.check();
            return Optional.empty();
        } catch (PlatformException e) {
            return Optional.of(e.getMessage());
        }
    }

    @Override
    public void start() {
        edge.start();
    }

    /** The address it listens on. Only once started. */
    public URI uri() {
        return edge.uri();
    }

    @Override
    public void close() {
        edge.refuseRequests();
        hosted.forEach(HostedRoutes::close);
        edge.close();
    }
}
