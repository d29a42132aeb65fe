package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.testing.FakePlatform;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.jspecify.annotations.Nullable;

/** What a run leaves besides its two streams, as the API tells it. */
class OutcomeTest {
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

    private static CapturedOutput captured(String text) {
        return new CapturedOutput(utf8(text), utf8(text).length, false, null);
    }

    private void end(
            Outcome.@Nullable Evidence evidence, @Nullable String result, List<Artifact> artifacts,
            List<TestOutcome> tests) {
        platform.finish(platform.startNext(), new Outcome(
                Reason.OK, "It ended.", 0, null, new Outcome.Usage(12, 10L, 5L << 20, 3), captured("out"),
                captured("err"), captured("warning: unused\n"), "sandbox", "1.0", "3.11.2", evidence, result, artifacts,
                tests));
    }

    private EvaluationId endWith(String... paths) {
        EvaluationId id = submit("{\"code\": \"1\", \"artifacts\": [\"**\"]}");
        List<Artifact> artifacts = new ArrayList<>();
        for (String path : paths) {
            String ref = platform.outputs.putArtifact(id, path, new ByteArrayInputStream(utf8("content of " + path)));
            artifacts.add(new Artifact(path, utf8("content of " + path).length, ref));
        }
        end(null, null, artifacts, List.of());
        return id;
    }

    @Test
    void the_record_tells_each_test_and_how_many_passed() {
        EvaluationId id = submit("{\"code\": \"1\", \"stop_on_failure\": true, \"tests\": [{}, {\"name\": \"b\"}, {}]}");
        end(null, null, List.of(), List.of(
                new TestOutcome("1", Reason.OK, true, "It passed.", 0, null, new Outcome.Usage(7, 5L, 1L << 20, 1),
                        utf8("yes\n"), 4, new byte[0], 0),
                new TestOutcome("b", Reason.SIGNALLED, false, "Signal 11 ended it.", null, 11,
                        new Outcome.Usage(9, null, null, 1), new byte[] {(byte) 0xFF}, 20_000, utf8("oops"), 4)));

        JsonNode record = api.get("/api/eval/" + id).json();

        assertThat(record.path("passed").asInt()).isEqualTo(1);
        assertThat(record.path("total").asInt()).isEqualTo(3);
        assertThat(record.path("tests").path(0).toString()).isEqualTo("{\"name\":\"1\",\"reason\":\"ok\",\"passed\":true,"
                + "\"detail\":\"It passed.\",\"output\":\"yes\\n\",\"error\":\"\",\"output_size\":4,\"error_size\":0,"
                + "\"exit_code\":0,\"signal\":null,\"runtime_ms\":7,\"cpu_ms\":5,\"peak_memory_bytes\":1048576}");
        assertThat(record.path("tests").path(1).toString()).isEqualTo("{\"name\":\"b\",\"reason\":\"signalled\","
                + "\"passed\":false,\"detail\":\"Signal 11 ended it.\",\"output\":\"\uFFFD\",\"error\":\"oops\","
                + "\"output_size\":20000,\"error_size\":4,\"exit_code\":null,\"signal\":11,\"runtime_ms\":9,"
                + "\"cpu_ms\":null,\"peak_memory_bytes\":null}");
    }

    @Test
    void the_record_tells_what_the_reason_rests_on() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        end(new Outcome.Evidence("cgroup memory.events oom_kill", "bytes", 1L << 28, null), null, List.of(), List.of());

        assertThat(api.get("/api/eval/" + id).json().path("evidence").toString())
                .isEqualTo("{\"source\":\"cgroup memory.events oom_kill\",\"unit\":\"bytes\",\"limit\":268435456,"
                        + "\"measured\":null}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "{\"a\": [1, 2.50, null]} | {\"a\":[1,2.5,null]}",
        "\"text\" | \"text\"",
        "null | null",
        "{\"a\": 1, \"a\": 2} | \"{\\\"a\\\": 1, \\\"a\\\": 2}\"",
    })
    void a_result_is_given_as_the_json_that_it_is_and_else_as_its_text(String reported, String given) {
        EvaluationId id = submit("{\"code\": \"1\"}");
        end(null, reported, List.of(), List.of());

        assertThat(api.get("/api/eval/" + id).json().path("result").toString()).isEqualTo(given);
    }

    @Test
    void a_result_has_every_digit_that_the_program_wrote() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        end(null, "{\"a\": 1e999, \"b\": -0.0, \"c\": 2.50}", List.of(), List.of());

        assertThat(api.get("/api/eval/" + id).text()).contains("\"result\":{\"a\": 1e999, \"b\": -0.0, \"c\": 2.50}");
    }

    @Test
    void what_the_compile_step_printed_is_in_the_record_and_can_be_read_by_parts() {
        EvaluationId id = submit("{\"code\": \"1\"}");
        end(null, null, List.of(), List.of());

        assertThat(api.get("/api/eval/" + id).json().path("compile_output").asText()).isEqualTo("warning: unused\n");
        assertThat(api.get("/api/eval/" + id + "/output?stream=compile").text()).isEqualTo("warning: unused\n");
        assertThat(api.get("/api/eval/" + id + "/output?stream=compile", "Range", "bytes=0-6").text())
                .isEqualTo("warning");
    }

    @Test
    void artifacts_are_listed_by_path_and_size() {
        EvaluationId id = endWith("a.csv", "out/b.bin");

        String listed = "[{\"path\":\"a.csv\",\"size\":16},{\"path\":\"out/b.bin\",\"size\":20}]";
        assertThat(api.get("/api/eval/" + id).json().path("artifacts").toString()).isEqualTo(listed);
        assertThat(api.get("/api/eval/" + id + "/artifacts").json().path("artifacts").toString()).isEqualTo(listed);
        assertThat(api.get("/api/eval/" + id + "/artifacts").json().path("count").asInt()).isEqualTo(2);
    }

    @Test
    void an_artifact_is_given_to_be_kept_and_never_shown_as_a_page() {
        EvaluationId id = endWith("out/page.html");

        Answer answer = api.get("/api/eval/" + id + "/artifacts/out/page.html");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("content of out/page.html");
        assertThat(answer.header("Content-Type")).isEqualTo("application/octet-stream");
        assertThat(answer.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"page.html\"; filename*=UTF-8''page.html");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).contains("sandbox");
        assertThat(answer.header("Content-Length")).isEqualTo("24");
    }

    @Test
    void an_artifact_is_read_by_parts() {
        String path = "/api/eval/" + endWith("a.txt") + "/artifacts/a.txt";

        Answer part = api.get(path, "Range", "bytes=-5");
        Answer beyond = api.get(path, "Range", "bytes=16-");

        assertThat(part.status()).isEqualTo(206);
        assertThat(part.text()).isEqualTo("a.txt");
        assertThat(part.header("Content-Range")).isEqualTo("bytes 11-15/16");
        assertThat(beyond.status()).isEqualTo(416);
        assertThat(beyond.header("Content-Range")).isEqualTo("bytes */16");
    }

    @ParameterizedTest
    @CsvSource({
        "a b.txt, a%20b.txt", "\u00e9\u20ac.txt, %C3%A9%E2%82%AC.txt", "a+b, a+b", "a+c, a%2Bc", "100%, 100%25",
        "a?b#c, a%3Fb%23c", "a;b, a%3Bb", "<img src=x>, %3Cimg%20src=x%3E", "'q\"q', q%22q", "..., ..."
    })
    void any_name_that_a_program_gave_can_be_asked_for(String name, String escaped) {
        Answer answer = api.get("/api/eval/" + endWith(name) + "/artifacts/" + escaped);

        assertThat(answer.text()).isEqualTo("content of " + name);
        assertThat(answer.header("Content-Disposition")).doesNotContain("\"q\"").matches("[\\x20-\\x7e]+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nothing", "out", "out/../a.txt", "%2Fetc%2Fpasswd", "..%2Fa.txt", "A.TXT", "a.txt%00"})
    void a_path_that_is_not_in_the_record_is_not_found(String path) {
        Answer answer = api.get("/api/eval/" + endWith("a.txt", "out/b.txt") + "/artifacts/" + path);

        assertThat(answer.status()).as(answer.text()).isIn(400, 404);
        assertThat(answer.text()).doesNotContain("content of");
    }

    @Test
    void what_is_not_there_is_answered_with_what_is() {
        String[] many = IntStream.range(0, 12).mapToObj(i -> i + ".csv").toArray(String[]::new);
        EvaluationId asked = submit("{\"code\": \"1\", \"artifacts\": [\"*\"]}");
        String early = detail(asked);
        end(null, null, List.of(), List.of());
        EvaluationId unasked = submit("{\"code\": \"1\"}");
        end(null, null, List.of(), List.of());

        assertThat(early).contains("has not ended");
        assertThat(detail(asked)).contains("left no file that matches");
        assertThat(detail(unasked)).contains("asked for none");
        assertThat(detail(endWith("a.csv", "b.csv"))).endsWith("it has a.csv, b.csv.");
        assertThat(detail(endWith(many))).endsWith("9.csv and 2 more.");
    }

    private String detail(EvaluationId id) {
        Answer answer = api.get("/api/eval/" + id + "/artifacts/x");
        assertThat(answer.status()).isEqualTo(404);
        return answer.json().path("detail").asText();
    }
}
