package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.queue.Lease;
import dev.crucible.testing.FakePlatform;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReadTest {
    private static final byte[] NONE = new byte[0];

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
        return new EvaluationId(api.post("/api/eval", json).json().path("eval_id").asText());
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void a_record_tells_everything_about_an_evaluation_that_has_ended() {
        EvaluationId id = submit("{\"code\": \"1/0\", \"timeout\": 2.5}");
        platform.finish(platform.startNext(), Reason.NONZERO_EXIT, 1, utf8("before\n"), utf8("Traceback\n"));

        JsonNode record = api.get("/api/eval/" + id).json();

        assertThat(record.path("status").asText()).isEqualTo("failed");
        assertThat(record.path("reason").asText()).isEqualTo("nonzero_exit");
        assertThat(record.path("success").asBoolean(true)).isFalse();
        assertThat(record.path("output").asText()).isEqualTo("before\n");
        assertThat(record.path("error").asText()).isEqualTo("Traceback\n");
        assertThat(record.path("exit_code").asInt()).isEqualTo(1);
        assertThat(record.path("memory_used_mb").asDouble()).isEqualTo(5.0);
        assertThat(record.path("runtime_ms").asInt()).isEqualTo(12);
        assertThat(record.path("timeout").asDouble()).isEqualTo(2.5);
        assertThat(record.path("limits").path("memory_limit").asLong()).isEqualTo(256L << 20);
        assertThat(record.path("created_at").asText()).isEqualTo("2026-11-21T22:49:36Z");
        assertThat(record.path("output_inline_complete").asBoolean()).isTrue();
        assertThat(record.path("worker_id").asText()).isEqualTo("worker-1");
    }

    @Test
    void both_status_routes_answer_alike_and_never_with_a_null_output() {
        EvaluationId id = submit("{\"code\": \"1\"}");

        JsonNode status = api.get("/api/eval/" + id + "/status").json();

        assertThat(status).isEqualTo(api.get("/api/eval-status/" + id).json());
        assertThat(status.path("output").isTextual()).isTrue();
        assertThat(status.path("error").isTextual()).isTrue();
        assertThat(status.path("queue_position").asInt(-1)).isZero();
    }

    @Test
    void the_timeline_tells_every_change() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.runNext("1");

        JsonNode timeline = api.get("/api/eval/" + id + "/timeline").json().path("timeline");

        assertThat(timeline.findValuesAsText("to")).containsExactly("queued", "provisioning", "running", "completed");
        assertThat(timeline.path(0).path("from").isNull()).isTrue();
        assertThat(timeline.path(3).path("actor").asText()).isEqualTo("worker:worker-1");
    }

    @Test
    void logs_are_live_while_it_runs_and_never_end_within_a_character() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        Lease lease = platform.startNext();
        platform.write(id, OutputStreamName.STDOUT, 0, utf8("a\u00e9"));
        platform.write(id, OutputStreamName.STDOUT, 3, new byte[] {(byte) 0xE2, (byte) 0x82});

        JsonNode first = api.get("/api/eval/" + id + "/logs").json();
        platform.write(id, OutputStreamName.STDOUT, 5, new byte[] {(byte) 0xAC, '!'});
        JsonNode second = api.get("/api/eval/" + id + "/logs?after_stdout=" + first.path("next_stdout").asText()).json();
        platform.finish(lease, Reason.OK, 0, utf8("a\u00e9\u20ac!"), NONE);
        JsonNode last = api.get("/api/eval/" + id + "/logs?after_stdout=7").json();

        assertThat(first.path("output").asText()).isEqualTo("a\u00e9");
        assertThat(first.path("is_running").asBoolean()).isTrue();
        assertThat(first.path("source").asText()).isEqualTo("executor");
        assertThat(second.path("output").asText()).isEqualTo("\u20ac!");
        assertThat(second.path("next_stdout").asInt()).isEqualTo(7);
        assertThat(last.path("output").asText()).isEmpty();
        assertThat(last.path("is_running").asBoolean()).isFalse();
        assertThat(last.path("source").asText()).isEqualTo("storage");
    }

    @Test
    void output_beyond_the_inline_part_is_told_and_can_be_read_whole() {
        byte[] much = new byte[200_000];
        Arrays.fill(much, (byte) 'x');
        much[100_000] = (byte) 0xFF;
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.finish(platform.startNext(), Reason.OK, 0, much, NONE);

        JsonNode record = api.get("/api/eval/" + id).json();
        Answer whole = api.get("/api/eval/" + id + "/output");

        assertThat(record.path("output").asText()).hasSize(64 * 1024);
        assertThat(record.path("output_size").asInt()).isEqualTo(200_000);
        assertThat(record.path("output_inline_complete").asBoolean(true)).isFalse();
        assertThat(record.path("output_truncated").asBoolean(true)).isFalse();
        assertThat(whole.http().body()).isEqualTo(much);
        assertThat(whole.header("Content-Type")).startsWith("text/plain");
        assertThat(whole.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(whole.header("Content-Disposition")).isEqualTo("inline; filename=\"" + id + "-stdout.txt\"");
        assertThat(api.get("/api/eval/" + id + "/logs?after_stdout=199998").json().path("output").asText())
                .isEqualTo("xx");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-3, 206, 0123, bytes 0-3/10", "bytes=7-, 206, 789, bytes 7-9/10", "bytes=-2, 206, 89, bytes 8-9/10",
        "bytes=-99, 206, 0123456789, bytes 0-9/10", "bytes=5-99, 206, 56789, bytes 5-9/10",
        "'bytes=0-1,3-4', 200, 0123456789, ''", "lines=0-1, 200, 0123456789, ''", "bytes=4-2, 200, 0123456789, ''",
        "bytes=-, 200, 0123456789, ''"
    })
    void a_range_of_the_output_is_answered_as_the_standard_says(
            String range, int status, String body, String contentRange) {
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.runNext("0123456789");

        Answer answer = api.get("/api/eval/" + id + "/output?stream=stdout", "Range", range, "Accept-Encoding", "gzip");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.text()).isEqualTo(body);
        assertThat(answer.header("Content-Range")).isEqualTo(contentRange);
        assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(body.length()));
    }

    @Test
    void a_range_beyond_the_output_is_a_416_with_its_size() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.runNext("0123456789");

        Answer answer = api.get("/api/eval/" + id + "/output", "Range", "bytes=10-");

        assertThat(answer.status()).isEqualTo(416);
        assertThat(answer.header("Content-Range")).isEqualTo("bytes */10");
        assertThat(api.get("/api/eval/" + id + "/output?stream=stderr", "Range", "bytes=-5").status()).isEqualTo(416);
    }

    @Test
    void guest_output_that_is_a_page_is_served_as_text_that_can_do_nothing() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.runNext("<script>alert(1)</script>");

        Answer answer = api.get("/api/eval/" + id + "/output?download=true", "Accept", "text/html");

        assertThat(answer.header("Content-Type")).startsWith("text/plain");
        assertThat(answer.header("Content-Security-Policy")).contains("sandbox").contains("default-src 'none'");
        assertThat(answer.header("Content-Disposition")).startsWith("attachment");
    }

    @Test
    void output_of_a_running_program_is_what_there_is_so_far() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        platform.startNext();
        byte[] much = new byte[300_000];
        Arrays.fill(much, (byte) 'y');
        platform.write(id, OutputStreamName.STDERR, 0, much);

        assertThat(api.get("/api/eval/" + id + "/output?stream=stderr").http().body()).isEqualTo(much);
        assertThat(api.get("/api/eval/" + id + "/output?stream=compile").http().body()).isEmpty();
        assertThat(api.get("/api/eval/" + id + "/output?stream=stdin").status()).isEqualTo(422);
    }

    @Test
    void the_list_is_newest_first_filtered_and_paged() {
        EvaluationId first = submit("{\"code\": \"first\", \"tags\": {\"team\": \"ml\"}, \"priority\": 9}");
        EvaluationId second = submit("{\"code\": \"second\", \"language\": \"bash\"}");
        platform.runNext("1");

        JsonNode page = api.get("/api/evaluations?limit=1").json();
        JsonNode next = api.get("/api/evaluations?limit=1&cursor=" + page.path("next_cursor").asText()).json();

        assertThat(ids(page)).containsExactly(second.value());
        assertThat(page.path("has_more").asBoolean()).isTrue();
        assertThat(page.path("count").asInt()).isEqualTo(1);
        assertThat(ids(next)).containsExactly(first.value());
        assertThat(next.path("has_more").asBoolean(true)).isFalse();
        assertThat(next.path("evaluations").path(0).path("success").asBoolean()).isTrue();
        assertThat(ids(api.get("/api/evaluations?status=submitted,running").json())).containsExactly(second.value());
        assertThat(ids(api.get("/api/evaluations?language=BASH").json())).containsExactly(second.value());
        assertThat(ids(api.get("/api/evaluations?tag=team:ml").json())).containsExactly(first.value());
        assertThat(ids(api.get("/api/evaluations?tag=team=dl").json())).isEmpty();
        assertThat(ids(api.get("/api/evaluations?priority=9&q=irs").json())).containsExactly(first.value());
        assertThat(ids(api.get("/api/evaluations?offset=1").json())).containsExactly(first.value());
        assertThat(ids(api.get("/api/evaluations?since=2026-11-21T23:49:36%2B01:00").json())).hasSize(2);
        assertThat(ids(api.get("/api/evaluations?until=2026-11-21T22:49:36Z").json())).isEmpty();
    }

    private static List<String> ids(JsonNode page) {
        return StreamSupport.stream(page.path("evaluations").spliterator(), false)
                .map(item -> item.path("eval_id").asText())
                .toList();
    }

    @Test
    void what_does_not_exist_is_a_404_everywhere() {
        for (String path : new String[] {"", "/status", "/logs", "/output", "/timeline"}) {
            assertThat(api.get("/api/eval/eval_20260101_000000_00000000" + path).status()).as(path).isEqualTo(404);
        }
        assertThat(api.order("/api/eval/eval_20260101_000000_00000000/cancel").status()).isEqualTo(404);
        assertThat(api.order("/api/eval/eval_20260101_000000_00000000/kill").status()).isEqualTo(404);
    }
}
