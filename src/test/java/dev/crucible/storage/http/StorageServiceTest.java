package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.events.EventsModule;
import dev.crucible.events.LocalEventBus;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.StorageModule;
import dev.crucible.testing.StorageHost;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The routes that clients of the storage service use. */
class StorageServiceTest {
    private static final String ONE = "{\"eval_id\":\"one\",\"code\":\"print(1)\"}";

    @TempDir
    private Path folder;

    private final EvaluationStore store = StorageModule.inMemory(() -> Instant.parse("2026-11-21T10:20:30Z"));
    private final LocalEventBus bus = EventsModule.inMemory();
    private StorageHost host;
    private StorageCalls calls;

    @BeforeEach
    void start() {
        bus.start();
        host = new StorageHost(store, StorageModule.files(folder), bus);
        calls = new StorageCalls(host.uri());
    }

    @AfterEach
    void stop() {
        host.close();
        bus.close();
    }

    // Storing

    @Test
    void an_evaluation_is_stored_and_read_with_the_defaults() {
        assertThat(calls.post("/evaluations", ONE).status()).isEqualTo(200);

        JsonNode record = calls.get("/evaluations/one").json();
        assertThat(record.path("status").asText()).isEqualTo("queued");
        assertThat(record.path("code").asText()).isEqualTo("print(1)");
        assertThat(record.path("language").asText()).isEqualTo("python");
        assertThat(record.path("priority").asInt()).isEqualTo(5);
        assertThat(record.path("timeout").asDouble()).isEqualTo(30);
        assertThat(record.path("attempt").asInt()).isZero();
    }

    @Test
    void what_a_client_says_is_kept() {
        calls.post("/evaluations", """
                {"eval_id":"one","code":"x","language":"bash","engine":"docker","priority":9,"timeout":1.5,"stdin":"in",
                 "args":["a"],"env":{"A":"b"},"tags":{"team":"blue"},"metadata":{"k":[1,2]},"submitter":"alice",
                 "limits":{"memory_bytes":1024},"created_at":"2026-11-20T00:00:00Z","trace_id":"t","isolation":"cold",
                 "files":[{"path":"a.txt","content":"text"}],"unknown":true}""");

        JsonNode record = calls.get("/evaluations/one").json();
        assertThat(record.path("submitter").asText()).isEqualTo("alice");
        assertThat(record.path("limits").path("memory_limit").asInt()).isEqualTo(1024);
        assertThat(record.path("timeout").asDouble()).isEqualTo(1.5);
        assertThat(record.path("metadata").path("k").size()).isEqualTo(2);
        assertThat(record.path("created_at").asText()).isEqualTo("2026-11-20T00:00:00Z");
        assertThat(record.path("tags").path("team").asText()).isEqualTo("blue");
        assertThat(record.path("files").path(0).asText()).isEqualTo("a.txt");
    }

    @Test
    void the_same_evaluation_again_is_answered_as_stored_and_another_of_that_id_is_refused() {
        calls.post("/evaluations", ONE);

        assertThat(calls.post("/evaluations", ONE).status()).isEqualTo(200);
        StorageCalls.Answer other = calls.post("/evaluations", "{\"eval_id\":\"one\",\"code\":\"print(2)\"}");
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.problem()).isEqualTo("already_exists");
        assertThat(calls.get("/evaluations").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void many_are_stored_together_or_not_at_all() {
        String batch = "{\"evaluations\":[" + ONE + ",{\"eval_id\":\"two\",\"code\":\"x\"}]}";

        assertThat(calls.post("/evaluations/bulk", batch).json().path("total").asInt()).isEqualTo(2);
        StorageCalls.Answer bad = calls.post("/evaluations/bulk",
                "[{\"eval_id\":\"three\",\"code\":\"x\"},{\"eval_id\":\"four\",\"code\":5}]");
        assertThat(bad.status()).isEqualTo(422);
        assertThat(calls.get("/evaluations/three").status()).isEqualTo(404);
        assertThat(calls.post("/evaluations/bulk", "[{\"eval_id\":\"five\",\"code\":\"x\"},"
                + "{\"eval_id\":\"one\",\"code\":\"other\"}]").status()).isEqualTo(409);
        assertThat(calls.get("/evaluations/five").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "body | []",
        "body.eval_id | {\"code\":\"x\"}",
        "body.eval_id | {\"eval_id\":5,\"code\":\"x\"}",
        "body.eval_id | {\"eval_id\":\"../../etc\",\"code\":\"x\"}",
        "body.code | {\"eval_id\":\"a\"}",
        "body.priority | {\"eval_id\":\"a\",\"code\":\"x\",\"priority\":\"high\"}",
        "body | {\"eval_id\":\"a\",\"code\":\"x\",\"priority\":11}",
        "body.timeout | {\"eval_id\":\"a\",\"code\":\"x\",\"timeout\":-1}",
        "body.timeout | {\"eval_id\":\"a\",\"code\":\"x\",\"timeout\":1e99}",
        "body.limits | {\"eval_id\":\"a\",\"code\":\"x\",\"limits\":{\"memory_bytes\":0}}",
        "body.status | {\"eval_id\":\"a\",\"code\":\"x\",\"status\":\"completed\"}",
        "body.created_at | {\"eval_id\":\"a\",\"code\":\"x\",\"created_at\":\"yesterday\"}",
        "body.created_at | {\"eval_id\":\"a\",\"code\":\"x\",\"created_at\":\"+20000-01-01T00:00:00Z\"}",
        "body.submitter | {\"eval_id\":\"a\",\"code\":\"x\",\"submitter\":\"nul \\u0000\"}",
        "body.files.0.path | {\"eval_id\":\"a\",\"files\":[{\"content\":\"x\"}]}",
        "body.args | {\"eval_id\":\"a\",\"code\":\"x\",\"args\":\"b\"}",
        "body.tags.a | {\"eval_id\":\"a\",\"code\":\"x\",\"tags\":{\"a\":{}}}",
    })
    void what_is_wrong_is_named(String fault, String body) {
        StorageCalls.Answer answer = calls.post("/evaluations", body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.fault()).isEqualTo(fault);
        assertThat(answer.text()).doesNotContain("dev.crucible", "com.fasterxml", "java.");
    }

    @Test
    void a_body_that_is_too_large_is_refused() {
        StorageCalls.Answer answer = calls.post("/evaluations", "\"" + "x".repeat(65 << 20) + "\"");

        assertThat(answer.status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "nope", "{\"eval_id\":\"a\",\"eval_id\":\"b\",\"code\":\"x\"}"})
    void what_is_no_json_is_refused(String body) {
        assertThat(calls.post("/evaluations", body).status()).isEqualTo(422);
    }

    // Changing

    @Test
    void an_evaluation_goes_through_its_states_and_its_events_tell() {
        calls.post("/evaluations", ONE);

        assertThat(calls.put("/evaluations/one", "{\"status\":\"provisioning\",\"worker_id\":\"w1\"}").status()).isEqualTo(200);
        assertThat(calls.post("/evaluations/one/events", "{\"status\":\"running\",\"actor\":\"worker:w1\"}").json()
                .path("to").asText()).isEqualTo("running");
        JsonNode running = calls.get("/evaluations/running").json();
        assertThat(running.path("evaluations").path(0).path("eval_id").asText()).isEqualTo("one");
        JsonNode ended = calls.put("/evaluations/one", """
                {"status":"failed","exit_code":3,"output":"out","error":"err","runtime_ms":12}""").json();

        assertThat(ended.path("reason").asText()).isEqualTo("nonzero_exit");
        assertThat(ended.path("exit_code").asInt()).isEqualTo(3);
        assertThat(ended.path("output").asText()).isEqualTo("out");
        assertThat(ended.path("runtime_ms").asInt()).isEqualTo(12);
        assertThat(calls.get("/evaluations/one/events").json().path("events").findValuesAsText("to"))
                .containsExactly("queued", "provisioning", "running", "failed");
        JsonNode complete = calls.get("/evaluations/one/complete").json();
        assertThat(complete.path("evaluation").path("status").asText()).isEqualTo("failed");
        assertThat(complete.path("events").size()).isEqualTo(4);
        assertThat(complete.path("logs").path("error").asText()).isEqualTo("err");
        assertThat(calls.get("/evaluations/running").json().path("count").asInt()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"queued,running", "queued,completed", "queued,timeout", "running,provisioning", "completed,failed",
        "completed,queued", "cancelled,running", "failed,completed"})
    void an_illegal_change_of_status_is_a_conflict(String from, String to) {
        reach(from);

        StorageCalls.Answer answer = calls.put("/evaluations/one", "{\"status\":\"" + to + "\"}");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.problem()).isEqualTo("state_conflict");
        assertThat(calls.post("/evaluations/one/events", "{\"status\":\"" + to + "\"}").status()).isEqualTo(409);
        assertThat(calls.get("/evaluations/one").json().path("status").asText()).isEqualTo(from);
    }

    @Test
    void a_change_of_an_old_attempt_is_a_conflict() {
        reach("running");

        assertThat(calls.put("/evaluations/one", "{\"status\":\"completed\",\"attempt\":0}").status()).isEqualTo(409);
    }

    @Test
    void the_status_that_it_has_already_changes_nothing() {
        reach("completed");

        assertThat(calls.put("/evaluations/one", "{\"status\":\"completed\"}").status()).isEqualTo(200);
        assertThat(calls.get("/evaluations/one/events").json().path("events").size()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "body.status | {}",
        "body.status | {\"status\":\"finished\"}",
        "body.code | {\"status\":\"completed\",\"code\":\"other\"}",
        "body.reason | {\"status\":\"completed\",\"reason\":\"out_of_memory\"}",
        "body.reason | {\"status\":\"completed\",\"reason\":\"because\"}",
        "body.status | {\"status\":\"running\",\"output\":\"early\"}",
        "body.exit_code | {\"status\":\"completed\",\"exit_code\":\"zero\"}",
        "body.attempt | {\"status\":\"completed\",\"attempt\":-1}",
        "body | \"completed\"",
    })
    void what_is_wrong_with_a_change_is_named(String fault, String body) {
        reach("running");

        StorageCalls.Answer answer = calls.put("/evaluations/one", body);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.fault()).isEqualTo(fault);
    }

    @Test
    void only_what_has_ended_is_deleted() {
        reach("running");
        assertThat(calls.delete("/evaluations/one").status()).isEqualTo(409);
        calls.put("/evaluations/one", "{\"status\":\"completed\"}");

        assertThat(calls.delete("/evaluations/one").status()).isEqualTo(200);

        assertThat(calls.get("/evaluations/one").status()).isEqualTo(404);
        assertThat(calls.get("/evaluations/one/events").status()).isEqualTo(404);
        assertThat(calls.delete("/evaluations/one").status()).isEqualTo(404);
    }

    @Test
    void nothing_is_known_of_an_unknown_id() {
        for (String path : List.of("", "/events", "/logs", "/complete", "/output/stdout")) {
            assertThat(calls.get("/evaluations/nobody" + path).status()).as(path).isEqualTo(404);
            assertThat(calls.get("/evaluations/bad%20id" + path).status()).as(path).isEqualTo(404);
        }
        assertThat(calls.put("/evaluations/nobody", "{\"status\":\"running\"}").status()).isEqualTo(404);
        assertThat(calls.post("/evaluations/nobody/logs", "{\"output\":\"x\"}").status()).isEqualTo(404);
        assertThat(calls.putBytes("/evaluations/nobody/output/stdout", new byte[1]).status()).isEqualTo(404);
    }

    // Outputs

    @Test
    void a_stream_that_was_put_comes_back_and_becomes_the_record_s() {
        reach("running");
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);

        assertThat(calls.putBytes("/evaluations/one/output/stdout", bytes).json().path("size").asInt()).isEqualTo(300_000);
        assertThat(calls.get("/evaluations/one/output/stdout").body()).isEqualTo(bytes);
        JsonNode ended = calls.put("/evaluations/one", "{\"status\":\"completed\"}").json();

        assertThat(ended.path("output_size").asInt()).isEqualTo(300_000);
        assertThat(ended.path("output_inline_complete").asBoolean()).isFalse();
        assertThat(calls.get("/evaluations/one/output/stdout").body()).isEqualTo(bytes);
        assertThat(calls.get("/evaluations/one/output/stderr").body()).isEmpty();
        assertThat(calls.putBytes("/evaluations/one/output/stdout", bytes).status()).isEqualTo(409);
    }

    @Test
    void logs_are_live_until_the_end_and_the_record_s_from_then_on() {
        reach("running");

        calls.post("/evaluations/one/logs", "{\"output\":\"a\"}");
        calls.post("/evaluations/one/logs", "{\"output\":\"b\",\"error\":\"c\"}");
        JsonNode live = calls.get("/evaluations/one/logs").json();
        calls.put("/evaluations/one", "{\"status\":\"completed\",\"output\":\"whole\"}");

        assertThat(live.path("output").asText()).isEqualTo("ab");
        assertThat(live.path("error").asText()).isEqualTo("c");
        assertThat(live.path("is_running").asBoolean()).isTrue();
        assertThat(calls.get("/evaluations/one/logs").json().path("output").asText()).isEqualTo("whole");
        assertThat(calls.post("/evaluations/one/logs", "{\"output\":\"x\"}").status()).isEqualTo(409);
        assertThat(calls.post("/evaluations/one/logs", "{}").fault()).isEqualTo("body.output");
    }

    @Test
    void live_logs_keep_the_newest_and_count_all() {
        reach("running");

        for (int i = 0; i < 4; i++) {
            calls.post("/evaluations/one/logs", "{\"output\":\"" + Integer.toString(i).repeat(40_000) + "\"}");
        }

        assertThat(calls.post("/evaluations/one/logs", "{\"output\":\"!\"}").json().path("output_size").asInt())
                .isEqualTo(160_001);
        assertThat(calls.get("/evaluations/one/logs").json().path("output").asText()).hasSize(65_536).endsWith("333!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stdin", "STDOUT", "..", "..%2f..%2fdrafts", "%2e%2e", "stdout%00", "stdout%2f..%2f.."})
    void a_stream_that_there_is_none_of_is_not_found(String stream) {
        reach("running");

        assertThat(calls.putBytes("/evaluations/one/output/" + stream, new byte[1]).status()).isBetween(400, 405);
        assertThat(calls.get("/evaluations/one/output/" + stream).status()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "..", "..%2foutputs", "%2e%2e%2fetc%2fpasswd", "files%00", "FILES"})
    void a_back_end_that_there_is_none_of_is_not_found(String backend) {
        assertThat(calls.get("/storage/" + backend + "/details").status()).isIn(400, 404);
    }

    // Lists, figures, the edge

    @Test
    void lists_are_filtered_and_paged() {
        String batch = IntStream.range(0, 5)
                .mapToObj(i -> "{\"eval_id\":\"e" + i + "\",\"code\":\"x\",\"language\":\"" + (i % 2 == 0 ? "python" : "bash")
                        + "\",\"tags\":{\"n\":\"" + i + "\"}}")
                .collect(Collectors.joining(",", "[", "]"));
        calls.post("/evaluations/bulk", batch);

        JsonNode first = calls.get("/evaluations?limit=2").json();
        JsonNode second = calls.get("/evaluations?limit=2&cursor=" + first.path("next_cursor").asText()).json();

        assertThat(first.path("evaluations").findValuesAsText("eval_id")).containsExactly("e4", "e3");
        assertThat(second.path("evaluations").findValuesAsText("eval_id")).containsExactly("e2", "e1");
        assertThat(calls.get("/evaluations?language=bash").json().path("count").asInt()).isEqualTo(2);
        assertThat(calls.get("/evaluations?tag=n:3").json().path("count").asInt()).isEqualTo(1);
        assertThat(calls.get("/evaluations?status=submitted").json().path("count").asInt()).isEqualTo(5);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=1001", "limit=many", "offset=-1", "status=finished", "priority=11",
        "since=yesterday", "tag=x", "cursor=!", "cursor=1&offset=2"})
    void a_filter_that_is_none_is_named(String query) {
        StorageCalls.Answer answer = calls.get("/evaluations?" + query);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.fault()).startsWith("query.");
    }

    @Test
    void the_service_tells_what_it_keeps() {
        reach("completed");

        assertThat(calls.get("/health").json().path("status").asText()).isEqualTo("healthy");
        assertThat(calls.get("/storage-info").json().path("version").asText()).isEqualTo("1.2.3");
        assertThat(calls.get("/statistics").json().path("by_status").path("completed").asInt()).isEqualTo(1);
        assertThat(calls.get("/storage/overview").json().path("backends").findValuesAsText("name"))
                .containsExactly("database", "files");
        assertThat(calls.get("/storage/database/details").json().path("items").asInt()).isEqualTo(1);
        assertThat(calls.get("/storage/files/details").json().path("bytes").asInt()).isZero();
        assertThat(calls.get("/metrics").text()).contains(
                "crucible_storage_evaluations{status=\"completed\"} 1.0", "crucible_storage_output_bytes 0.0",
                "crucible_storage_up 1.0", "crucible_events_position 0.0");
    }

    @Test
    void no_route_but_the_signs_of_life_opens_without_the_key() {
        calls.get("/openapi.json").json().path("paths").properties().forEach(path -> path.getValue().properties().forEach(way -> {
            String route = path.getKey().replaceAll("\\{\\w+}", "one");
            String method = way.getKey().toUpperCase(Locale.ROOT);
            int expected = List.of("/health", "/healthz", "/readyz", "/metrics", "/openapi.json").contains(route) ? 200 : 401;
            assertThat(calls.sendWithKey(method, route).status()).as("%s %s", method, route).isEqualTo(expected);
            assertThat(calls.sendWithKey(method, route, "wrong").status()).as("%s %s", method, route).isEqualTo(expected);
        }));
    }

    // What our own adapters use, asked badly

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "/records | {}",
        "/records | {\"evaluations\":[]}",
        "/records | {\"evaluations\":[{\"id\":{\"value\":\"../x\"}}]}",
        "/records | {\"evaluations\":[null]}",
        "/changes | {\"changes\":[{\"id\":{\"value\":\"a\"},\"to\":\"COMPLETED\",\"actor\":\"a\",\"attempt\":1,\"at\":\"2026-01-01T00:00:00Z\"}]}",
        "/changes | {\"changes\":[{\"id\":{\"value\":\"a\"},\"to\":\"FINISHED\"}]}",
        "/records/query | {\"limit\":100000}",
        "/events | {\"events\":[{}]}",
        "/events | {\"events\":[{\"eval_id\":\"a\",\"submitter\":\"s\",\"status\":\"running\",\"source\":1,\"at\":\"2026-01-01T00:00:00Z\",\"data\":{\"a\":[]}}]}",
        "/events | {\"events\":[{\"eval_id\":\"a\",\"submitter\":\"s\",\"stream\":\"stdin\",\"offset\":0,\"bytes\":\"AA==\"}]}",
        "/events | {\"events\":[{\"eval_id\":\"a\",\"submitter\":\"s\",\"stream\":\"stdout\",\"offset\":0,\"bytes\":\"no base64!\"}]}",
    })
    void a_record_that_is_none_is_refused(String path, String body) {
        StorageCalls.Answer answer = calls.post(path, body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.fault()).startsWith("body");
        assertThat(answer.text()).doesNotContain("dev.crucible", "com.fasterxml");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/timeline?after=-1", "/timeline?limit=0", "/unfinished", "/unfinished?before=2026-01-01T00:00:00Z&after=.",
        "/outputs", "/outputs?ref=x&from=-1", "/events?wait=26", "/events?limit=10001", "/events/live?seen=x"})
    void a_question_that_is_none_is_refused(String path) {
        assertThat(calls.get(path).status()).isEqualTo(422);
    }

    @Test
    void kept_events_are_waited_for() {
        calls.post("/events", """
                {"events":[{"eval_id":"a","submitter":"s","status":"running","source":7,"at":"2026-01-01T00:00:00Z","data":{}}]}""");

        JsonNode events = calls.get("/events?after=0&wait=20").json().path("events");

        assertThat(events.findValuesAsText("source")).containsExactly("7");
        assertThat(calls.get("/events?after=1&wait=0.05").json().path("events")).isEmpty();
        assertThat(calls.get("/events/position").json().path("last_source").asInt()).isEqualTo(7);
    }

    private void reach(String status) {
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
