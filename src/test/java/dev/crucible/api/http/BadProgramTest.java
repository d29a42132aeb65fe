package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.testing.FakePlatform;
import java.util.Base64;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Files, tests and artifacts that a submission must not have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadProgramTest {
    private FakePlatform platform;
    private Api api;

    @BeforeAll
    void start() {
        platform = new FakePlatform();
        api = new Api(platform.gateway.uri());
    }

    @AfterAll
    void nothing_was_stored() {
        assertThat(platform.store.size()).isZero();
        platform.close();
    }

    static Stream<Arguments> files() {
        return Stream.of(
                Arguments.of("7", "body.files", "type_error"),
                Arguments.of("[7]", "body.files.0", "type_error"),
                Arguments.of("[{\"content\": \"\"}]", "body.files.0.path", "missing"),
                Arguments.of("[{\"path\": \"a\"}]", "body.files.0.content", "missing"),
                Arguments.of("[{\"path\": 1, \"content\": \"\"}]", "body.files.0.path", "type_error"),
                Arguments.of("[{\"path\": \"a\", \"content\": {}}]", "body.files.0.content", "type_error"),
                Arguments.of(file(""), "body.files.0.path", "invalid_path"),
                Arguments.of(file("/etc/passwd"), "body.files.0.path", "invalid_path"),
                Arguments.of(file(".."), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a/../../b"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("./a"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a//b"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a/"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a\\\\b"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a\\u0000b"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a\\nb"), "body.files.0.path", "invalid_path"),
                Arguments.of(file("\\u00e9".repeat(128)), "body.files.0.path", "invalid_path"),
                Arguments.of(file("a/".repeat(32) + "a"), "body.files.0.path", "invalid_path"),
                Arguments.of(file(("a".repeat(200) + "/").repeat(5) + "a".repeat(200)), "body.files.0.path",
                        "invalid_path"),
                Arguments.of(file("a", "b", "a"), "body.files.2.path", "duplicate"),
                Arguments.of(file("a/b", "a"), "body.files.1.path", "conflict"),
                Arguments.of(file("a", "a/b/c"), "body.files.1.path", "conflict"),
                Arguments.of(file("main.py"), "body.files.0.path", "conflict"),
                Arguments.of(file("main.py/a"), "body.files.0.path", "conflict"),
                Arguments.of("[{\"path\": \"a\", \"content\": \"\", \"encoding\": \"hex\"}]", "body.files.0.encoding",
                        "unknown_value"),
                Arguments.of("[{\"path\": \"a\", \"content\": \"a?\", \"encoding\": \"base64\"}]", "body.files.0.content",
                        "invalid_base64"),
                Arguments.of("[" + "{\"path\": \"a\", \"content\": \"\"},".repeat(100) + "{}]", "body.files", "too_long"));
    }

    static Stream<Arguments> tests() {
        return Stream.of(
                Arguments.of("{}", "body.tests", "type_error"),
                Arguments.of("[\"1\"]", "body.tests.0", "type_error"),
                Arguments.of("[{}, {\"name\": \" \"}]", "body.tests.1.name", "too_long"),
                Arguments.of("[{\"name\": \"" + "x".repeat(129) + "\"}]", "body.tests.0.name", "too_long"),
                Arguments.of("[{\"name\": \"a\\u001bb\"}]", "body.tests.0.name", "invalid_text"),
                Arguments.of("[{\"name\": \"a\"}, {\"name\": \"a\"}]", "body.tests.1.name", "duplicate"),
                Arguments.of("[{\"name\": \"2\"}, {}]", "body.tests.1.name", "duplicate"),
                Arguments.of("[{\"stdin\": 1}]", "body.tests.0.stdin", "type_error"),
                Arguments.of("[{\"args\": [1]}]", "body.tests.0.args", "type_error"),
                Arguments.of("[{\"args\": [\"\\u0000\"]}]", "body.tests.0.args", "invalid_text"),
                Arguments.of("[{\"match\": \"regex\"}]", "body.tests.0.match", "unknown_value"),
                Arguments.of("[{\"expected_output\": 42}]", "body.tests.0.expected_output", "type_error"),
                Arguments.of("[{\"expected_output\": \"{\", \"match\": \"json\"}]", "body.tests.0.expected_output",
                        "invalid_json"),
                Arguments.of("[{\"expected_output\": \"\", \"match\": \"json\"}]", "body.tests.0.expected_output",
                        "invalid_json"),
                Arguments.of("[{\"expected_output\": \"1 2\", \"match\": \"json\"}]", "body.tests.0.expected_output",
                        "invalid_json"),
                Arguments.of("[" + "{},".repeat(200) + "{}]", "body.tests", "too_long"),
                Arguments.of("[{\"stdin\": \"" + "x".repeat(1 << 19) + "\"}, {\"stdin\": \"" + "x".repeat((1 << 19) + 1)
                        + "\"}]", "body.tests", "too_long"),
                Arguments.of("[{\"expected_output\": \"" + "x".repeat(1 << 20) + "\"}, {\"expected_output\": \"x\"}]",
                        "body.tests", "too_long"));
    }

    static Stream<Arguments> artifacts() {
        return Stream.of(
                Arguments.of("\"*\"", "body.artifacts", "type_error"),
                Arguments.of("[\"a\", 1]", "body.artifacts", "type_error"),
                Arguments.of("[\"*.csv\", \"../*\"]", "body.artifacts.1", "invalid_glob"),
                Arguments.of("[\"/etc/*\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"a/./b\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"[\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"{a,b}.txt\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"[0-9].txt\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[\"{a\"]", "body.artifacts.0", "invalid_glob"),
                Arguments.of("[" + "\"a\",".repeat(32) + "\"a\"]", "body.artifacts", "too_long"));
    }

    private static String file(String... paths) {
        return Stream.of(paths)
                .map(path -> "{\"path\": \"" + path + "\", \"content\": \"x\"}")
                .toList()
                .toString();
    }

    private void assertRefused(String json, String loc, String type) {
        Answer answer = api.post("/api/eval", json);
        JsonNode error = answer.json().path("errors").path(0);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.json().path("errors")).as(answer.text()).hasSize(1);
        assertThat(error.path("loc")).extracting(JsonNode::asText).containsExactly(loc.split("\\."));
        assertThat(error.path("type").asText()).isEqualTo(type);
        assertThat(answer.text().length()).isLessThan(1_000);
    }

    @ParameterizedTest
    @MethodSource("files")
    void a_file_that_cannot_be_is_named_with_its_place(String files, String loc, String type) {
        assertRefused("{\"code\": \"1\", \"files\": " + files + "}", loc, type);
    }

    @ParameterizedTest
    @MethodSource("tests")
    void a_test_that_cannot_be_is_named_with_its_place(String tests, String loc, String type) {
        assertRefused("{\"code\": \"1\", \"tests\": " + tests + "}", loc, type);
    }

    @ParameterizedTest
    @MethodSource("artifacts")
    void a_pattern_that_cannot_be_is_named_with_its_place(String artifacts, String loc, String type) {
        assertRefused("{\"code\": \"1\", \"artifacts\": " + artifacts + "}", loc, type);
    }

    @Test
    void files_are_at_most_8_mib_together() {
        String half = Base64.getEncoder().encodeToString(new byte[4 << 20]);
        String file = "{\"path\": \"%s\", \"content\": \"" + half + "\", \"encoding\": \"base64\"}";

        assertRefused("{\"code\": \"1\", \"files\": [" + file.formatted("a") + "," + file.formatted("b")
                + ",{\"path\": \"c\", \"content\": \"x\"}]}", "body.files", "too_long");
    }

    @Test
    void files_without_code_need_to_say_which_is_the_program() {
        assertRefused("{\"files\": " + file("a.py", "lib/main.py") + "}", "body.entrypoint", "missing");
        assertRefused("{\"files\": []}", "body.code", "missing");
        assertRefused("{\"files\": " + file("a.py") + ", \"entrypoint\": \"b.py\"}", "body.entrypoint", "unknown_file");
        assertRefused("{\"code\": \"1\", \"entrypoint\": \"main.py\"}", "body.entrypoint", "unknown_file");
        assertRefused("{\"code\": \"1\", \"entrypoint\": 1}", "body.entrypoint", "type_error");
    }

    @Test
    void input_that_no_test_would_get_is_refused() {
        assertRefused("{\"code\": \"1\", \"stdin\": \"x\", \"tests\": [{}]}", "body.stdin", "conflict");
        assertRefused("{\"code\": \"1\", \"args\": [\"x\"], \"tests\": [{}]}", "body.args", "conflict");
        assertRefused("{\"code\": \"1\", \"stop_on_failure\": \"yes\"}", "body.stop_on_failure", "type_error");
    }

    @Test
    void mistakes_in_a_batch_are_named_with_the_item_too() {
        Answer answer = api.post("/api/eval-batch", "{\"evaluations\": [{\"code\": \"1\"}, {\"code\": \"1\", \"files\": "
                + file("../x") + "}]}");

        assertThat(answer.json().path("errors").path(0).path("loc")).extracting(JsonNode::asText)
                .containsExactly("body", "evaluations", "1", "files", "0", "path");
    }

    @Test
    void a_submission_full_of_mistakes_is_answered_with_the_first_of_them() {
        Answer answer = api.post("/api/eval", "{\"code\": \"1\", \"tests\": [" + "{\"stdin\": 1},".repeat(199) + "{}]}");

        assertThat(answer.json().path("errors")).hasSize(100);
    }
}
