package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What evaluations wrote, put and read by clients of the service. */
class OutputRoutesTest extends StorageServiceFixture {
    @Test
    void a_stream_that_was_put_comes_back_and_becomes_the_record_s() {
        reach("running");
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);

        assertThat(calls.putBytes("/evaluations/one/output/stdout", bytes).json().path("size").asInt()).isEqualTo(300_000);
        assertThat(calls.get("/evaluations/one/output/stdout").body()).isEqualTo(bytes);
        JsonNode ended = calls.put("/evaluations/one", "{\"status\":\"completed\"}").json();

        assertThat(ended.path("output_size").asInt()).isEqualTo(300_000);
        assertThat(ended.path("output_inline_complete").asBoolean()).isFalse();
        assertThat(calls.get("/evaluations/one/output/stdout").body()).isEqualTo(bytes);
        assertThat(calls.get("/evaluations/one/output/stderr").body()).isEmpty();
        assertThat(calls.putBytes("/evaluations/one/output/stdout", bytes).status()).isEqualTo(409);
    }

    @Test
    void logs_are_live_until_the_end_and_the_record_s_from_then_on() {
        reach("running");

        calls.post("/evaluations/one/logs", "{\"output\":\"a\"}");
        calls.post("/evaluations/one/logs", "{\"output\":\"b\",\"error\":\"c\"}");
        JsonNode live = calls.get("/evaluations/one/logs").json();
        calls.put("/evaluations/one", "{\"status\":\"completed\",\"output\":\"whole\"}");

        assertThat(live.path("output").asText()).isEqualTo("ab");
        assertThat(live.path("error").asText()).isEqualTo("c");
        assertThat(live.path("is_running").asBoolean()).isTrue();
        assertThat(calls.get("/evaluations/one/logs").json().path("output").asText()).isEqualTo("whole");
        assertThat(calls.post("/evaluations/one/logs", "{\"output\":\"x\"}").status()).isEqualTo(409);
        assertThat(calls.post("/evaluations/one/logs", "{}").fault()).isEqualTo("body.output");
    }

    @Test
    void live_logs_keep_the_newest_and_count_all() {
        reach("running");

        for (int i = 0; i < 4; i++) {
            calls.post("/evaluations/one/logs", "{\"output\":\"" + Integer.toString(i).repeat(40_000) + "\"}");
        }

        assertThat(calls.post("/evaluations/one/logs", "{\"output\":\"!\"}").json().path("output_size").asInt())
                .isEqualTo(160_001);
        assertThat(calls.get("/evaluations/one/logs").json().path("output").asText()).hasSize(65_536).endsWith("333!");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stdin", "STDOUT", "..", "..%2f..%2fdrafts", "%2e%2e", "stdout%00", "stdout%2f..%2f.."})
    void a_stream_that_there_is_none_of_is_not_found(String stream) {
        reach("running");

        assertThat(calls.putBytes("/evaluations/one/output/" + stream, new byte[1]).status()).isBetween(400, 405);
        assertThat(calls.get("/evaluations/one/output/" + stream).status()).isIn(400, 404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis", "..", "..%2foutputs", "%2e%2e%2fetc%2fpasswd", "files%00", "FILES"})
    void a_back_end_that_there_is_none_of_is_not_found(String backend) {
        assertThat(calls.get("/storage/" + backend + "/details").status()).isIn(400, 404);
    }
}
