package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestCase.Match;
import dev.crucible.testing.FakePlatform;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files, tests and artifacts of a submission, on their way to the store. */
class ProgramTest {
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

    private Submission submit(String json) {
        Answer answer = api.post("/api/eval", json);
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return platform.store.find(new EvaluationId(answer.json().path("eval_id").asText())).orElseThrow().submission();
    }

    private JsonNode latest() {
        JsonNode item = api.get("/api/evaluations?limit=1").json().path("evaluations").path(0);
        return api.get("/api/eval/" + item.path("eval_id").asText()).json();
    }

    @Test
    void files_reach_the_store_byte_for_byte_and_the_record_with_their_sizes() {
        byte[] bytes = new byte[1000];
        new Random(1).nextBytes(bytes);

        Submission stored = submit("""
                {"code": "import lib.a", "files": [
                  {"path": "lib/a.py", "content": "x = 'é'"},
                  {"path": "data/in.bin", "content": "%s", "encoding": "base64"},
                  {"path": "empty", "content": "", "encoding": null}]}"""
                .formatted(Base64.getEncoder().encodeToString(bytes)));

        assertThat(stored.files()).containsExactly(
                new SourceFile("lib/a.py", "x = 'é'".getBytes(StandardCharsets.UTF_8)),
                new SourceFile("data/in.bin", bytes), new SourceFile("empty", new byte[0]));
        assertThat(stored.entrypoint()).isNull();
        assertThat(latest().path("files").toString()).isEqualTo("[{\"path\":\"lib/a.py\",\"size\":8},"
                + "{\"path\":\"data/in.bin\",\"size\":1000},{\"path\":\"empty\",\"size\":0}]");
    }

    @Test
    void one_of_the_files_may_be_the_program() {
        Submission stored = submit("""
                {"files": [{"path": "src/app.py", "content": "print('from a file')"}], "entrypoint": "src/app.py"}""");

        assertThat(stored.code()).isEmpty();
        assertThat(stored.entrypoint()).isEqualTo("src/app.py");
        assertThat(latest().path("entrypoint").asText()).isEqualTo("src/app.py");
    }

    @Test
    void the_file_with_the_languages_own_name_is_the_program_when_none_is_named() {
        Submission stored = submit("""
                {"language": "sh", "files": [{"path": "a.txt", "content": "x"}, {"path": "main.sh", "content": "cat a.txt"}]}""");

        assertThat(stored.entrypoint()).isEqualTo("main.sh");
    }

    @Test
    void files_of_8_mib_are_taken() {
        byte[] bytes = new byte[8 << 20];
        new Random(2).nextBytes(bytes);

        Submission stored = submit("{\"code\": \"1\", \"files\": [{\"path\": \"a\", \"encoding\": \"base64\", \"content\": \""
                + Base64.getEncoder().encodeToString(bytes) + "\"}]}");

        assertThat(stored.files().get(0).content()).isEqualTo(bytes);
    }

    @Test
    void tests_reach_the_store_with_every_default_filled_in() {
        Submission stored = submit("""
                {"code": "1", "stop_on_failure": true, "tests": [
                  {"stdin": "1\\n", "args": ["-v"], "expected_output": "2"},
                  {"name": "nothing"},
                  {"expected_output": "{\\"a\\": [1]}", "match": "json"},
                  {"expected_output": "x", "match": "lines"}, {"expected_output": "x", "match": "trim"}]}""");

        assertThat(stored.stopOnFailure()).isTrue();
        assertThat(stored.tests()).containsExactly(
                new TestCase("1", "1\n", List.of("-v"), "2", Match.EXACT),
                new TestCase("nothing", "", List.of(), null, Match.EXACT),
                new TestCase("3", "", List.of(), "{\"a\": [1]}", Match.JSON),
                new TestCase("4", "", List.of(), "x", Match.LINES), new TestCase("5", "", List.of(), "x", Match.TRIM));
        assertThat(latest().path("total").asInt()).isEqualTo(5);
        assertThat(latest().path("passed").asInt(-1)).isZero();
        assertThat(latest().path("tests")).isEmpty();
    }

    @Test
    void patterns_of_artifacts_and_the_isolation_reach_the_store() {
        Submission stored = submit("""
                {"code": "1", "artifacts": ["*.csv", "out/**", "a?/b*.txt"], "isolation": "cold"}""");

        assertThat(stored.artifacts()).containsExactly("*.csv", "out/**", "a?/b*.txt");
        assertThat(stored.isolation()).isEqualTo(Isolation.COLD);
        assertThat(latest().path("isolation").asText()).isEqualTo("cold");
    }

    @Test
    void a_submission_with_none_of_them_is_one_run_of_its_code_in_a_warm_sandbox() {
        Submission stored = submit("{\"code\": \"1\", \"files\": null, \"tests\": [], \"artifacts\": [], \"isolation\": null}");

        assertThat(stored.files()).isEmpty();
        assertThat(stored.tests()).isEmpty();
        assertThat(stored.artifacts()).isEmpty();
        assertThat(stored.isolation()).isEqualTo(Isolation.WARM);
        assertThat(latest().path("total").isNull()).isTrue();
        assertThat(latest().path("passed").isNull()).isTrue();
    }
}
