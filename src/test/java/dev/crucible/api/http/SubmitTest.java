package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.storage.Evaluation;
import dev.crucible.testing.FakeExecutor;
import dev.crucible.testing.FakePlatform;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SubmitTest {
    private FakePlatform platform;
    private Api api;

    @BeforeEach
    void start() {
        platform = new FakePlatform();
        api = new Api(platform.gateway.uri());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private EvaluationId submit(String json) {
        Answer answer = api.post("/api/eval", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return new EvaluationId(answer.json().path("eval_id").asText());
    }

    private Evaluation stored(EvaluationId id) {
        return platform.store.find(id).orElseThrow();
    }

    @Test
    void a_submission_is_stored_and_queued_and_answered_with_its_id_and_place() {
        Answer answer = api.post("/api/eval", "{\"code\": \"print(1)\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("eval_id").asText()).matches("eval_20261121_224936_[0-9a-f]{8}");
        assertThat(answer.json().path("status").asText()).isEqualTo("queued");
        assertThat(answer.json().path("queue_position").asInt()).isZero();
        Evaluation stored = stored(new EvaluationId(answer.json().path("eval_id").asText()));
        assertThat(stored.submission().language()).isEqualTo("python");
        assertThat(stored.submission().engine()).isEqualTo("sandbox");
        assertThat(stored.submission().limits().timeout()).isEqualTo(Duration.ofSeconds(30));
        assertThat(platform.queue.status().queued()).isEqualTo(1);
    }

    @Test
    void every_field_reaches_the_record() {
        EvaluationId id = submit("""
                {"code": "print(1)", "language": " PY ", "engine": "sandbox", "timeout": 1.5, "priority": 7,
                 "stdin": "a\\u0000b", "args": ["x", "y z"], "env": {"A_1": "b"}, "memory_limit": "512Mi",
                 "cpu_limit": "500m", "disk_limit": 1048576, "output_limit": "1Ki", "pids_limit": 8,
                 "tags": {"team": "ml"}, "metadata": {"n": 1.10, "big": 12345678901234567890},
                 "delay_seconds": 60, "isolation": "cold", "executor_image": "test/python:1", "debug": true, "expect_failure": false, "unknown": [1]}""");

        var submission = stored(id).submission();
        assertThat(submission.language()).isEqualTo("python");
        assertThat(submission.stdin()).isEqualTo("a\0b");
        assertThat(submission.args()).containsExactly("x", "y z");
        assertThat(submission.env()).containsEntry("A_1", "b");
        assertThat(submission.priority()).isEqualTo(7);
        assertThat(submission.limits().timeout()).isEqualTo(Duration.ofMillis(1500));
        assertThat(submission.limits().cpuTime()).isEqualTo(Duration.ofMillis(750));
        assertThat(submission.limits().memoryBytes()).isEqualTo(512L << 20);
        assertThat(submission.limits().cpuMillis()).isEqualTo(500);
        assertThat(submission.limits().diskBytes()).isEqualTo(1 << 20);
        assertThat(submission.limits().outputBytes()).isEqualTo(1024);
        assertThat(submission.limits().pids()).isEqualTo(8);
        assertThat(submission.notBefore()).isEqualTo(platform.clock().instant().plusSeconds(60));
        JsonNode record = api.get("/api/eval/" + id).json();
        assertThat(record.path("metadata").toString()).contains("1.1").contains("12345678901234567890");
        assertThat(record.path("tags").path("team").asText()).isEqualTo("ml");
        assertThat(record.path("trace_id").asText()).matches("[0-9a-f]{32}");
    }

    @Test
    void a_trace_that_comes_with_the_request_goes_on() {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        Answer answer = api.post("/api/eval", "{\"code\": \"1\"}", "traceparent", "00-" + trace + "-00f067aa0ba902b7-03");

        Evaluation stored = stored(new EvaluationId(answer.json().path("eval_id").asText()));
        assertThat(stored.traceId()).isEqualTo(trace);
        assertThat(stored.submission().traceparent()).isEqualTo("00-" + trace + "-00f067aa0ba902b7-03");
    }

    @Test
    void priorities_of_earlier_clients_are_understood() {
        String[][] cases = {
            {"null", "5"}, {"true", "9"}, {"false", "5"}, {"0", "0"}, {"10", "10"}, {"7.0", "7"}, {"-1", "1"},
            {"11", "2"}, {"150", "3"}, {"250", "4"}, {"350", "5"}, {"499", "6"}, {"500", "7"}, {"1000", "9"},
            {"2000000", "10"}
        };
        for (String[] each : cases) {
            EvaluationId id = submit("{\"code\": \"1\", \"priority\": " + each[0] + "}");
            assertThat(stored(id).submission().priority()).as(each[0]).isEqualTo(Integer.parseInt(each[1]));
        }
    }

    @Test
    void wait_holds_the_answer_until_the_evaluation_has_ended() {
        CompletableFuture<Answer> answer =
                CompletableFuture.supplyAsync(() -> api.post("/api/eval?wait=10.5", "{\"code\": \"print(1)\"}"));
        Awaitility.await().until(() -> platform.queue.status().queued() == 1);

        platform.runNext("1\n");

        JsonNode record = answer.join().json();
        assertThat(answer.join().status()).isEqualTo(200);
        assertThat(record.path("status").asText()).isEqualTo("completed");
        assertThat(record.path("output").asText()).isEqualTo("1\n");
        assertThat(record.path("success").asBoolean()).isTrue();
    }

    @Test
    void wait_that_runs_out_answers_202_with_the_short_form() {
        Answer answer = api.post("/api/eval?wait=0.05", "{\"code\": \"print(1)\"}");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("status").asText()).isEqualTo("queued");
    }

    @Test
    void wait_on_a_repeated_request_that_has_ended_answers_at_once() {
        api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k");
        platform.runNext("1\n");

        Answer again = api.post("/api/eval?wait=30", "{\"code\": \"1\"}", "Idempotency-Key", "k");

        assertThat(again.json().path("output").asText()).isEqualTo("1\n");
    }

    @Test
    void a_wait_ends_with_202_when_the_server_stops() {
        api.document();
        CompletableFuture<Answer> answer =
                CompletableFuture.supplyAsync(() -> api.post("/api/eval?wait=60", "{\"code\": \"print(1)\"}"));
        Awaitility.await().until(() -> platform.queue.status().queued() == 1);

        platform.gateway.close();

        assertThat(answer.join().status()).isEqualTo(202);
    }

    @Test
    void the_same_key_and_body_are_one_evaluation_and_another_body_is_a_conflict() {
        String id = api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k1").json().path("eval_id").asText();

        Answer again = api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k1");
        Answer other = api.post("/api/eval", "{\"code\": \"2\"}", "Idempotency-Key", "k1");

        assertThat(again.json().path("eval_id").asText()).isEqualTo(id);
        assertThat(platform.store.size()).isEqualTo(1);
        assertThat(platform.queue.status().queued()).isEqualTo(1);
        assertThat(other.status()).isEqualTo(409);
        assertThat(other.json().path("code").asText()).isEqualTo("idempotency_conflict");
        assertThat(api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k".repeat(129)).status()).isEqualTo(422);
    }

    @Test
    void a_repeated_request_brings_a_lost_task_back_to_the_queue() {
        EvaluationId id = new EvaluationId(
                api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k2").json().path("eval_id").asText());
        platform.queue.lose(id);

        api.post("/api/eval", "{\"code\": \"1\"}", "Idempotency-Key", "k2");

        assertThat(platform.queue.find(id)).isPresent();
    }

    @Test
    void a_batch_is_accepted_whole_and_in_order() {
        Answer answer = api.post("/api/eval-batch", """
                {"evaluations": [{"code": "1"}, {"code": "2", "language": "bash"}, {"code": "3"}]}""");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.json().path("total").asInt()).isEqualTo(3);
        assertThat(answer.json().path("queued").asInt()).isEqualTo(3);
        assertThat(answer.json().path("failed").asInt()).isZero();
        assertThat(answer.json().findValuesAsText("queue_position")).containsExactly("0", "1", "2");
    }

    @Test
    void one_bad_item_refuses_the_batch_and_names_its_index() {
        Answer invalid = api.post("/api/eval-batch", """
                {"evaluations": [{"code": "1"}, {"code": "", "timeout": -1}, 7]}""");
        Answer tooMuch = api.post("/api/eval-batch", """
                {"evaluations": [{"code": "1"}, {"code": "1", "timeout": 901}]}""");
        Answer missing = api.post("/api/eval-batch", """
                {"evaluations": [{"code": "1", "engine": "gvisor"}]}""");

        assertThat(invalid.status()).isEqualTo(422);
        assertThat(invalid.json().path("errors").findValues("loc").toString())
                .contains("[\"body\",\"evaluations\",\"1\",\"code\"]")
                .contains("[\"body\",\"evaluations\",\"1\",\"timeout\"]")
                .contains("[\"body\",\"evaluations\",\"2\"]");
        assertThat(tooMuch.status()).isEqualTo(400);
        assertThat(tooMuch.json().path("detail").asText()).contains("evaluations.1").contains("exceeds");
        assertThat(missing.status()).isEqualTo(422);
        assertThat(platform.store.size()).isZero();
        assertThat(platform.queue.status().queued()).isZero();
    }

    @Test
    void a_batch_holds_1_to_1000() {
        String item = "{\"code\": \"1\"}";
        assertThat(api.post("/api/eval-batch", "{\"evaluations\": []}").status()).isEqualTo(422);
        assertThat(api.post("/api/eval-batch", "{\"evaluations\": [" + (item + ",").repeat(1000) + item + "]}").status())
                .isEqualTo(422);
        assertThat(api.post("/api/eval-batch", "{}").json().path("errors").path(0).path("type").asText())
                .isEqualTo("missing");
    }

    @Test
    void a_full_queue_refuses_before_anything_is_stored() {
        String batch = "{\"evaluations\": [" + "{\"code\": \"1\"},".repeat(FakePlatform.CAPACITY - 1) + "{\"code\": \"1\"}]}";
        assertThat(api.post("/api/eval-batch", batch).status()).isEqualTo(202);

        Answer refused = api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.json().path("code").asText()).isEqualTo("queue_full");
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(platform.store.size()).isEqualTo(FakePlatform.CAPACITY);
    }

    @Test
    void what_is_stored_is_accepted_even_when_the_queue_cannot_take_it() {
        platform.queue.refusing(true);

        Answer answer = api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("queue_position").isNull()).isTrue();
        assertThat(platform.store.size()).isEqualTo(1);
    }

    @Test
    void without_any_engine_submissions_get_503_with_what_helps() {
        platform.executor.engines(List.of(FakeExecutor.missing("sandbox", "bwrap is not installed", "apt install bubblewrap")));

        Answer answer = api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.json().path("code").asText()).isEqualTo("no_engine");
        assertThat(answer.json().path("detail").asText()).contains("apt install bubblewrap");
        assertThat(answer.header("Retry-After")).isNotEmpty();
        assertThat(platform.store.size()).isZero();
    }

    @Test
    void an_engine_that_is_missing_is_refused_with_the_reason_and_never_replaced() {
        Answer engine = api.post("/api/eval", "{\"code\": \"1\", \"engine\": \"gvisor\"}");
        Answer language = api.post("/api/eval", "{\"code\": \"1\", \"language\": \"js\"}");
        Answer image = api.post("/api/eval", "{\"code\": \"1\", \"engine\": \"docker\"}");

        assertThat(engine.status()).isEqualTo(422);
        assertThat(engine.json().path("code").asText()).isEqualTo("engine_unavailable");
        assertThat(engine.json().path("detail").asText()).contains("runsc is not installed").contains("apt install runsc");
        assertThat(language.json().path("detail").asText()).contains("node is not installed");
        assertThat(image.json().path("detail").asText()).contains("docker pull python");
    }

    @Test
    void an_unreachable_store_is_a_503_and_nothing_is_queued() {
        platform.store.reachable(false);

        Answer answer = api.post("/api/eval", "{\"code\": \"1\"}");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(platform.queue.status().queued()).isZero();
    }

    @Test
    void an_embedding_program_submits_and_waits_without_http() {
        var accepted = platform.evaluations.submit(platform.evaluations.draft("py", "print(1)"));
        platform.runNext("1\n");

        Evaluation ended = platform.evaluations.await(accepted.id(), Duration.ofSeconds(5));

        assertThat(ended.status()).isEqualTo(EvaluationStatus.COMPLETED);
        assertThat(ended.submitter()).isEqualTo("embedded");
    }
}
