package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lists, figures, keys, and what our own adapters use, asked badly. */
class StorageServiceTest extends StorageServiceFixture {
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

    @ParameterizedTest
    @ValueSource(strings = {"", "c1", "9201", "91", "c0c0", "dd7fffffff", "df7fffffff", "c6ffffffff00", "81a161", "d9ff61", "c7ffffff"})
    void what_is_no_message_pack_is_refused(String hex) {
        assertThat(packed(HexFormat.of().parseHex(hex)).fault()).isEqualTo("body");
    }

    @Test
    void message_pack_that_is_nested_without_end_is_refused() {
        byte[] deep = new byte[1 << 20];
        Arrays.fill(deep, (byte) 0x91);

        assertThat(packed(deep).text()).contains("nested too deeply");
    }

    private StorageCalls.Answer packed(byte[] body) {
        return calls.send("POST", "/records", BodyPublishers.ofByteArray(body), "Content-Type", "application/msgpack");
    }
}
