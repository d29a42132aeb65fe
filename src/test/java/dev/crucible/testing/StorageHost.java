package dev.crucible.testing;

import dev.crucible.events.EventBus;
import dev.crucible.events.http.EventRoutes;
import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.http.StorageService;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A storage service on a free port in front of given stores, which can go away and come back at the same address. */
public final class StorageHost implements AutoCloseable {
    public static final String KEY = "key-of-the-storage";

    private final EvaluationStore store;
    private final OutputStore outputs;
    private final @Nullable EventBus bus;
    private final URI uri;
    private StorageService service;

    public StorageHost(EvaluationStore store, OutputStore outputs, @Nullable EventBus bus) {
        this.store = store;
        this.outputs = outputs;
        this.bus = bus;
        this.service = start(0);
        this.uri = service.uri();
    }

    private StorageService start(int port) {
        StorageService started = new StorageService(
                new HttpServerConfig("127.0.0.1", port, Set.of(), Duration.ofSeconds(1)), "1.2.3", store, outputs,
                EdgeKeys.of(List.of(KEY)), () -> Instant.parse("2026-11-21T10:20:30Z"),
                bus == null ? List.of() : List.of(new EventRoutes(bus)));
        started.start();
        return started;
    }

    public URI uri() {
        return uri;
    }

    public ServiceAddress address(WireFormat format) {
        return new ServiceAddress(uri, KEY, format, null);
    }

    /** The service stops; its stores stay. */
    public void stop() {
        service.close();
    }

    /** A new service where the one before was. */
    public void startAgain() {
        service = start(uri.getPort());
    }

    @Override
    public void close() {
        service.close();
    }
}
