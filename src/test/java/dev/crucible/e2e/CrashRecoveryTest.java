package dev.crucible.e2e;

import static dev.crucible.e2e.Api.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** G1, G2 and G4: nothing that was accepted is lost, and everything ends once, whatever is killed. */
class CrashRecoveryTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Map<String, String> SETTINGS = Map.of("WORKERS", "2", "DEFAULT_ENGINE", "sandbox");

    @TempDir
    Path home;

    @Test
    void two_hundred_queued_evaluations_survive_kill_9_and_each_ends_with_one_correct_result() {
        List<String> ids;
        try (ServerProcess server = ServerProcess.start(home, SETTINGS)) {
            ids = server.api().submitAll(programs(0, 200));
            await().atMost(PATIENCE).until(() -> completed(server.api()) >= 20);
            server.killJvm();
        }
        try (ServerProcess server = ServerProcess.start(home, SETTINGS)) {
            assertEachEndedOnce(server.api(), ids, 0);
        }
    }

    @Test
    void a_kill_9_of_the_whole_tree_with_the_database_loses_nothing_that_was_answered() throws Exception {
        List<String> answered = new CopyOnWriteArrayList<>();
        ServerProcess first = ServerProcess.start(home, SETTINGS);
        List<CompletableFuture<Void>> submitters = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int number = thread;
            submitters.add(CompletableFuture.runAsync(() -> submitUntilTheServerDies(first.api(), number, answered)));
        }
        await().atMost(PATIENCE).until(() -> answered.size() >= 150);
        first.killTree();
        for (CompletableFuture<Void> submitter : submitters) {
            submitter.get(30, TimeUnit.SECONDS);
        }
        assertThat(answered).hasSizeGreaterThanOrEqualTo(150).doesNotHaveDuplicates();
        try (ServerProcess second = ServerProcess.start(home, SETTINGS)) {
            for (String id : answered) {
                JsonNode record = second.api().awaitEnd(id, PATIENCE);
                assertThat(record.get("status").asText()).as("%s", record).isEqualTo("completed");
                assertThat(record.get("output").asText()).startsWith("submitted by ");
            }
        }
    }

    @Test
    void five_kills_at_random_moments_leave_one_result_each() throws Exception {
        Random random = new Random(20261121);
        List<String> ids = List.of();
        for (int round = 0; round < 5; round++) {
            ServerProcess server = ServerProcess.start(home, SETTINGS);
            if (round == 0) {
                ids = server.api().submitAll(programs(1000, 60));
            }
            TimeUnit.MILLISECONDS.sleep(random.nextInt(600));
            if (round % 2 == 0) {
                server.killJvm();
            } else {
                server.killTree();
            }
        }
        try (ServerProcess server = ServerProcess.start(home, SETTINGS)) {
            assertEachEndedOnce(server.api(), ids, 1000);
        }
    }

    @Test
    void what_waited_before_a_crash_runs_after_it_in_its_old_order() {
        List<String> ids;
        try (ServerProcess server = ServerProcess.start(home, SETTINGS)) {
            server.api().post("/api/admin/queue/pause", Map.of());
            ids = server.api().submitAll(List.of(
                    python("print('low')", "priority", 1), python("print('first')"), python("print('second')"),
                    python("print('urgent')", "priority", 10)));
            server.killTree();
        }
        try (ServerProcess server = ServerProcess.start(home, Map.of("WORKERS", "1", "DEFAULT_ENGINE", "sandbox"))) {
            List<Instant> startedAt = new ArrayList<>();
            for (int i : new int[] {3, 1, 2, 0}) {
                startedAt.add(Instant.parse(server.api().awaitEnd(ids.get(i), PATIENCE).get("started_at").asText()));
            }
            assertThat(startedAt).as("started in the order of priority, then of submission").isSorted();
        }
    }

    @Test
    void sigterm_lets_running_work_finish_gives_the_rest_back_and_leaves_no_process() {
        String running;
        List<String> waiting;
        ServerProcess server = ServerProcess.start(home, SETTINGS);
        running = server.api().submit(python("import time\nprint('begun', flush=True)\ntime.sleep(2)\nprint('done')"));
        waiting = server.api().submitAll(programs(0, 50));
        server.api().awaitStatus(running, PATIENCE, "running");

        Duration took = server.terminate();

        assertThat(took).isLessThan(Duration.ofSeconds(25));
        assertThat(ServerProcess.processesNaming(home.toString())).isEmpty();
        try (ServerProcess second = ServerProcess.start(home, SETTINGS)) {
            JsonNode record = second.api().awaitEnd(running, PATIENCE);
            assertThat(record.get("output").asText()).isEqualTo("begun\ndone\n");
            assertThat(record.get("attempt").asInt()).as("it finished before the stop").isEqualTo(1);
            assertEachEndedOnce(second.api(), waiting, 0);
        }
    }

    @Test
    void a_second_server_on_the_same_folder_is_refused_and_disturbs_nothing() throws Exception {
        try (ServerProcess server = ServerProcess.start(home, SETTINGS)) {
            Process second = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                            System.getProperty("java.class.path"), "dev.crucible.app.Main", "serve", "--port", "0",
                            "--home", home.toString())
                    .redirectErrorStream(true).start();
            String said = new String(second.getInputStream().readAllBytes());

            assertThat(second.waitFor()).isEqualTo(1);
            assertThat(said).contains("in use");
            assertThat(server.api().run(python("print('still here')")).get("output").asText()).isEqualTo("still here\n");
        }
    }

    private static List<Map<String, Object>> programs(int from, int count) {
        List<Map<String, Object>> programs = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            programs.add(python("print(" + i + " * " + i + ")", "priority", i % 11));
        }
        return programs;
    }

    private static void submitUntilTheServerDies(Api api, int thread, List<String> answered) {
        try {
            for (int i = 0; i < 2000; i++) {
                answered.add(api.submit(python("print('submitted by " + thread + " as " + i + "')")));
            }
        } catch (UncheckedIOException e) {
            // The server is dead: what it had not answered is not promised.
        }
    }

    private static long completed(Api api) {
        return api.get("/api/evaluations?status=completed&limit=1000").json().get("count").asLong();
    }

    private static void assertEachEndedOnce(Api api, List<String> ids, int from) {
        for (int i = 0; i < ids.size(); i++) {
            JsonNode record = api.awaitEnd(ids.get(i), PATIENCE);
            long number = from + i;
            assertThat(record.get("status").asText()).as("%s", record).isEqualTo("completed");
            assertThat(record.get("output").asText()).isEqualTo(number * number + "\n");
            int terminal = 0;
            Set<String> terminals = new HashSet<>(List.of("completed", "failed", "timeout", "cancelled"));
            for (JsonNode change : api.get("/api/eval/" + ids.get(i) + "/timeline").json().get("timeline")) {
                terminal += terminals.contains(change.get("to").asText()) ? 1 : 0;
            }
            assertThat(terminal).as("terminal statuses of %s", ids.get(i)).isEqualTo(1);
        }
    }
}
