package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Evaluations as clients of the service store and change them. */
class EvaluationRoutesTest extends StorageServiceFixture {
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
        StorageCalls.Answer answer = calls.post("/evaluations", "\"" + "x".repeat(17 << 20) + "\"");

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
}
