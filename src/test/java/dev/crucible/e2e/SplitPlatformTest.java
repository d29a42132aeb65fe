package dev.crucible.e2e;

import static dev.crucible.e2e.Api.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.e2e.SplitPlatform.Module;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each module as a process of its own. */
@Timeout(value = 8, unit = TimeUnit.MINUTES)
class SplitPlatformTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Map<String, String> SETTINGS =
            Map.of("WORKERS", "4", "DEFAULT_ENGINE", "sandbox", "LEASE_SECONDS", "3", "SHUTDOWN_GRACE", "5s", "MAX_ATTEMPTS", "20");
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "timeout", "cancelled");
    private static final int SUBMITTERS = 4;

    @TempDir
    Path folder;

    private SplitPlatform platform;

    private void start() {
        platform = new SplitPlatform(folder, SETTINGS).start();
    }

    @AfterEach
    void stop() {
        if (platform != null) {
            platform.close();
        }
    }

    @Test
    void four_processes_do_what_one_does() {
        start();
        JsonNode record = platform.api().run(python("import sys\nprint(6 * 7)\nprint('warned', file=sys.stderr)"));
        assertThat(record.get("status").asText()).as("%s", record).isEqualTo("completed");
        assertThat(record.get("output").asText()).isEqualTo("42\n");
        assertThat(record.get("error").asText()).isEqualTo("warned\n");
        JsonNode waited = platform.api().post("/api/eval?wait=20", python("print(1)")).json();
        assertThat(waited.get("output").asText()).as("%s", waited).isEqualTo("1\n");

        String endless = platform.api().submit(python("print('begun', flush=True)\nwhile True: pass", "timeout", 60));
        await().atMost(PATIENCE).until(() -> platform.api().get("/api/eval/" + endless + "/logs").json().toString().contains("begun"));
        platform.api().post("/api/eval/" + endless + "/kill", Map.of());
        assertThat(platform.api().awaitEnd(endless, PATIENCE).get("status").asText()).isEqualTo("cancelled");

        JsonNode large = platform.api().run(python("print('x' * 300000)"));
        assertThat(large.get("output_size").asLong()).as("%s", large.get("status")).isEqualTo(300_001);
        assertThat(platform.api().get("/api/status").json().get("mode").asText()).isEqualTo("split");
    }

    @Test
    void each_edge_wants_its_own_key() {
        start();
        for (Module module : List.of(Module.QUEUE, Module.STORAGE, Module.WORKER)) {
            Api edge = new Api(URI.create(platform.url(module)));
            String path = switch (module) {
                case QUEUE -> "/status";
                case STORAGE -> "/evaluations";
                default -> "/running";
            };
            assertThat(edge.get("/healthz").status()).isEqualTo(200);
            assertThat(edge.get(path).status()).as("%s %s", module, path).isEqualTo(401);
        }
    }

    @Test
    void a_thousand_evaluations_end_once_each_though_every_process_is_killed_at_random() throws Exception {
        start();
        Map<Integer, String> ids = new ConcurrentSkipListMap<>();
        ExecutorService submitters = Executors.newFixedThreadPool(SUBMITTERS);
        List<CompletableFuture<Void>> submitting = submit(1_000, ids, submitters);
        Random random = new Random(20261128);
        List<Module> killed = new ArrayList<>();
        for (int round = 0; round < 8; round++) {
            int enough = 100 * round + 20 + random.nextInt(60);
            await().atMost(PATIENCE).until(() -> ids.size() >= enough);
            // Each of them once, then whichever.
            Module victim = Module.values()[round < 4 ? round : random.nextInt(4)];
            platform.kill(victim);
            platform.start(victim);
            killed.add(victim);
        }
        for (CompletableFuture<Void> one : submitting) {
            one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        submitters.shutdown();
        assertThat(killed).contains(Module.values());
        assertEachEndedOnce(ids);
    }

    @Test
    void every_module_is_restarted_under_load_and_a_patient_client_notices_nothing() throws Exception {
        start();
        Map<Integer, String> ids = new ConcurrentSkipListMap<>();
        ExecutorService submitters = Executors.newFixedThreadPool(SUBMITTERS);
        List<CompletableFuture<Void>> submitting = submit(300, ids, submitters);
        int enough = 0;
        for (Module module : Module.values()) {
            enough += 40;
            int before = enough;
            await().atMost(PATIENCE).until(() -> ids.size() >= before);
            platform.restart(module);
        }
        for (CompletableFuture<Void> one : submitting) {
            one.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        submitters.shutdown();
        assertEachEndedOnce(ids);
    }

    private List<CompletableFuture<Void>> submit(int count, Map<Integer, String> ids, ExecutorService threads) {
        PatientClient client = new PatientClient(() -> platform.api());
        List<CompletableFuture<Void>> submitting = new ArrayList<>();
        for (int thread = 0; thread < SUBMITTERS; thread++) {
            int first = thread;
            submitting.add(CompletableFuture.runAsync(() -> {
                for (int number = first; number < count; number += SUBMITTERS) {
                    ids.put(number, client.submit("number-" + number, PatientClient.program(number)));
                }
            }, threads));
        }
        return submitting;
    }

    private void assertEachEndedOnce(Map<Integer, String> ids) {
        PatientClient client = new PatientClient(() -> platform.api());
        assertThat(ids.values()).doesNotHaveDuplicates();
        ids.forEach((number, id) -> {
            JsonNode record = platform.api().awaitEnd(id, PATIENCE);
            assertThat(PatientClient.isRight(number, record)).as("%s: %s", number, record).isTrue();
            long ends = 0;
            for (JsonNode change : client.get("/api/eval/" + id + "/timeline").get("timeline")) {
                ends += TERMINAL.contains(change.get("to").asText()) ? 1 : 0;
            }
            assertThat(ends).as("terminal statuses of %s", id).isEqualTo(1);
        });
    }
}
