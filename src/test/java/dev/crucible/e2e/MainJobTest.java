package dev.crucible.e2e;

import static dev.crucible.e2e.Api.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Submit code, it runs sandboxed, the truth comes back: the whole platform, over HTTP. */
class MainJobTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Api api = SharedServer.api();

    @Test
    void a_program_runs_and_its_record_tells_the_truth() {
        JsonNode record = api.run(python(
                "import os, sys\nprint(sys.argv[1], os.environ['COLOUR'], sys.stdin.read())\nsys.stderr.write('aside')\nblock = bytearray(16 << 20)\nsum(range(10**6))",
                "args", List.of("one"), "env", Map.of("COLOUR", "blue"), "stdin", "in", "tags", Map.of("team", "a"),
                "metadata", Map.of("n", 1), "priority", 7));

        assertThat(record.get("status").asText()).isEqualTo("completed");
        assertThat(record.get("reason").asText()).isEqualTo("ok");
        assertThat(record.get("success").asBoolean()).isTrue();
        assertThat(record.get("output").asText()).isEqualTo("one blue in\n");
        assertThat(record.get("error").asText()).isEqualTo("aside");
        assertThat(record.get("exit_code").asInt()).isZero();
        assertThat(record.get("engine").asText()).isEqualTo("sandbox");
        assertThat(record.get("language_version").asText()).startsWith("3.");
        assertThat(record.get("attempt").asInt()).isEqualTo(1);
        assertThat(record.get("priority").asInt()).isEqualTo(7);
        assertThat(record.get("tags").get("team").asText()).isEqualTo("a");
        assertThat(record.get("metadata").get("n").asInt()).isEqualTo(1);
        assertThat(record.get("cpu_ms").asLong()).isPositive();
        assertThat(record.get("peak_memory_bytes").asLong()).isPositive();
    }

    @Test
    void bash_and_javascript_run_as_well() {
        Map<String, Object> bash = new LinkedHashMap<>(python("echo \"from bash $((6 * 7))\""));
        bash.put("language", "bash");
        Map<String, Object> javascript = new LinkedHashMap<>(python("console.log('from node', 6 * 7)"));
        javascript.put("language", "JavaScript");

        assertThat(api.run(bash).get("output").asText()).isEqualTo("from bash 42\n");
        assertThat(api.run(javascript).get("output").asText()).isEqualTo("from node 42\n");
    }

    @Test
    void each_way_to_end_has_its_own_reason_and_keeps_what_was_written() {
        String begun = "import os, sys, time\nprint('begun', flush=True)\n";
        assertEnd(python(begun + "sys.exit(3)"), "failed", "nonzero_exit");
        assertEnd(python(begun + "sys.exit(137)"), "failed", "nonzero_exit");
        assertEnd(python(begun + "raise ValueError('no')"), "failed", "nonzero_exit");
        assertEnd(python(begun + "os.kill(os.getpid(), 11)"), "failed", "signalled");
        assertEnd(python(begun + "time.sleep(60)", "timeout", 1), "timeout", "wall_timeout");
        assertEnd(python(begun + "while True: pass", "timeout", 20, "cpu_time_limit", 1), "timeout", "cpu_timeout");
        assertEnd(python(begun + "x = bytearray(400 << 20)", "memory_limit", "64Mi"), "failed", "out_of_memory");
        assertEnd(python(begun + "while True: print('x' * 1000)", "output_limit", "100Ki"), "failed", "output_limit");
        assertEnd(
                python(begun + "while True: os.fork()", "pids_limit", 16, "timeout", 10), "failed", "process_limit");
    }

    private void assertEnd(Map<String, Object> submission, String status, String reason) {
        JsonNode record = api.run(submission);
        assertThat(record.get("reason").asText()).as("%s", record).isEqualTo(reason);
        assertThat(record.get("status").asText()).isEqualTo(status);
        assertThat(record.get("output").asText()).startsWith("begun\n");
        assertThat(record.get("detail").asText()).isNotBlank();
    }

    @Test
    void an_answer_can_be_waited_for() {
        Api.Answer answer = api.post("/api/eval?wait=20", python("print('now')"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("output").asText()).isEqualTo("now\n");
        Api.Answer early = api.post("/api/eval?wait=0.2", python("import time; time.sleep(5)"));
        assertThat(early.status()).isEqualTo(202);
        api.post("/api/eval/" + early.json().get("eval_id").asText() + "/kill", Map.of());
    }

    @Test
    void an_output_beyond_the_inline_part_is_kept_whole_and_read_in_ranges() throws Exception {
        JsonNode record = api.run(python("import sys\nfor i in range(30000): print(i)"));
        String id = record.get("eval_id").asText();
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 30000; i++) {
            expected.append(i).append('\n');
        }

        byte[] whole = api.get("/api/eval/" + id + "/output?stream=stdout").raw().body();

        assertThat(new String(whole, StandardCharsets.UTF_8)).isEqualTo(expected.toString());
        assertThat(record.get("output_inline_complete").asBoolean()).isFalse();
        assertThat(record.get("output_size").asLong()).isEqualTo(whole.length);
        Api.Answer range = api.send(HttpRequest.newBuilder(api.base().resolve("/api/eval/" + id + "/output"))
                .header("Range", "bytes=100000-100009").GET());
        assertThat(range.status()).isEqualTo(206);
        assertThat(new String(range.raw().body(), StandardCharsets.UTF_8))
                .isEqualTo(expected.substring(100000, 100010));
    }

    @Test
    void a_queued_evaluation_is_cancelled_and_a_running_one_is_stopped_with_what_it_wrote() {
        String running = api.submit(python("import time\nprint('begun', flush=True)\ntime.sleep(60)"));
        String later = api.submit(python("print('never')", "delay_seconds", 60));
        api.awaitStatus(running, PATIENCE, "running");
        await().until(() -> api.get("/api/eval/" + running + "/logs").json().get("output").asText().equals("begun\n"));

        assertThat(api.post("/api/eval/" + later + "/cancel", Map.of()).json().get("status").asText())
                .isEqualTo("cancelled");
        long start = System.nanoTime();
        Api.Answer stopped = api.post("/api/eval/" + running + "/cancel?terminate=true", Map.of());
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));

        assertThat(stopped.json().get("status").asText()).isEqualTo("cancelled");
        assertThat(stopped.json().get("message").asText()).isEqualTo("Task forcefully terminated");
        assertThat(api.record(running).get("reason").asText()).isEqualTo("killed");
        assertThat(api.record(running).get("output").asText()).isEqualTo("begun\n");
        assertThat(api.record(later).get("reason").asText()).isEqualTo("cancelled");
        assertThat(api.post("/api/eval/" + running + "/kill", Map.of()).status()).isEqualTo(409);
    }

    @Test
    void the_timeline_tells_every_change() {
        String id = api.run(python("print(1)")).get("eval_id").asText();

        List<String> to = new ArrayList<>();
        api.get("/api/eval/" + id + "/timeline").json().get("timeline").forEach(change -> to.add(change.get("to").asText()));

        assertThat(to).containsExactly("queued", "provisioning", "running", "completed");
    }

    @Test
    void status_and_output_come_live_over_the_websocket_in_order() throws Exception {
        CopyOnWriteArrayList<JsonNode> messages = new CopyOnWriteArrayList<>();
        WebSocket socket = connect(messages);
        await().until(() -> !messages.isEmpty());
        socket.sendText("{\"action\":\"subscribe\",\"eval_ids\":\"*\",\"output\":true}", true).get(5, TimeUnit.SECONDS);
        String id = api.submit(python(
                "import sys, time\nsys.stdout.write('half')\nsys.stdout.flush()\ntime.sleep(1.5)\nprint(' whole')"));

        await().until(() -> text(messages, id).equals("half"));
        assertThat(api.record(id).get("status").asText()).as("the output is seen before the end").isEqualTo("running");
        await().atMost(PATIENCE).until(() -> events(messages, id).contains("evaluation:completed"));
        assertThat(text(messages, id)).isEqualTo("half whole\n");
        assertThat(events(messages, id)).containsExactly(
                "evaluation:queued", "evaluation:provisioning", "evaluation:running", "evaluation:completed");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(5, TimeUnit.SECONDS);
    }

    @Test
    void a_batch_runs_and_the_lists_and_figures_know_it() {
        List<Map<String, Object>> batch = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            batch.add(python("print(" + i + ")", "tags", Map.of("batch", "e2e")));
        }
        List<String> ids = api.submitAll(batch);
        for (int i = 0; i < ids.size(); i++) {
            assertThat(api.awaitEnd(ids.get(i), PATIENCE).get("output").asText()).isEqualTo(i + "\n");
        }
        assertThat(api.get("/api/evaluations?tag=batch=e2e&limit=7").json().get("evaluations")).hasSize(7);
        assertThat(api.get("/api/statistics").json().get("total_evaluations").asLong()).isGreaterThanOrEqualTo(20);
        assertThat(api.get("/api/queue-status").json().get("queued").asInt()).isZero();
        assertThat(api.get("/health").json().get("status").asText()).isEqualTo("healthy");
    }

    private WebSocket connect(List<JsonNode> messages) throws Exception {
        URI address = URI.create(api.base().resolve("/ws").toString().replace("http:", "ws:"));
        StringBuilder partial = new StringBuilder();
        return HttpClient.newHttpClient().newWebSocketBuilder().buildAsync(address, new WebSocket.Listener() {
            @Override
            public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
                partial.append(data);
                if (last) {
                    messages.add(Json.read(partial.toString(), JsonNode.class));
                    partial.setLength(0);
                }
                socket.request(1);
                return CompletableFuture.completedFuture(null);
            }
        }).get(5, TimeUnit.SECONDS);
    }

    private static String text(List<JsonNode> messages, String id) {
        StringBuilder text = new StringBuilder();
        for (JsonNode message : messages) {
            if (message.path("type").asText().equals("output") && message.path("eval_id").asText().equals(id)) {
                text.append(message.get("text").asText());
            }
        }
        return text.toString();
    }

    private static List<String> events(List<JsonNode> messages, String id) {
        return messages.stream()
                .filter(message -> message.path("type").asText().equals("evaluation")
                        && message.path("eval_id").asText().equals(id))
                .map(message -> message.get("event").asText()).toList();
    }
}
