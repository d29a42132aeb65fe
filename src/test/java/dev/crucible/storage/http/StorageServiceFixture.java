package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.events.EventsModule;
import dev.crucible.events.LocalEventBus;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.StorageModule;
import dev.crucible.testing.StorageHost;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A storage service with its bus, on records in memory and outputs in files. */
abstract class StorageServiceFixture {
    static final String ONE = "{\"eval_id\":\"one\",\"code\":\"print(1)\"}";

    @TempDir
    private Path folder;

    private final EvaluationStore store = StorageModule.inMemory(() -> Instant.parse("2026-11-21T10:20:30Z"));
    private final LocalEventBus bus = EventsModule.inMemory();
    private StorageHost host;
    StorageCalls calls;

    @BeforeEach
    void startService() {
        bus.start();
        host = new StorageHost(store, StorageModule.files(folder), bus);
        calls = new StorageCalls(host.uri());
    }

    @AfterEach
    void stopService() {
        host.close();
        bus.close();
    }

    void reach(String status) {
        calls.post("/evaluations", ONE);
        List<String> way = switch (status) {
            case "queued" -> List.<String>of();
            case "cancelled" -> List.of("cancelled");
            case "running" -> List.of("provisioning", "running");
            default -> List.of("provisioning", "running", status);
        };
        way.forEach(each -> assertThat(calls.put("/evaluations/one", "{\"status\":\"" + each + "\"}").status()).isEqualTo(200));
    }
}
