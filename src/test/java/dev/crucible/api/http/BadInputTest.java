package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.api.http.Api.Answer;
import dev.crucible.testing.FakePlatform;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputTest {
    private FakePlatform platform;
    private Api api;

    @BeforeAll
    void start() {
        platform = new FakePlatform();
        api = new Api(platform.gateway.uri());
    }

    @AfterAll
    void nothing_was_stored_and_the_server_is_unmoved() {
        assertThat(platform.store.size()).isZero();
        assertThat(platform.queue.status().queued()).isZero();
        assertThat(api.get("/health").status()).isEqualTo(200);
        platform.close();
    }

    static Stream<Arguments> fields() {
        return Stream.of(
                Arguments.of("{}", "code", "missing"),
                Arguments.of("{\"code\": null}", "code", "missing"),
                Arguments.of("{\"code\": 1}", "code", "type_error"),
                Arguments.of("{\"code\": \" \\n\"}", "code", "blank"),
                Arguments.of("{\"code\": \"" + "é".repeat((1 << 19) + 1) + "\"}", "code", "too_long"),
                Arguments.of("{\"code\": \"\\ud800\"}", "code", "invalid_text"),
                Arguments.of(with("language", "\"cobol\""), "language", "unknown_language"),
                Arguments.of(with("language", "7"), "language", "type_error"),
                Arguments.of(with("engine", "\"vmware\""), "engine", "unknown_engine"),
                Arguments.of(with("engine", "\"../../etc\""), "engine", "unknown_engine"),
                Arguments.of(with("timeout", "0"), "timeout", "out_of_range"),
                Arguments.of(with("timeout", "-1"), "timeout", "out_of_range"),
                Arguments.of(with("timeout", "-1e99999"), "timeout", "out_of_range"),
                Arguments.of(with("timeout", "\"30\""), "timeout", "type_error"),
                Arguments.of(with("timeout", "true"), "timeout", "type_error"),
                Arguments.of(with("priority", "1.5"), "priority", "type_error"),
                Arguments.of(with("priority", "1e-99999"), "priority", "type_error"),
                Arguments.of(with("priority", "1e99999"), "priority", "type_error"),
                Arguments.of(with("priority", "\"5\""), "priority", "type_error"),
                Arguments.of(with("priority", "99999999999999999999"), "priority", "type_error"),
                Arguments.of(with("stdin", "[]"), "stdin", "type_error"),
                Arguments.of(with("stdin", "\"" + "x".repeat((1 << 20) + 1) + "\""), "stdin", "too_long"),
                Arguments.of(with("args", "\"a\""), "args", "type_error"),
                Arguments.of(with("args", "[1]"), "args", "type_error"),
                Arguments.of(with("args", "[\"a\\u0000\"]"), "args", "invalid_text"),
                Arguments.of(with("args", "[\"" + "x".repeat(131072) + "\"]"), "args", "too_long"),
                Arguments.of(with("env", "[]"), "env", "type_error"),
                Arguments.of(with("env", "{\"1A\": \"x\"}"), "env", "invalid_name"),
                Arguments.of(with("env", "{\"A=B\": \"x\"}"), "env", "invalid_name"),
                Arguments.of(with("env", "{\"LD_PRELOAD\": \"x\"}"), "env", "not_allowed"),
                Arguments.of(with("env", "{\"EVAL_ID\": \"x\"}"), "env", "not_allowed"),
                Arguments.of(with("env", "{\"CRUCIBLE_RESULT\": \"x\"}"), "env", "not_allowed"),
                Arguments.of(with("env", "{\"A\": \"x\\u0000\"}"), "env", "invalid_text"),
                Arguments.of(with("memory_limit", "\"lots\""), "memory_limit", "invalid_quantity"),
                Arguments.of(with("memory_limit", "-1"), "memory_limit", "out_of_range"),
                Arguments.of(with("memory_limit", "\"-1Mi\""), "memory_limit", "out_of_range"),
                Arguments.of(with("memory_limit", "0"), "memory_limit", "out_of_range"),
                Arguments.of(with("memory_limit", "[]"), "memory_limit", "type_error"),
                Arguments.of(with("cpu_limit", "\"1Gi\""), "cpu_limit", "invalid_quantity"),
                Arguments.of(with("pids_limit", "0"), "pids_limit", "out_of_range"),
                Arguments.of(with("pids_limit", "1.5"), "pids_limit", "type_error"),
                Arguments.of(with("cpu_time_limit", "-3"), "cpu_time_limit", "out_of_range"),
                Arguments.of(with("tags", "{\"a\": 1}"), "tags", "type_error"),
                Arguments.of(with("tags", "{\"a\": \"\\u0000\"}"), "tags", "invalid_text"),
                Arguments.of(with("tags", "{\"a\": \"" + "x".repeat(257) + "\"}"), "tags", "too_long"),
                Arguments.of(with("metadata", "\"" + "x".repeat(1 << 14) + "\""), "metadata", "too_long"),
                Arguments.of(with("delay_seconds", "-1"), "delay_seconds", "out_of_range"),
                Arguments.of(with("delay_seconds", "1e99"), "delay_seconds", "out_of_range"),
                Arguments.of(with("not_before", "\"soon\""), "not_before", "invalid_time"),
                Arguments.of(with("isolation", "\"hot\""), "isolation", "unknown_value"),
                Arguments.of(with("executor_image", "\"evil:latest\""), "executor_image", "not_allowed"),
                Arguments.of(with("executor_image", "\"test/bash:1\""), "executor_image", "not_allowed"),
                Arguments.of(with("callback_url", "\"http://x\""), "callback_url", "not_supported"),
                Arguments.of(with("deploy_gate", "{}"), "deploy_gate", "not_supported"));
    }

    private static String with(String field, String value) {
        return "{\"code\": \"print(1)\", \"" + field + "\": " + value + "}";
    }

    @ParameterizedTest
    @MethodSource("fields")
    void a_field_that_is_wrong_is_named_with_the_kind_of_fault(String json, String field, String type) {
        Answer answer = api.post("/api/eval", json);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.json().path("code").asText()).isEqualTo("validation");
        assertThat(answer.json().path("errors").path(0).path("loc").toString()).isEqualTo("[\"body\",\"" + field + "\"]");
        assertThat(answer.json().path("errors").path(0).path("type").asText()).isEqualTo(type);
        assertThat(answer.text().length()).isLessThan(1_000);
    }

    @Test
    void every_wrong_field_is_told_at_once() {
        Answer answer = api.post("/api/eval", "{\"timeout\": -1, \"language\": \"x\", \"args\": 1}");

        assertThat(answer.json().path("errors")).hasSize(4);
        assertThat(answer.json().path("detail").asText()).endsWith("(and 3 more)");
    }

    @Test
    void an_unknown_language_is_answered_with_the_known_ones() {
        assertThat(api.post("/api/eval", with("language", "\"cobol\"")).json().path("detail").asText())
                .contains("bash, javascript, python");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\"timeout\": 901", "\"timeout\": 1e300", "\"timeout\": 1e999999999", "\"memory_limit\": \"2Gi\"",
        "\"memory_limit\": 1e300", "\"cpu_limit\": 5", "\"disk_limit\": \"1Gi\"", "\"output_limit\": \"65Mi\"",
        "\"pids_limit\": 257", "\"pids_limit\": 1e30", "\"cpu_time_limit\": 100000"
    })
    void a_limit_above_the_hosts_is_a_400_that_says_by_how_much_it_may_be(String field) {
        Answer answer = api.post("/api/eval", "{\"code\": \"1\", " + field + "}");

        assertThat(answer.status()).as(answer.text()).isEqualTo(400);
        assertThat(answer.json().path("code").asText()).isEqualTo("limit_exceeded");
        assertThat(answer.json().path("detail").asText())
                .startsWith(field.substring(1, field.indexOf('"', 1)) + " exceeds the maximum of ");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "{", "{\"code\": \"1\"", "{\"code\": }", "nope", "{\"code\": \"1\"} x", "{\"code\": \"1\"}{}",
        "{\"code\": \"1\", \"code\": \"2\"}", "{'code': '1'}", "{\"code\": \"1\", \"timeout\": NaN}",
        "{\"code\": \"1\", \"timeout\": Infinity}", "{\"code\": \"a\nb\"}", "[]", "7", "\"x\"", "null",
        "{\"code\": \"\0\"}", "{\"code\": \"1\", \"timeout\": 1e99999999999}"
    })
    void malformed_json_is_a_422(String body) {
        Answer answer = api.post("/api/eval", body);

        assertThat(answer.status()).as(answer.text()).isEqualTo(422);
        assertThat(answer.text()).doesNotContain("com.fasterxml").doesNotContain("Exception");
    }

    @Test
    void json_that_is_wrong_says_where() {
        assertThat(api.post("/api/eval", "{\n \"code\": oops}").json().path("detail").asText()).contains("line 2");
    }

    @Test
    void json_nested_without_end_and_numbers_without_end_are_refused() {
        assertThat(api.post("/api/eval", with("metadata", "[".repeat(100_000))).status()).isEqualTo(422);
        assertThat(api.post("/api/eval", with("timeout", "1".repeat(100_000))).status()).isEqualTo(422);
    }

    @Test
    void bytes_that_are_not_utf_8_are_a_422() {
        byte[] body = "{\"code\": \"caf\u00e9\"}".getBytes(StandardCharsets.ISO_8859_1);
        Answer answer = api.send(api.request("/api/eval", "Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("detail").asText()).contains("not valid UTF-8").contains("byte 13");
    }

    @Test
    void another_content_type_is_a_415_that_says_what_to_send() {
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
                "application/json; charset=latin1", "json")) {
            Answer answer = api.send(api.request("/api/eval", "Content-Type", type)
                    .POST(BodyPublishers.ofString("{\"code\": \"1\"}")));
            assertThat(answer.status()).as(type).isEqualTo(415);
            assertThat(answer.json().path("detail").asText()).contains("Content-Type: application/json");
        }
    }

    @Test
    void json_by_another_name_and_no_content_type_at_all_are_taken_as_json() {
        for (String type : List.of("application/json;charset=\"UTF-8\"", "application/json; charset= utf8",
                "APPLICATION/JSON", "application/vnd.x+json")) {
            Answer answer = api.send(api.request("/api/eval", "Content-Type", type).POST(BodyPublishers.ofString("{}")));
            assertThat(answer.status()).as(type).isEqualTo(422);
        }
        assertThat(api.send(api.request("/api/eval").POST(BodyPublishers.ofString("{}"))).status()).isEqualTo(422);
    }

    @Test
    void a_batch_full_of_mistakes_is_answered_with_the_first_of_them() {
        String item = "{\"code\": 1, \"timeout\": -1},";
        Answer answer = api.post("/api/eval-batch", "{\"evaluations\": [" + item.repeat(900) + "{}]}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("errors")).hasSize(100);
    }

    @Test
    void a_declared_length_that_is_too_large_is_refused_before_the_body_is_read() throws IOException {
        String answer = raw("POST /api/eval HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: 999999999999\r\n\r\n");

        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("\"code\":\"body_too_large\"");
    }

    @Test
    void a_chunked_body_is_refused_as_soon_as_it_is_too_large() throws IOException {
        try (Socket socket = socket()) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/eval HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] chunk = ("100000\r\n" + "x".repeat(1 << 20) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            int sent = 0;
            try {
                for (; sent < 400; sent++) {
                    out.write(chunk);
                }
            } catch (IOException refused) {
                assertThat(sent).isLessThan(400);
            }
            assertThat(sent).as("MiB that were taken").isLessThan(60);
        }
    }

    @Test
    void many_large_bodies_at_once_are_refused_rather_than_held() throws IOException {
        String head = "POST /api/eval-batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Content-Length: " + (30 << 20) + "\r\n\r\n{";
        try (Socket first = socket(); Socket second = socket()) {
            first.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            second.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            Awaitility.await().untilAsserted(
                    () -> assertThat(raw(head)).startsWith("HTTP/1.1 429 ").contains("Retry-After: 1"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "/api/eval/nope", "/api/eval/..%2f..%2fetc%2fpasswd", "/api/eval/%2e%2e", "/api/eval/a%00b",
        "/api/eval/eval_1%0d%0aX:1", "/api/eval/eval_20261121_224936_00000000/status",
        "/api/eval-status/%F0%9F%92%A9", "/api/eval/x/output", "/api/eval/x/logs", "/api/eval/x/timeline",
        "/assets/../index.html", "/assets/..%2findex.html", "/assets/%2e%2e/index.html",
        "/assets/", "/assets/.git", "/assets/vendor//x", "/nothing", "/api", "/web/index.html", "/api/eval/a%5cb"
    })
    void paths_and_ids_that_lead_nowhere_are_a_4xx(String path) throws IOException {
        String answer = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        assertThat(answer).matches("(?s)HTTP/1.1 (400|404) .*").contains("application/problem+json");
    }

    @Test
    void a_very_long_id_and_very_long_headers_are_a_4xx() throws IOException {
        assertThat(raw("GET /api/eval/" + "a".repeat(5_000) + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ");
        assertThat(raw("GET /api/eval/" + "a".repeat(50_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                .matches("(?s)HTTP/1.1 (414|431) .*").contains("application/problem+json");
        assertThat(raw("GET /health HTTP/1.1\r\nHost: localhost\r\nX-A: " + "a".repeat(50_000) + "\r\n\r\n"))
                .startsWith("HTTP/1.1 431 ").contains("application/problem+json");
        assertThat(raw("nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @Test
    void a_method_that_is_not_allowed_is_a_405() {
        Answer answer = api.send(api.request("/api/eval").GET());
        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.header("Allow")).isEqualTo("POST");
        assertThat(api.send(api.request("/api/eval/x").DELETE()).status()).isEqualTo(405);
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "limit=0", "limit=1001", "limit=x", "offset=-1", "status=done", "priority=11", "tag=x", "since=yesterday",
        "since=%2B999999999-01-01T00:00:00Z", "until=-999999999-01-01T00:00:00Z",
        "cursor=1&offset=1"
    })
    void a_filter_that_is_wrong_is_a_422_naming_it(String query) {
        Answer answer = api.get("/api/evaluations?" + query);

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("errors").path(0).path("loc").path(0).asText()).isEqualTo("query");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/api/eval?wait=61", "/api/eval?wait=-1", "/api/eval?wait=x", "/api/eval?wait=NaN"})
    void a_wait_that_is_wrong_is_a_422(String path) {
        assertThat(api.post(path, "{\"code\": \"1\"}").status()).isEqualTo(422);
    }

    @Test
    void a_nul_in_a_query_is_a_400() {
        assertThat(api.get("/api/evaluations?q=a%00b").status()).isEqualTo(400);
    }

    private Socket socket() throws IOException {
        Socket socket = new Socket("127.0.0.1", platform.gateway.uri().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    /** The whole answer to bytes that no proper client would send. */
    private String raw(String request) throws IOException {
        try (Socket socket = socket()) {
            OutputStream out = socket.getOutputStream();
            new ByteArrayInputStream(request.getBytes(StandardCharsets.ISO_8859_1)).transferTo(out);
            out.flush();
            InputStream in = socket.getInputStream();
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            byte[] chunk = new byte[8192];
            int n = in.read(chunk);
            while (n >= 0 && !complete(answer, chunk, n)) {
                n = in.read(chunk);
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private static boolean complete(ByteArrayOutputStream answer, byte[] chunk, int n) {
        answer.write(chunk, 0, n);
        return answer.toString(StandardCharsets.ISO_8859_1).endsWith("}");
    }
}
