package dev.crucible.queue.http;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.Lease;
import dev.crucible.queue.Task;
import dev.crucible.queue.WorkerProfile;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The routes of the queue's own edge. */
class QueueServiceTest {
    private static final String TASK = "{\"eval_id\": \"a\", \"code\": \"print(1)\"}";
    private static final WorkerProfile WORKER = new WorkerProfile("w1", Set.of(), Set.of());

    private final QueueEdge edge = new QueueEdge(Duration.ofSeconds(30));

    @AfterEach
    void close() {
        edge.close();
    }

    // ---- plain tasks ----

    @Test
    void a_plain_task_gets_defaults_and_comes_out_with_a_lease() {
        assertThat(submit(TASK).json()).isEqualTo(json("{'eval_id': 'a', 'status': 'queued', 'position': 0}"));

        JsonNode task = edge.get("/tasks/next", QueueEdge.WORKER).json();

        assertThat(task.at("/code").asText()).isEqualTo("print(1)");
        assertThat(task.at("/language").asText()).isEqualTo("python");
        assertThat(task.at("/engine").asText()).isEqualTo("docker");
        assertThat(task.at("/priority").intValue()).isEqualTo(5);
        assertThat(task.at("/timeout").doubleValue()).isEqualTo(1);
        assertThat(task.at("/lease/attempt").intValue()).isEqualTo(1);
        assertThat(task.at("/lease/expires_in").doubleValue()).isEqualTo(30);
        assertThat(edge.get("/tasks/next", QueueEdge.WORKER).text()).isEqualTo("null");
    }

    @Test
    void a_plain_task_says_what_it_needs() {
        submit("{'eval_id': 'a', 'code': 'x', 'language': 'Ruby', 'engine': 'gvisor', 'timeout': 2.5, 'priority': true,"
                + "'stdin': 'in', 'args': ['1'], 'env': {'A': 'b'}, 'memory_limit': '64Mi', 'cpu_limit': '500m',"
                + "'isolation': 'cold', 'unknown': {}}");

        JsonNode task = edge.get("/tasks/next?engines=gvisor&languages=ruby", QueueEdge.WORKER).json();

        assertThat(task).isNotNull();
        assertThat(task.at("/language").asText()).isEqualTo("ruby");
        assertThat(task.at("/priority").intValue()).isEqualTo(9);
        assertThat(task.at("/timeout").doubleValue()).isEqualTo(2.5);
        assertThat(task.at("/memory_limit").longValue()).isEqualTo(64L << 20);
        assertThat(task.at("/cpu_limit").doubleValue()).isEqualTo(0.5);
        assertThat(task.at("/isolation").asText()).isEqualTo("cold");
        assertThat(task.at("/env/A").asText()).isEqualTo("b");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{} | eval_id | missing", "{'eval_id': 'a'} | code | missing", "{'eval_id': 7, 'code': 'x'} | eval_id | type_error",
        "{'eval_id': '../a', 'code': 'x'} | eval_id | invalid_id", "{'eval_id': '', 'code': 'x'} | eval_id | invalid_id",
        "{'eval_id': 'a', 'code': 7} | code | type_error", "{'eval_id': 'a', 'code': ' '} | code | blank",
        "{'eval_id': 'a', 'code': '\\ud800'} | code | value_error",
        "{'eval_id': 'a', 'code': 'x', 'language': 'a b'} | language | invalid_name",
        "{'eval_id': 'a', 'code': 'x', 'engine': '--rm'} | engine | invalid_name",
        "{'eval_id': 'a', 'code': 'x', 'timeout': 0} | timeout | out_of_range",
        "{'eval_id': 'a', 'code': 'x', 'timeout': 'long'} | timeout | type_error",
        "{'eval_id': 'a', 'code': 'x', 'priority': 1.5} | priority | type_error",
        "{'eval_id': 'a', 'code': 'x', 'env': {'LD_PRELOAD': 'x'}} | env | not_allowed",
        "{'eval_id': 'a', 'code': 'x', 'files': []} | files | not_supported",
        "{'eval_id': 'a', 'code': 'x', 'delay_seconds': 1e9} | delay_seconds | out_of_range",
        "{'eval_id': 'a', 'submission': 7} | submission | type_error",
        "{'eval_id': 'a', 'submission': {'code': 'x'}} | submission | missing"
    })
    void a_field_that_is_wrong_is_named(String body, String field, String type) {
        QueueEdge.Answer answer = submit(body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.at("/errors/0/loc/1")).isEqualTo(field);
        assertThat(answer.at("/errors/0/type")).isEqualTo(type);
        assertThat(answer.text()).doesNotContain("dev.crucible", "java.");
    }

    @Test
    void a_limit_above_the_maximum_is_refused_with_both() {
        QueueEdge.Answer answer = submit("{'eval_id': 'a', 'code': 'x', 'timeout': 31}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.at("/detail")).contains("timeout", "exceeds", "30");
    }

    @Test
    void a_batch_is_taken_whole_or_not_at_all() {
        QueueEdge.Answer wrong = edge.post("/tasks/batch", QueueEdge.CLIENT,
                "[" + TASK + ", {\"eval_id\": \"b\"}]");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().at("/errors/0/loc")).isEqualTo(json("['body', '1', 'code']"));
        assertThat(edge.get("/status", QueueEdge.CLIENT).at("/queued")).isEqualTo("0");

        QueueEdge.Answer right = edge.post("/tasks/batch", QueueEdge.CLIENT,
                "[" + TASK + ", {\"eval_id\": \"b\", \"code\": \"x\", \"priority\": 9}]");
        assertThat(right.json()).isEqualTo(json(
                "[{'eval_id': 'a', 'status': 'queued', 'position': 1}, {'eval_id': 'b', 'status': 'queued', 'position': 0}]"));
        assertThat(edge.post("/tasks/batch", QueueEdge.CLIENT, "[]").status()).isEqualTo(422);
        assertThat(edge.post("/tasks/batch", QueueEdge.CLIENT, "{}").status()).isEqualTo(422);
    }

    @Test
    void a_submission_that_is_repeated_after_its_end_does_not_run_again() {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);
        report("a", "{'output': 'x'}");
        await().untilAsserted(() -> assertThat(edge.get("/tasks/a", QueueEdge.CLIENT).json().get("state").isNull()).isTrue());

        assertThat(submit(TASK).json()).isEqualTo(json("{'eval_id': 'a', 'status': 'completed', 'position': 0}"));

        assertThat(edge.get("/tasks/next", QueueEdge.WORKER).text()).isEqualTo("null");
    }

    // ---- reports of plain workers ----

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "\"hi\" | OK | | hi", "{'output': 'hi', 'exit_code': 0, 'status': 'completed'} | OK | 0 | hi",
        "{'exit_code': 1} | NONZERO_EXIT | 1 | ''", "{'status': 'failed', 'error': 'x'} | NONZERO_EXIT | | ''",
        "{'status': 'completed', 'exit_code': 2} | NONZERO_EXIT | 2 | ''", "{'exit_code': -11} | SIGNALLED | | ''",
        "{'exit_code': 137} | NONZERO_EXIT | 137 | ''", "{'status': 'timeout', 'exit_code': -9} | WALL_TIMEOUT | | ''",
        "{'status': 'killed'} | KILLED | | ''", "[1, 2] | OK | | [1,2]", "null | OK | | ''", "{'answer': 42} | OK | | {\"answer\":42}"
    })
    void what_a_worker_reports_is_what_the_outcome_says(String output, Reason reason, Integer exitCode, String stdout) {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);

        assertThat(report("a", "{'output': " + output + "}").json()).isEqualTo(json("{'status': 'completed'}"));

        await().until(() -> !edge.finished().isEmpty());
        Outcome outcome = edge.finished().get(0).outcome();
        assertThat(outcome.reason()).isEqualTo(reason);
        assertThat(outcome.exitCode()).isEqualTo(exitCode);
        assertThat(outcome.stdout().text()).isEqualTo(stdout);
        assertThat(edge.get("/tasks/a", QueueEdge.CLIENT).at("/status")).isEqualTo(reason.status().wire());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{} | output", "{'output': {'status': 'fine'}} | output", "{'output': {'exit_code': 'one'}} | output",
        "{'output': 'x', 'lease_token': 'x'} | lease_token", "{'output': 'x', 'lease_token': 7} | lease_token",
        "{'outcome': {'reason': 'OK'}} | outcome", "{'outcome': {'reason': 'FINE'}} | outcome"
    })
    void a_report_that_is_wrong_is_refused_and_may_be_made_again(String body, String field) {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);

        QueueEdge.Answer answer = report("a", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.at("/errors/0/loc/1")).isEqualTo(field);
        assertThat(report("a", "{'output': 'x'}").status()).isEqualTo(200);
    }

    @Test
    void a_long_output_is_kept_whole_up_to_the_tasks_limit() {
        submit("{'eval_id': 'a', 'code': 'x', 'output_limit': 100000}");
        edge.get("/tasks/next", QueueEdge.WORKER);
        report("a", "{'output': {'output': '" + "o".repeat(99_999) + "', 'error': '" + "e".repeat(100_001) + "'}}");

        await().until(() -> !edge.finished().isEmpty());
        Outcome outcome = edge.finished().get(0).outcome();
        assertThat(outcome.stdout().size()).isEqualTo(99_999);
        assertThat(outcome.stdout().truncated()).isFalse();
        assertThat(outcome.stdout().ref()).isEqualTo("kept-stdout");
        assertThat(edge.kept.get("stdout")).hasSize(99_999);
        assertThat(outcome.stderr().truncated()).isTrue();
        assertThat(edge.kept.get("stderr")).hasSize(100_000);
    }

    @Test
    void a_report_without_a_lease_or_with_a_stale_one_is_refused() {
        submit(TASK);
        assertThat(report("a", "{'output': 'x'}").status()).as("not leased").isEqualTo(409);
        assertThat(report("b", "{'output': 'x'}").status()).as("not known").isEqualTo(409);
        String token = edge.get("/tasks/next?worker=w1", QueueEdge.WORKER).at("/lease/token");
        assertThat(report("a", "{'output': 'x', 'lease_token': '0.99'}").status()).isEqualTo(409);
        assertThat(report("a", "{'output': 'x', 'lease_token': '" + token + "'}").status()).isEqualTo(200);
        assertThat(report("a", "{'output': 'x', 'lease_token': '" + token + "'}").status()).as("the same again").isEqualTo(200);
        assertThat(report("a", "{'output': 'x'}").status()).as("somebody else's").isEqualTo(409);
        assertThat(edge.finished()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void a_failed_attempt_is_retried_unless_its_worker_says_otherwise() {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);
        assertThat(word("fail", "{'error': 'no disk'}").json()).isEqualTo(json("{'status': 'retrying'}"));
        edge.get("/tasks/next?wait=20", QueueEdge.WORKER);

        assertThat(word("fail", "{'error': 'never', 'retryable': false}").json()).isEqualTo(json("{'status': 'failed'}"));

        await().until(() -> !edge.finished().isEmpty());
        assertThat(edge.finished().get(0).outcome().reason()).isEqualTo(Reason.SANDBOX_ERROR);
        assertThat(edge.finished().get(0).outcome().detail()).contains("never");
    }

    @Test
    void a_long_error_is_cut_and_not_refused() {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);

        assertThat(word("fail", "{'error': '" + "x".repeat(100_000) + "'}").status()).isEqualTo(200);
    }

    @Test
    void a_heartbeat_tells_of_a_cancellation() {
        submit(TASK);
        edge.get("/tasks/next", QueueEdge.WORKER);
        assertThat(word("heartbeat", "{}").json()).isEqualTo(json("{'cancel_requested': false, 'expires_in': 30.0}"));

        assertThat(edge.post("/tasks/a/cancel", QueueEdge.CLIENT, "").at("/answer")).isEqualTo("requested");

        assertThat(word("heartbeat", "{}").at("/cancel_requested")).isEqualTo("true");
    }

    // ---- keys ----

    @Test
    void each_role_has_its_key() {
        assertThat(edge.post("/tasks", null, TASK).status()).isEqualTo(401);
        assertThat(edge.post("/tasks", "wrong", TASK).status()).isEqualTo(401);
        assertThat(edge.post("/tasks", QueueEdge.WORKER, TASK).status()).isEqualTo(403);
        assertThat(edge.get("/tasks/next", QueueEdge.CLIENT).status()).isEqualTo(403);
        assertThat(edge.get("/tasks/next", null).status()).isEqualTo(401);
        assertThat(edge.delete("/tasks", QueueEdge.CLIENT).status()).isEqualTo(403);
        assertThat(edge.get("/status", QueueEdge.WORKER).status()).isEqualTo(200);
        assertThat(edge.post("/tasks", QueueEdge.ADMIN, TASK).status()).isEqualTo(200);
        for (String open : List.of("/health", "/healthz", "/readyz", "/metrics", "/openapi.json")) {
            assertThat(edge.get(open, null).status()).as(open).isEqualTo(200);
        }
        assertThat(edge.post("/tasks", null, TASK).headers()).containsKey("x-request-id");
    }

    @Test
    void without_any_key_the_edge_is_open_and_with_one_the_rest_is_closed() {
        try (QueueEdge open = new QueueEdge(Duration.ofSeconds(30), QueueKeys.NONE);
                QueueEdge half = new QueueEdge(Duration.ofSeconds(30), new QueueKeys(List.of("the-only-key"), List.of(), List.of()))) {
            assertThat(open.post("/tasks", null, TASK).status()).isEqualTo(200);
            assertThat(open.delete("/tasks", "any").status()).isEqualTo(200);
            assertThat(half.post("/tasks", "the-only-key", TASK).status()).isEqualTo(200);
            assertThat(half.delete("/tasks", "the-only-key").status()).isEqualTo(403);
            assertThat(half.get("/tasks/next", null).status()).isEqualTo(401);
        }
    }

    // ---- hostile input ----

    @Test
    void hostile_bodies_are_refused_and_the_service_goes_on() {
        byte[] huge = new byte[(int) TaskRoutes.MAX_BODY + 1];
        assertThat(edge.chunked("/tasks", QueueEdge.CLIENT, huge).status()).isEqualTo(413);
        assertThat(submit("{").status()).isEqualTo(422);
        assertThat(submit("").status()).isEqualTo(422);
        assertThat(submit("[".repeat(100_000)).status()).isEqualTo(422);
        assertThat(submit("{'eval_id': 'a', 'eval_id': 'b', 'code': 'x'}").status()).isEqualTo(422);
        assertThat(submit("{'eval_id': 'a', 'code': 'x', 'timeout': 1e999999999}").status()).isEqualTo(400);
        assertThat(edge.packed("/tasks", QueueEdge.CLIENT, new byte[] {(byte) 0xc6, 0x7f, -1, -1, -1}).status()).isEqualTo(422);
        assertThat(edge.packed("/tasks", QueueEdge.CLIENT, new byte[] {(byte) 0xcb, 0x7f, (byte) 0xf8, 0, 0, 0, 0, 0, 0}).status())
                .as("not a number").isEqualTo(422);
        assertThat(edge.packed("/tasks", QueueEdge.CLIENT, "{}".getBytes(StandardCharsets.UTF_8)).status()).isEqualTo(422);
        assertThat(submit(TASK).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/tasks/next?wait=61, 422", "/tasks/next?wait=-1, 422", "/tasks/next?wait=x, 422", "/tasks/next?worker=a%0ab, 422",
        "/tasks/next?engines=a%20b, 422", "/tasks/next?ask=short, 422", "/tasks/next?lease_seconds=0, 422", "/tasks/..%2fa, 404",
        "/tasks/nobody, 404", "/dlq/tasks?limit=0, 422", "/dlq/tasks?limit=9999999999999999999, 422", "/nothing, 404"
    })
    void a_question_that_is_wrong_is_told_so(String path, int status) {
        QueueEdge.Answer answer = edge.get(path, QueueEdge.ADMIN);

        assertThat(answer.status()).as(answer.text()).isIn(status, 400);
        assertThat(answer.json().has("code")).isTrue();
    }

    // ---- waiting ----

    @Test
    void the_same_named_question_gets_the_same_task_until_its_worker_has_said_a_word() {
        submit(TASK);
        String path = "/tasks/next?worker=w1&ask=question-1";

        String first = edge.get(path, QueueEdge.WORKER).at("/lease/token");
        String again = edge.get(path, QueueEdge.WORKER).at("/lease/token");

        assertThat(again).isEqualTo(first).isNotEmpty();
        assertThat(edge.get("/tasks/next?worker=w2&ask=question-1", QueueEdge.WORKER).text()).isEqualTo("null");
        word("heartbeat", "{'lease_token': '" + first + "'}");
        assertThat(edge.get(path, QueueEdge.WORKER).text()).isEqualTo("null");
    }

    @Test
    void a_stop_answers_those_who_wait() throws Exception {
        CompletableFuture<QueueEdge.Answer> waiting =
                CompletableFuture.supplyAsync(() -> edge.get("/tasks/next?wait=60", QueueEdge.WORKER));
        await().until(() -> edge.get("/status", QueueEdge.CLIENT).at("/workers").equals("1"));

        edge.stopService();

        assertThat(waiting.get(5, TimeUnit.SECONDS).text()).isEqualTo("null");
    }

    @Test
    void many_may_wait_at_once_while_others_are_served() {
        List<CompletableFuture<QueueEdge.Answer>> waiting = IntStream.range(0, 150)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> edge.get("/tasks/next?wait=30&worker=w" + i, QueueEdge.WORKER),
                        task -> new Thread(task).start()))
                .toList();
        await().atMost(Duration.ofSeconds(30)).until(() -> edge.get("/status", QueueEdge.CLIENT).at("/workers").equals("150"));

        assertThat(submit(TASK).status()).isEqualTo(200);
        await().until(() -> waiting.stream().filter(CompletableFuture::isDone).count() == 1);
        edge.stopService();
        await().until(() -> waiting.stream().allMatch(CompletableFuture::isDone));
    }

    @Test
    void a_worker_that_sends_no_heartbeat_keeps_its_lease_as_long_as_it_asked_for() {
        try (QueueEdge quick = new QueueEdge(Duration.ofMillis(300))) {
            quick.post("/tasks", QueueEdge.CLIENT, TASK);
            JsonNode task = quick.get("/tasks/next?worker=w1&lease_seconds=3", QueueEdge.WORKER).json();
            assertThat(task.at("/lease/attempt").intValue()).isEqualTo(1);

            await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(4))
                    .until(() -> quick.get("/tasks/a", QueueEdge.CLIENT).at("/status").equals("running"));
            QueueEdge.Answer second = quick.get("/tasks/next?wait=20", QueueEdge.WORKER);
            assertThat(second.at("/lease/attempt")).as("a worker that is gone for longer has lost it").isEqualTo("2");
        }
    }

    // ---- the queue as a whole ----

    @Test
    void an_admin_can_clear_what_waits() {
        submit(TASK);
        submit("{'eval_id': 'b', 'code': 'x'}");
        submit("{'eval_id': 'later', 'code': 'x', 'delay_seconds': 60}");

        assertThat(edge.delete("/tasks", QueueEdge.ADMIN).json()).isEqualTo(json("{'removed': 2, 'delayed': 1}"));

        await().until(() -> edge.finished().size() == 2);
        assertThat(edge.finished()).allSatisfy(end -> assertThat(end.outcome().reason()).isEqualTo(Reason.CANCELLED));
        assertThat(edge.get("/tasks/a", QueueEdge.CLIENT).at("/status")).isEqualTo("cancelled");
        edge.post("/pause", QueueEdge.ADMIN, "");
        assertThat(edge.delete("/tasks", QueueEdge.ADMIN).status()).isEqualTo(409);
    }

    @Test
    void the_status_and_the_metrics_tell_the_same() {
        submit(TASK);
        submit("{'eval_id': 'b', 'code': 'x', 'priority': 9}");
        submit("{'eval_id': 'later', 'code': 'x', 'delay_seconds': 60}");
        edge.get("/tasks/next", QueueEdge.WORKER);

        JsonNode status = edge.get("/status", QueueEdge.CLIENT).json();
        String metrics = edge.get("/metrics", null).text();

        assertThat(status.get("queued").intValue()).isEqualTo(1);
        assertThat(status.get("processing").intValue()).isEqualTo(1);
        assertThat(status.get("queue_length").intValue()).isEqualTo(2);
        assertThat(status.get("total_tasks").intValue()).isEqualTo(3);
        assertThat(status.get("by_priority").get("5").intValue()).isEqualTo(1);
        assertThat(metrics).contains(
                "crucible_queue_level_tasks{priority=\"5\"} 1.0", "crucible_queue_level_tasks{priority=\"9\"} 0.0",
                "crucible_queue_tasks{state=\"processing\"} 1.0", "crucible_queue_tasks{state=\"delayed\"} 1.0",
                "crucible_queue_tasks{state=\"dead_letter\"} 0.0", "crucible_queue_level_oldest_age_seconds{priority=\"5\"}");
        assertThat(edge.get("/health", null).at("/status")).isEqualTo("healthy");
        assertThat(edge.get("/openapi.json", null).json().at("/paths/~1tasks~1next/get/parameters")).hasSize(7);
    }

    @Test
    void dead_letters_can_be_inspected_and_taken_away() {
        submit("{'eval_id': 'a', 'code': 'x', 'submitter': 'me'}");
        for (int attempt = 1; attempt <= 3; attempt++) {
            edge.get("/tasks/next?wait=30", QueueEdge.WORKER);
            word("fail", "{'error': 'no disk'}");
        }
        await().until(() -> edge.finished().size() == 1);

        assertThat(edge.get("/dlq/tasks/a", QueueEdge.CLIENT).at("/submission/code")).isEqualTo("x");
        assertThat(edge.get("/dlq/tasks/b", QueueEdge.CLIENT).status()).isEqualTo(404);
        assertThat(edge.get("/dlq/statistics", QueueEdge.CLIENT).at("/by_error/no disk")).isEqualTo("1");
        assertThat(edge.delete("/dlq/tasks/b", QueueEdge.ADMIN).status()).isEqualTo(404);
        assertThat(edge.delete("/dlq/tasks/a", QueueEdge.ADMIN).json()).isEqualTo(json("{'discarded': ['a'], 'remaining': 0}"));
        assertThat(edge.get("/tasks/a", QueueEdge.CLIENT).at("/status")).isEqualTo("failed");
        assertThat(edge.post("/dlq/tasks/discard-batch", QueueEdge.ADMIN, "{}").status()).isEqualTo(422);
    }

    @Test
    void a_drained_queue_takes_nothing_until_it_is_resumed() {
        assertThat(edge.post("/drain", QueueEdge.CLIENT, "").json()).isEqualTo(json("{'paused': true, 'draining': true}"));

        QueueEdge.Answer refused = submit(TASK);

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.headers()).containsKey("retry-after");
        edge.post("/resume", QueueEdge.CLIENT, "");
        assertThat(submit(TASK).status()).isEqualTo(200);
    }

    @Test
    void the_document_is_whole() {
        JsonNode document = edge.get("/openapi.json", null).json();

        assertThat(document.findValuesAsText("operationId")).doesNotHaveDuplicates().hasSizeGreaterThan(15);
        assertThat(document.findValuesAsText("$ref")).isNotEmpty().allSatisfy(
                reference -> assertThat(document.at(reference.substring(1)).isMissingNode()).as(reference).isFalse());
        document.at("/components/schemas").fieldNames().forEachRemaining(name -> assertThat(name).matches("[A-Za-z0-9._-]+"));
        assertThat(document.at("/paths/~1tasks/post/requestBody/content/application~1json/schema/description").asText())
                .contains("whole record");
    }

    // ---- our own client ----

    @ParameterizedTest
    @EnumSource(WireFormat.class)
    void everything_of_a_submission_and_of_an_outcome_travels_unharmed(WireFormat format) {
        byte[] bytes = {0, -1, 'a', (byte) 0xc3, 10};
        Submission submission = new Submission(
                "print('\u0000 é 😀')\n", "c++", "gvisor", 7,
                new Limits(Duration.ofMillis(1_234), Duration.ofNanos(5_000_001), 1, 2, 3, 4, 5), "in\r\n", List.of("", "--x", "ü"),
                Map.of("A", "b=c"), Map.of("team", "é"), "{\"a\":[1,2.50]}", Instant.parse("2026-01-02T03:04:05.678901234Z"),
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", List.of(new SourceFile("lib/ä.py", bytes)), "lib/ä.py",
                Isolation.COLD, List.of(new TestCase("t", "s", List.of("x"), "1\n", TestCase.Match.JSON)), true, List.of("*.csv"));
        Outcome outcome = new Outcome(
                Reason.OUT_OF_MEMORY, "It used too much: é", null, 9, new Outcome.Usage(1, null, 1L << 40, 4),
                new CapturedOutput(bytes, 100_000, true, "ref"), new CapturedOutput(bytes, 5, false, null), CapturedOutput.EMPTY,
                "gvisor", "1", null, new Outcome.Evidence("cgroup", "bytes", 5L, null), "{\"x\": 1}",
                List.of(new Artifact("a/b", 3, "ref")),
                List.of(new TestOutcome("t", Reason.OK, true, "d", 0, null, Outcome.Usage.NONE, bytes, 5, bytes, 5)));
        try (RemoteTaskQueue remote = new RemoteTaskQueue(new ServiceAddress(edge.uri(), QueueEdge.ADMIN, format, null))) {
            Task task = new Task(id("whole"), "só meone", submission);
            remote.enqueueAll(List.of(task, new Task(id("second"), "s", python("x"))));
            await().untilAsserted(() -> assertThat(remote.find(id("whole"))).isPresent());

            Lease lease = remote.next(WORKER, Duration.ofSeconds(5)).orElseThrow();
            assertThat(lease.task()).isEqualTo(task);
            remote.complete(lease.token(), outcome);
        }

        await().until(() -> !edge.finished().isEmpty());
        assertThat(edge.finished().get(0).outcome()).usingRecursiveComparison().isEqualTo(outcome);
    }

    @Test
    void a_remote_queue_that_stopped_is_unavailable_and_says_when_to_come_again() {
        try (RemoteTaskQueue remote = edge.remote()) {
            remote.enqueue(new Task(id("a"), "s", python("x")));
            edge.stopService();

            assertThatThrownBy(() -> remote.enqueue(new Task(id("b"), "s", python("x"))))
                    .isInstanceOfSatisfying(PlatformException.class, e -> {
                        assertThat(e.code()).isEqualTo(ErrorCode.QUEUE_UNAVAILABLE);
                        assertThat(e.retryAfter()).isPresent();
                    });
        }
    }

    @Test
    void a_late_result_of_our_own_worker_is_refused_as_it_is_in_one_process() {
        try (QueueEdge quick = new QueueEdge(Duration.ofMillis(300)); RemoteTaskQueue remote = quick.remote()) {
            remote.enqueue(new Task(id("a"), "s", python("x")));
            Lease late = remote.next(WORKER, Duration.ofSeconds(5)).orElseThrow();
            Lease second = remote.next(WORKER, Duration.ofSeconds(20)).orElseThrow();

            assertThatThrownBy(() -> remote.complete(late.token(), ok("late"))).isInstanceOfSatisfying(
                    PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.LEASE_LOST));
            remote.complete(second.token(), ok("second"));
        }
    }

    @Test
    void deliveries_that_come_twice_or_in_the_wrong_order_change_nothing() {
        assertThat(submit(TASK).json()).isEqualTo(submit(TASK).json());
        String token = edge.get("/tasks/next?worker=w", QueueEdge.WORKER).at("/lease/token");
        String result = "{'output': 'first', 'lease_token': '" + token + "'}";

        assertThat(report("a", result).json()).isEqualTo(json("{'status': 'completed'}"));
        assertThat(report("a", result).json()).as("the same report again").isEqualTo(json("{'status': 'completed'}"));
        assertThat(word("heartbeat", "{'lease_token': '" + token + "'}").status()).as("overtaken by the end").isEqualTo(409);
        assertThat(word("fail", "{'error': 'x', 'lease_token': '" + token + "'}").status()).as("likewise").isEqualTo(409);

        await().until(() -> !edge.finished().isEmpty());
        assertThat(edge.finished()).singleElement()
                .satisfies(finished -> assertThat(finished.outcome().stdout().text()).isEqualTo("first"));
        assertThat(edge.get("/tasks/next", QueueEdge.WORKER).text()).isEqualTo("null");
    }

    private QueueEdge.Answer submit(String body) {
        return edge.post("/tasks", QueueEdge.CLIENT, body.replace('\'', '"'));
    }

    private QueueEdge.Answer report(String id, String body) {
        return edge.post("/tasks/" + id + "/complete", QueueEdge.WORKER, body.replace('\'', '"'));
    }

    private QueueEdge.Answer word(String verb, String body) {
        return edge.post("/tasks/a/" + verb, QueueEdge.WORKER, body.replace('\'', '"'));
    }

    private static JsonNode json(String text) {
        return Json.read(text.replace('\'', '"'), JsonNode.class);
    }
}
