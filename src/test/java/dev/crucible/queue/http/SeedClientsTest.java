package dev.crucible.queue.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.Settlement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The first seed's client and worker, letter for letter, against the real service. */
class SeedClientsTest {
    private static final String PYTHON = "/usr/bin/python3";
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    private static final Path SEED = Path.of("src/test/resources/seed000").toAbsolutePath();

    @TempDir
    Path folder;

    private final QueueEdge edge = new QueueEdge(Duration.ofSeconds(1));
    private final List<Process> workers = new ArrayList<>();

    @BeforeEach
    void requireHttpx() throws Exception {
        Process probe = new ProcessBuilder(PYTHON, "-c", "import httpx").redirectErrorStream(true).start();
        assumeTrue(probe.waitFor() == 0, "Debian's python3-httpx is not installed");
    }

    @AfterEach
    void end() {
        workers.forEach(worker -> {
            worker.descendants().forEach(ProcessHandle::destroyForcibly);
            worker.destroyForcibly().onExit().join();
        });
        edge.close();
    }

    @Test
    void its_client_submits_and_reads_what_became_of_it() throws Exception {
        assertThat(call("enqueue_task", "seed-1", "print('hi')")).isEqualTo(
                Json.read("{\"eval_id\": \"seed-1\", \"status\": \"queued\", \"position\": 0}", JsonNode.class));
        assertThat(call("get_queue_status").get("queued").intValue()).isEqualTo(1);
        assertThat(call("get_task_status", "seed-1").get("status").asText()).isEqualTo("queued");
        assertThat(call("get_task_status", "seed-2").isNull()).as("it takes 404 for nothing").isTrue();

        work(QueueEdge.WORKER);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(call("get_task_status", "seed-1").get("status").asText()).isEqualTo("completed"));
        assertThat(outcome("seed-1")).satisfies(outcome -> {
            assertThat(outcome.reason()).isEqualTo(Reason.OK);
            assertThat(outcome.exitCode()).isZero();
            assertThat(outcome.stdout().text()).isEqualTo("hi\n");
        });
    }

    @Test
    void its_worker_reports_an_object_a_text_and_a_failed_program() throws Exception {
        call("enqueue_task", "object", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)", "docker");
        call("enqueue_task", "text", "print('plain')", "gvisor");
        call("enqueue_task", "signal", "import os; os.kill(os.getpid(), 9)", "docker");
        work(QueueEdge.WORKER);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(edge.finished()).hasSize(3));
        assertThat(outcome("object")).satisfies(outcome -> {
            assertThat(outcome.reason()).isEqualTo(Reason.NONZERO_EXIT);
            assertThat(outcome.exitCode()).isEqualTo(3);
            assertThat(outcome.stdout().text()).isEqualTo("out\n");
            assertThat(outcome.stderr().text()).isEqualTo("err\n");
        });
        assertThat(outcome("text")).satisfies(outcome -> {
            assertThat(outcome.reason()).isEqualTo(Reason.OK);
            assertThat(outcome.exitCode()).as("nobody said what it was").isNull();
            assertThat(outcome.stdout().text()).isEqualTo("plain\n");
        });
        assertThat(outcome("signal")).satisfies(outcome -> {
            assertThat(outcome.reason()).isEqualTo(Reason.SIGNALLED);
            assertThat(outcome.signal()).isEqualTo(9);
        });
    }

    @Test
    void what_its_worker_cannot_run_is_tried_again_and_given_up_with_its_history() throws Exception {
        call("enqueue_task", "broken", "engine down");
        work(QueueEdge.WORKER);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(edge.finished()).hasSize(1));
        assertThat(edge.get("/dlq/tasks", QueueEdge.CLIENT).json().at("/tasks/0/history")).hasSize(3)
                .allSatisfy(loss -> assertThat(loss.get("error").asText()).isEqualTo("the engine is down"));
        assertThat(call("get_task_status", "broken").get("status").asText()).isEqualTo("failed");
    }

    @Test
    void several_workers_do_each_task_once() throws Exception {
        Path log = folder.resolve("runs");
        for (int i = 0; i < 24; i++) {
            edge.post("/tasks", QueueEdge.CLIENT, Json.text(Map.of(
                    "eval_id", "task-" + i, "code", "open('" + log + "', 'a').write('" + i + "\\n')")));
        }
        for (int i = 0; i < 3; i++) {
            work(QueueEdge.WORKER);
        }

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(edge.finished()).hasSize(24));
        assertThat(Files.readAllLines(log)).hasSize(24).doesNotHaveDuplicates();
    }

    @Test
    void a_task_whose_worker_dies_goes_to_another_and_the_late_report_is_refused() throws Exception {
        call("enqueue_task", "orphan", "hang");
        Process dying = work(QueueEdge.WORKER);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(call("get_task_status", "orphan").get("status").asText()).isEqualTo("running"));
        dying.destroyForcibly().waitFor();

        QueueEdge.Answer second = edge.get("/tasks/next?wait=30", QueueEdge.WORKER);

        assertThat(second.at("/eval_id")).isEqualTo("orphan");
        assertThat(second.at("/lease/attempt")).isEqualTo("2");
        assertThat(edge.post("/tasks/orphan/complete", QueueEdge.WORKER, "{\"output\": \"second\"}").status()).isEqualTo(200);
        QueueEdge.Answer late = edge.post("/tasks/orphan/complete", QueueEdge.WORKER, "{\"output\": \"late\"}");
        assertThat(late.status()).isEqualTo(409);
        assertThat(late.at("/code")).isEqualTo("lease_lost");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(outcome("orphan").stdout().text()).isEqualTo("second"));
    }

    @Test
    void a_worker_with_a_wrong_key_gets_nothing_and_goes_on_asking() throws Exception {
        call("enqueue_task", "kept", "print(1)");
        Path said = folder.resolve("worker-0.log");
        Process worker = work("somebody-elses-key");

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readString(said)).contains("Failed to get task: 401"));
        assertThat(worker.isAlive()).isTrue();
        assertThat(call("get_task_status", "kept").get("status").asText()).isEqualTo("queued");
    }

    private JsonNode call(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(PYTHON, "calls.py"));
        command.addAll(Arrays.asList(arguments));
        Process process = python(command, "QUEUE_API_KEY", QueueEdge.CLIENT).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return Json.read(said, JsonNode.class);
    }

    private Process work(String key) throws IOException {
        Process worker = python(List.of(PYTHON, "worker.py"), "API_KEY", key).redirectErrorStream(true)
                .redirectOutput(folder.resolve("worker-" + workers.size() + ".log").toFile()).start();
        workers.add(worker);
        return worker;
    }

    private ProcessBuilder python(List<String> command, String keyName, String key) {
        ProcessBuilder builder = new ProcessBuilder(command).directory(SEED.toFile());
        builder.environment().put("QUEUE_SERVICE_URL", edge.uri().toString());
        builder.environment().put(keyName, key);
        builder.environment().put("PYTHONPATH", SEED.toString());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Stream.of("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
                .forEach(builder.environment()::remove);
        return builder;
    }

    private Outcome outcome(String id) {
        return edge.finished().stream().filter(end -> end.id().equals(new EvaluationId(id)))
                .map(Settlement.Finished::outcome).findFirst().orElseThrow();
    }
}
