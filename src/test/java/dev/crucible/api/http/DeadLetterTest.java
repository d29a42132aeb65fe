package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.queue.Lease;
import dev.crucible.testing.FakePlatform;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLetterTest {
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

    @Test
    void dead_letters_are_listed_with_their_history() {
        String id = kill("1");

        JsonNode letters = api.get("/api/dlq/tasks").json();

        assertThat(letters.path("count").asInt()).isEqualTo(1);
        assertThat(letters.path("tasks").path(0).path("eval_id").asText()).isEqualTo(id);
        assertThat(letters.path("tasks").path(0).path("history").path(0).path("error").asText())
                .isEqualTo("the sandbox could not be made");
    }

    @Test
    void one_is_inspected_with_its_task() {
        String id = kill("print(7)");

        JsonNode letter = api.get("/api/dlq/tasks/" + id).json();

        assertThat(letter.path("task").path("code").asText()).isEqualTo("print(7)");
        assertThat(letter.path("task").path("priority").asInt()).isEqualTo(8);
        assertThat(letter.path("task").path("submitter").asText()).isEqualTo("local");
        assertThat(letter.path("attempts").asInt()).isEqualTo(1);
        assertThat(letter.path("history").path(0).path("at").asText()).isEqualTo("2026-11-21T22:49:36Z");
    }

    @Test
    void a_retry_is_a_new_evaluation_and_the_old_record_stays_as_it_is() {
        String id = kill("print(7)");
        JsonNode before = api.get("/api/eval/" + id).json();

        JsonNode retried = api.order("/api/dlq/tasks/" + id + "/retry").json();

        assertThat(retried.path("retry_of").asText()).isEqualTo(id);
        assertThat(retried.path("status").asText()).isEqualTo("queued");
        String anew = retried.path("eval_id").asText();
        assertThat(anew).isNotEqualTo(id);
        assertThat(api.get("/api/dlq/tasks").json().path("count").asInt()).isZero();
        platform.runNext("7");
        JsonNode record = api.get("/api/eval/" + anew).json();
        assertThat(record.path("status").asText()).isEqualTo("completed");
        assertThat(record.path("code").asText()).isEqualTo("print(7)");
        assertThat(record.path("priority").asInt()).isEqualTo(8);
        assertThat(api.get("/api/eval/" + id).json()).isEqualTo(before);
        assertThat(before.path("reason").asText()).isEqualTo("sandbox_error");
        assertThat(api.order("/api/dlq/tasks/" + id + "/retry").status()).isEqualTo(404);
    }

    @Test
    void a_retry_that_crashed_before_its_dead_letter_was_gone_is_the_same_evaluation() {
        String id = kill("1");
        platform.queue.keepDeadLetters(true);
        String first = api.order("/api/dlq/tasks/" + id + "/retry").json().path("eval_id").asText();
        platform.queue.keepDeadLetters(false);

        String second = api.order("/api/dlq/tasks/" + id + "/retry").json().path("eval_id").asText();

        assertThat(second).isEqualTo(first);
        assertThat(api.get("/api/queue/status").json().path("queued").asInt()).isEqualTo(1);
        assertThat(api.get("/api/dlq/tasks").json().path("count").asInt()).isZero();
    }

    @Test
    void a_full_queue_refuses_a_retry_and_the_dead_letter_stays() {
        String id = kill("1");
        IntStream.range(0, FakePlatform.CAPACITY).forEach(i -> api.post("/api/eval", "{\"code\": \"1\"}"));

        Answer refused = api.order("/api/dlq/tasks/" + id + "/retry");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(api.get("/api/dlq/tasks").json().path("count").asInt()).isEqualTo(1);
    }

    @Test
    void many_are_retried_by_their_ids_and_each_refusal_is_told() {
        List<String> ids = List.of(kill("1"), kill("2"), kill("3"));

        JsonNode answer = api.post("/api/dlq/tasks/retry-batch",
                "{\"eval_ids\": [\"" + ids.get(0) + "\", \"eval_none\", \"" + ids.get(2) + "\"]}").json();

        assertThat(answer.path("retried").findValuesAsText("retry_of")).containsExactly(ids.get(0), ids.get(2));
        assertThat(answer.path("failed").path(0).path("eval_id").asText()).isEqualTo("eval_none");
        assertThat(answer.path("failed").path(0).path("code").asText()).isEqualTo("not_found");
        assertThat(answer.path("remaining").asInt()).isEqualTo(1);
    }

    @Test
    void all_are_retried_oldest_first() {
        List<String> ids = List.of(kill("1"), kill("2"), kill("3"));

        JsonNode answer = api.post("/api/dlq/tasks/retry-batch", "{\"all\": true}").json();

        assertThat(answer.path("retried").findValuesAsText("retry_of")).containsExactlyElementsOf(ids);
        assertThat(answer.path("remaining").asInt()).isZero();
        assertThat(api.get("/api/queue/status").json().path("queued").asInt()).isEqualTo(3);
    }

    @Test
    void one_is_discarded_and_its_record_stays() {
        String id = kill("1");

        JsonNode answer = api.send(api.request("/api/dlq/tasks/" + id).DELETE()).json();

        assertThat(answer.path("discarded").path(0).asText()).isEqualTo(id);
        assertThat(api.get("/api/dlq/tasks/" + id).status()).isEqualTo(404);
        assertThat(api.send(api.request("/api/dlq/tasks/" + id).DELETE()).status()).isEqualTo(404);
        assertThat(api.get("/api/eval/" + id).status()).isEqualTo(200);
    }

    @Test
    void many_or_all_are_discarded() {
        List<String> ids = List.of(kill("1"), kill("2"), kill("3"));

        JsonNode one = api.post("/api/dlq/tasks/discard-batch", "{\"eval_ids\": [\"" + ids.get(1) + "\"]}").json();
        JsonNode rest = api.post("/api/dlq/tasks/discard-batch", "{\"all\": true}").json();

        assertThat(one.path("remaining").asInt()).isEqualTo(2);
        assertThat(rest.path("discarded")).hasSize(2);
        assertThat(rest.path("remaining").asInt()).isZero();
    }

    @Test
    void a_batch_that_names_nothing_is_refused() {
        assertThat(api.post("/api/dlq/tasks/retry-batch", "{}").status()).isEqualTo(422);
        assertThat(api.post("/api/dlq/tasks/discard-batch", "{\"all\": false}").status()).isEqualTo(422);
        assertThat(api.post("/api/dlq/tasks/discard-batch", "{\"eval_ids\": \"x\", \"all\": true}").status()).isEqualTo(422);
    }

    @Test
    void statistics_tell_how_many_when_and_why() {
        kill("1");
        kill("2");

        JsonNode figures = api.get("/api/dlq/statistics").json();

        assertThat(figures.path("total").asInt()).isEqualTo(2);
        assertThat(figures.path("last_hour").asInt()).isEqualTo(2);
        assertThat(figures.path("by_error").path("the sandbox could not be made").asInt()).isEqualTo(2);
    }

    /** Submits code whose one attempt is lost, and answers its id. */
    private String kill(String code) {
        String id = api.post("/api/eval", "{\"code\": \"" + code + "\", \"priority\": 8}").json().path("eval_id").asText();
        Lease lease = platform.startNext();
        platform.queue.fail(lease.token(), "the sandbox could not be made");
        return id;
    }
}
