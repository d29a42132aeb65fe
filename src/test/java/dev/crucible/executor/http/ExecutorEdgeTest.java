package dev.crucible.executor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.json.Json;
import dev.crucible.testing.FakeExecutor;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The executor's service as any client sees it, over an executor that runs nothing. */
@Timeout(60)
class ExecutorEdgeTest {
    private static final RunResult EXIT_3 = new RunResult(
            Reason.NONZERO_EXIT, "It ended with exit code 3.", 3, null, new Outcome.Usage(12, 5L, 6L, 1), 3, false, 0, false,
            new byte[0], "1.0", "3.11", null, null, List.of(), List.of());

    private final FakeExecutor executor = new FakeExecutor();
    private final List<ExecutionRequest> executed = new CopyOnWriteArrayList<>();
    private ExecutorEdge edge;
    private Wire wire;

    @BeforeEach
    void start() {
        executor.onExecute(request -> {
            executed.add(request);
            executor.writes(request.id(), new byte[0], new byte[0]);
        });
        edge = Edges.start(executor);
        wire = new Wire(edge.uri(), Edges.KEY);
    }

    @AfterEach
    void stop() {
        edge.close();
    }

    private static ObjectNode body() {
        return Json.MAPPER.createObjectNode().put("eval_id", "eval_1").put("code", "print(1)");
    }

    private Wire.Answer execute(JsonNode body) {
        return wire.post("/execute", body.toString());
    }

    private static EvaluationId id(String id) {
        return new EvaluationId(id);
    }

    // ---- the routes ----

    @Test
    void execute_runs_code_with_the_defaults_of_a_submission() {
        JsonNode answer = execute(body()).json();

        assertThat(answer).isEqualTo(Json.read("""
                {"eval_id":"eval_1","status":"running","executor_id":"executor-1","sandbox_id":"eval_1-1"}""", JsonNode.class));
        Submission submission = executed.get(0).submission();
        assertThat(submission.language()).isEqualTo("python");
        assertThat(submission.engine()).isEqualTo("sandbox");
        assertThat(submission.limits().timeout()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void execute_takes_every_field_that_decides_how_code_is_run() {
        Wire.Answer answer = wire.post("/execute", """
                {"eval_id":"full","attempt":3,"language":"PY","engine":"Sandbox","timeout":1.5,"cpu_time_limit":1,
                 "memory_limit":"64Mi","cpu_limit":"500m","disk_limit":1024,"output_limit":"1Ki","pids_limit":7,
                 "args":["a"],"env":{"A":"b"},"files":[{"path":"d/x.py","content":"AP8=","encoding":"base64"}],
                 "entrypoint":"d/x.py","isolation":"cold","artifacts":["out/*"],"unknown":{"a":[1]},
                 "tags":{"ignored":"yes"},"code":null}""");

        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        assertThat(executed.get(0).attempt()).isEqualTo(3);
        Submission submission = executed.get(0).submission();
        assertThat(submission.language()).isEqualTo("python");
        assertThat(submission.engine()).isEqualTo("sandbox");
        assertThat(submission.limits().timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(submission.limits().memoryBytes()).isEqualTo(64 << 20);
        assertThat(submission.limits().cpuMillis()).isEqualTo(500);
        assertThat(submission.limits().pids()).isEqualTo(7);
        assertThat(submission.args()).containsExactly("a");
        assertThat(submission.env()).isEqualTo(Map.of("A", "b"));
        assertThat(submission.files().get(0).content()).containsExactly(0, 255);
        assertThat(submission.isolation()).isEqualTo(Isolation.COLD);
        assertThat(submission.artifacts()).containsExactly("out/*");
    }

    @Test
    void tests_come_with_what_they_expect() {
        ObjectNode body = body();
        body.set("tests", Json.read("[{\"name\":\"one\",\"stdin\":\"1\",\"expected_output\":\"2\",\"match\":\"trim\"}]", JsonNode.class));
        execute(body);
        assertThat(executed.get(0).submission().tests())
                .containsExactly(new TestCase("one", "1", List.of(), "2", TestCase.Match.TRIM));
    }

    @Test
    void logs_are_text_that_can_be_asked_for_from_an_offset() {
        execute(body());
        executor.writes(id("eval_1"), "héllo €".getBytes(StandardCharsets.UTF_8), new byte[] {'a', -1, 'b'});

        JsonNode all = wire.get("/logs/eval_1").json();
        assertThat(all.path("output").asText()).isEqualTo("héllo €");
        assertThat(all.path("error").asText()).isEqualTo("a\uFFFDb");
        assertThat(all.path("is_running").asBoolean()).isTrue();
        assertThat(all.path("status").asText()).isEqualTo("running");
        assertThat(all.path("exit_code").isNull()).isTrue();
        assertThat(all.path("next_stdout").asInt()).isEqualTo(10);

        executor.writes(id("eval_1"), new byte[] {(byte) 0xe2, (byte) 0x82}, new byte[0]);
        JsonNode half = wire.get("/logs/eval_1?after_stdout=10&after_stderr=3").json();
        assertThat(half.path("output").asText()).isEmpty();
        assertThat(half.path("next_stdout").asInt()).isEqualTo(10);
    }

    @Test
    void logs_tell_how_it_ended() {
        execute(body());
        executor.writes(id("eval_1"), "bye".getBytes(StandardCharsets.UTF_8), new byte[0]);
        executor.ends(id("eval_1"), EXIT_3);

        JsonNode logs = wire.get("/logs/eval_1?after_stdout=3").json();

        assertThat(logs.path("is_running").asBoolean()).isFalse();
        assertThat(logs.path("exit_code").asInt()).isEqualTo(3);
        assertThat(logs.path("status").asText()).isEqualTo("failed");
        assertThat(logs.path("reason").asText()).isEqualTo("nonzero_exit");
        assertThat(logs.path("runtime_ms").asInt()).isEqualTo(12);
    }

    @Test
    void kill_tells_a_program_to_stop_in_either_way() {
        execute(body());
        List<StopMode> modes = new ArrayList<>();
        executor.onKill((id, mode) -> modes.add(mode));

        assertThat(wire.post("/kill/eval_1", "").json().path("killed").asBoolean()).isTrue();
        assertThat(wire.post("/kill/eval_1?mode=terminate", "").status()).isEqualTo(200);
        assertThat(wire.post("/kill/eval_1?mode=gently", "").status()).isEqualTo(422);
        assertThat(wire.post("/kill/nobody", "").status()).isEqualTo(404);
        executor.ends(id("eval_1"), EXIT_3);
        assertThat(wire.post("/kill/eval_1", "").status()).isEqualTo(409);

        assertThat(modes).containsExactly(StopMode.KILL, StopMode.TERMINATE);
    }

    @Test
    void running_capacity_status_engines_and_languages_are_told() {
        execute(body());

        assertThat(wire.get("/running").json().at("/running/0")).isEqualTo(Json.read("""
                {"eval_id":"eval_1","attempt":1,"engine":"sandbox","phase":"running","sandbox_id":"eval_1-1"}""", JsonNode.class));
        assertThat(wire.get("/capacity").json()).isEqualTo(Json.read("""
                {"executor_id":"executor-1","can_accept":true,"running":1,"max_concurrent":2,"available_slots":1}""", JsonNode.class));
        JsonNode status = wire.get("/status").json();
        assertThat(status.path("held").asInt()).isEqualTo(1);
        assertThat(status.at("/engines/0/name").asText()).isEqualTo("gvisor");
        assertThat(wire.get("/engines").json().at("/engines/2/languages/python/version").asText()).isEqualTo("3.11.2");
        assertThat(wire.get("/languages").json().at("/languages/0/name").asText()).isEqualTo("python");
    }

    @Test
    void what_was_begun_here_is_released_here_and_nothing_else() {
        execute(body());
        executor.writes(id("theirs"), new byte[0], new byte[0]);

        assertThat(wire.delete("/executions/eval_1").json().path("released").asBoolean()).isTrue();
        assertThat(wire.delete("/executions/theirs").json().path("released").asBoolean()).isFalse();

        assertThat(wire.get("/logs/eval_1").status()).isEqualTo(404);
        assertThat(wire.get("/logs/theirs").status()).isEqualTo(200);
    }

    @Test
    void health_tells_whether_it_can_run_code() {
        Wire stranger = new Wire(edge.uri(), "wrong");
        assertThat(stranger.get("/health").json().path("status").asText()).isEqualTo("healthy");
        assertThat(stranger.get("/readyz").status()).isEqualTo(200);
        executor.engines(List.of(FakeExecutor.missing("sandbox", "bwrap is not installed", "apt install bubblewrap")));

        assertThat(stranger.get("/health").status()).isEqualTo(503);
        assertThat(stranger.get("/readyz").status()).isEqualTo(503);
        assertThat(stranger.get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void figures_are_told_for_prometheus() {
        execute(body());

        assertThat(wire.get("/metrics").text()).contains(
                "crucible_executor_running 1.0", "crucible_executor_slots 2.0", "crucible_executor_held 1.0",
                "crucible_engine_available{engine=\"sandbox\"} 1.0", "crucible_engine_available{engine=\"gvisor\"} 0.0");
    }

    @Test
    void the_documentation_names_every_route() {
        JsonNode paths = wire.get("/openapi.json").json().path("paths");
        assertThat(paths.fieldNames()).toIterable().contains(
                "/execute", "/logs/{id}", "/kill/{id}", "/running", "/capacity", "/status", "/health",
                "/executions/{id}", "/executions/{id}/progress", "/engines", "/languages", "/healthz", "/metrics");
    }

    @Test
    void those_who_wait_for_a_slot_leave_room_for_everybody_else() {
        CountDownLatch may = new CountDownLatch(1);
        executor.onExecute(request -> {
            try {
                may.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        List<CompletableFuture<Integer>> answers = new ArrayList<>();
        ExecutorService clients = Executors.newCachedThreadPool();
        for (int i = 0; i < 40; i++) {
            String id = "waits" + i;
            answers.add(CompletableFuture.supplyAsync(() -> execute(body().put("eval_id", id)).status(), clients));
        }
        await().until(() -> answers.stream().filter(CompletableFuture::isDone).count() == 8);
        assertThat(wire.get("/capacity").status()).isEqualTo(200);
        may.countDown();

        assertThat(answers.stream().map(CompletableFuture::join)).filteredOn(status -> status == 200).hasSize(32);
        clients.shutdownNow();
    }

    // ---- whom it does not trust ----

    @ParameterizedTest
    @ValueSource(strings = {"/logs/eval_1", "/running", "/capacity", "/status", "/engines", "/languages", "/executions/eval_1/progress"})
    void nothing_is_told_without_the_key(String path) {
        execute(body());
        Wire stranger = new Wire(edge.uri(), "wrong");
        assertThat(stranger.get(path).status()).isEqualTo(401);
        assertThat(stranger.get(path).code()).isEqualTo("unauthenticated");
    }

    @Test
    void nothing_is_done_without_the_key() {
        Wire stranger = new Wire(edge.uri(), "wrong");
        assertThat(stranger.post("/execute", body().toString()).status()).isEqualTo(401);
        assertThat(executed).isEmpty();
        execute(body());
        assertThat(stranger.post("/kill/eval_1", "").status()).isEqualTo(401);
        assertThat(stranger.delete("/executions/eval_1").status()).isEqualTo(401);
        assertThat(wire.get("/running").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void without_any_key_it_works_for_its_own_machine_alone() {
        try (ExecutorEdge everywhere = open("0.0.0.0"); ExecutorEdge here = open("127.0.0.1")) {
            Wire toEverywhere = new Wire(here(everywhere), "");
            Wire.Answer refused = toEverywhere.post("/execute", body().toString());
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.json().path("detail").asText()).contains("key");
            assertThat(toEverywhere.get("/running").status()).isEqualTo(403);
            assertThat(toEverywhere.get("/healthz").status()).isEqualTo(200);
            assertThat(executed).isEmpty();

            assertThat(new Wire(here.uri(), "").post("/execute", body().toString()).status()).isEqualTo(200);
        }
    }

    private ExecutorEdge open(String host) {
        ExecutorEdge open = new ExecutorEdge(
                Edges.config(host, 0), "1.0", executor, EdgeKeys.none(), Edges.limits(), InstantSource.system());
        open.start();
        return open;
    }

    private static URI here(ExecutorEdge edge) {
        return URI.create("http://127.0.0.1:" + edge.uri().getPort());
    }

    // ---- hostile input ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{}| eval_id",
        "{\"eval_id\":null,\"code\":\"1\"}| eval_id",
        "{\"eval_id\":7,\"code\":\"1\"}| eval_id",
        "{\"eval_id\":\"../etc\",\"code\":\"1\"}| eval_id",
        "{\"eval_id\":\"a\\u0000b\",\"code\":\"1\"}| eval_id",
        "{\"eval_id\":\"a\"}| code",
        "{\"eval_id\":\"a\",\"code\":\"  \"}| code",
        "{\"eval_id\":\"a\",\"code\":\"\\ud800\"}| code",
        "{\"eval_id\":\"a\",\"code\":[]}| code",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"attempt\":0}| attempt",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"attempt\":1e999999999}| attempt",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"attempt\":1.5}| attempt",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"abandon_after\":0}| abandon_after",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"token\":\"\"}| token",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"engine\":\"a\\u0000\"}| engine",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"language\":{}}| language",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"timeout\":\"soon\"}| timeout",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"timeout\":-1}| timeout",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"memory_limit\":\"lots\"}| memory_limit",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"args\":[\"a\\u0000b\"]}| args",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"env\":{\"LD_PRELOAD\":\"x\"}}| env",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"files\":[{\"path\":\"../x\",\"content\":\"\"}]}| files",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"artifacts\":[\"/etc/*\"]}| artifacts",
        "{\"eval_id\":\"a\",\"code\":\"1\",\"isolation\":\"none\"}| isolation",
    })
    void a_field_that_is_wrong_is_named(String body, String field) {
        Wire.Answer answer = wire.post("/execute", body);
        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.field()).isEqualTo(field);
        assertThat(executed).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "null", "\"x\"", "{", "{\"eval_id\":\"a\",\"eval_id\":\"b\"}", "\u0000"})
    void what_is_no_object_is_refused(String body) {
        assertThat(wire.post("/execute", body).status()).isEqualTo(422);
    }

    @Test
    void a_limit_above_what_the_host_allows_is_refused_with_the_maximum() {
        Wire.Answer answer = execute(body().put("memory_limit", "2Gi").put("timeout", 1e9));
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().path("detail").asText()).contains("memory_limit exceeds", "1Gi", "timeout exceeds");
    }

    @Test
    void a_language_that_no_engine_can_run_is_refused() {
        Wire.Answer language = execute(body().put("eval_id", "b").put("language", "javascript"));
        assertThat(language.status()).isEqualTo(422);
        assertThat(language.code()).isEqualTo("engine_unavailable");
    }

    @Test
    void a_body_that_is_too_large_is_refused_before_it_is_read_whole() {
        byte[] chunk = new byte[1 << 20];
        Arrays.fill(chunk, (byte) ' ');
        List<byte[]> much = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            much.add(chunk);
        }
        Wire.Answer answer = wire.send("POST", "/execute", "application/json", BodyPublishers.ofByteArrays(much));
        assertThat(answer.status()).isEqualTo(413);
    }

    @Test
    void messagepack_that_is_none_or_nested_without_end_is_refused() {
        byte[] nested = new byte[1 << 20];
        Arrays.fill(nested, (byte) 0x91);
        byte[] nan = {(byte) 0x82, (byte) 0xa7, 't', 'i', 'm', 'e', 'o', 'u', 't', (byte) 0xcb, 0x7f, (byte) 0xf8, 0, 0, 0, 0, 0, 0,
            (byte) 0xa4, 'c', 'o', 'd', 'e', (byte) 0xa1, '1'};
        for (byte[] body : List.of(new byte[] {(byte) 0xc1}, new byte[0], nested, nan, new byte[] {(byte) 0xdd, -1, -1, -1, -1})) {
            Wire.Answer answer = wire.send(
                    "POST", "/execute", "application/msgpack", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
            assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/logs/..%2f..%2fetc", "/logs/%00", "/logs/a%00b", "/logs/" + "x", "/executions/-/progress"})
    void an_id_that_is_none_is_not_found(String path) {
        assertThat(wire.get(path).status()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "after_stdout=-1", "after_stderr=x", "after_stdout=99999999999999999999", "wait=21", "wait=-1", "wait=NaN", "wait=1e3"})
    void a_parameter_that_is_wrong_is_named(String query) {
        execute(body());
        Wire.Answer answer = wire.get("/executions/eval_1/progress?" + query);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.field()).isEqualTo(query.substring(0, query.indexOf('=')));
    }

    @Test
    void waiting_for_news_of_what_is_not_held_is_not_found() {
        assertThat(wire.get("/executions/nobody/progress?wait=5").status()).isEqualTo(404);
    }
}
