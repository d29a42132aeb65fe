package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.Lease;
import dev.crucible.testing.FakePlatform;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LiveTest {
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

    /** A client that keeps what it hears. */
    private static final class Client implements WebSocket.Listener {
        private final List<JsonNode> heard = new CopyOnWriteArrayList<>();
        private final StringBuilder partial = new StringBuilder();
        private final CompletableFuture<Integer> closed = new CompletableFuture<>();
        private final boolean reads;
        private WebSocket socket;

        private Client(boolean reads) {
            this.reads = reads;
        }

        @Override
        public void onOpen(WebSocket webSocket) {
            if (reads) {
                webSocket.request(Long.MAX_VALUE);
            }
        }

        @Override
        public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
            partial.append(data);
            if (last) {
                heard.add(Json.read(partial.toString(), JsonNode.class));
                partial.setLength(0);
            }
            return null;
        }

        @Override
        public CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
            closed.complete(statusCode);
            return null;
        }

        @Override
        public void onError(WebSocket webSocket, Throwable error) {
            closed.completeExceptionally(error);
        }

        List<JsonNode> of(String type) {
            return heard.stream().filter(message -> message.path("type").asText().equals(type)).toList();
        }

        void say(String message) {
            socket.sendText(message, true).join();
        }

        /** Returns when the server has dealt with all that was said. */
        void settle() {
            int before = of("heartbeat").size();
            say("{\"action\": \"ping\"}");
            Awaitility.await().until(() -> of("heartbeat").size() > before);
        }
    }

    private Client connect(boolean reads, String... headers) {
        Client client = new Client(reads);
        WebSocket.Builder builder = HttpClient.newHttpClient().newWebSocketBuilder().connectTimeout(Duration.ofSeconds(5));
        for (int i = 0; i < headers.length; i += 2) {
            builder.header(headers[i], headers[i + 1]);
        }
        URI uri = URI.create(platform.gateway.uri().toString().replace("http:", "ws:") + "/ws");
        client.socket = builder.buildAsync(uri, client).join();
        return client;
    }

    private Client connect() {
        Client client = connect(true);
        Awaitility.await().until(() -> !client.of("hello").isEmpty());
        return client;
    }

    private EvaluationId submit() {
        return new EvaluationId(api.post("/api/eval", "{\"code\": \"1\"}").json().path("eval_id").asText());
    }

    private static List<String> events(Client client) {
        return client.of("evaluation").stream().map(message -> message.path("event").asText()).toList();
    }

    private static String text(Client client) {
        StringBuilder text = new StringBuilder();
        client.of("output").forEach(message -> text.append(message.path("text").asText()));
        return text.toString();
    }

    @Test
    void a_connection_leaves_no_session_behind() throws Exception {
        URI uri = platform.gateway.uri();
        try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write(("GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                    + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            BufferedReader answer = new BufferedReader(
                    new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
            assertThat(answer.readLine()).contains("101");
            for (String header = answer.readLine(); !header.isEmpty(); header = answer.readLine()) {
                assertThat(header).doesNotStartWithIgnoringCase("Set-Cookie");
            }
        }
    }

    @Test
    void a_client_hears_of_every_change_and_of_no_output_until_it_asks() {
        Client client = connect();
        EvaluationId id = submit();
        Lease lease = platform.startNext();
        platform.write(id, OutputStreamName.STDOUT, 0, new byte[] {'x'});
        platform.finish(lease, Reason.OK, 0, new byte[] {'x'}, new byte[0]);

        Awaitility.await().until(() -> events(client).size() == 4);

        assertThat(client.of("hello").get(0).path("version").asText()).isEqualTo("0.1.0-test");
        assertThat(events(client)).containsExactly(
                "evaluation:queued", "evaluation:provisioning", "evaluation:running", "evaluation:completed");
        assertThat(client.of("evaluation").get(3).path("eval_id").asText()).isEqualTo(id.value());
        assertThat(client.of("evaluation").get(3).path("data").path("reason").asText()).isEqualTo("ok");
        assertThat(client.of("evaluation")).extracting(message -> message.path("position").asLong()).isSorted();
        assertThat(client.of("output")).isEmpty();
    }

    @Test
    void output_comes_live_and_no_character_is_ever_broken() {
        Client client = connect();
        EvaluationId id = submit();
        EvaluationId other = submit();
        client.say("{\"action\": \"subscribe\", \"eval_ids\": [\"" + id + "\"], \"output\": true}");
        client.settle();
        Lease lease = platform.startNext();
        platform.startNext();
        byte[] bytes = "caf\u00e9 \u20ac \ud83d\ude00!".getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i++) {
            platform.write(id, OutputStreamName.STDOUT, i, new byte[] {bytes[i]});
        }
        platform.write(other, OutputStreamName.STDOUT, 0, new byte[] {'n', 'o'});
        platform.write(id, OutputStreamName.STDERR, 0, new byte[] {(byte) 0xFF, (byte) 0xE2});
        platform.finish(lease, Reason.OK, 0, bytes, new byte[0]);

        Awaitility.await().until(() -> events(client).contains("evaluation:completed"));

        assertThat(text(client)).isEqualTo("caf\u00e9 \u20ac \ud83d\ude00!\ufffd\ufffd");
        assertThat(client.of("output")).allMatch(message -> message.path("eval_id").asText().equals(id.value()));
        assertThat(client.of("output").get(3).path("offset").asLong()).isEqualTo(3);
        assertThat(client.of("evaluation")).filteredOn(message -> message.path("eval_id").asText().equals(other.value()))
                .allMatch(message -> message.path("event").asText().equals("evaluation:queued"));
    }

    @Test
    void unsubscribing_ends_what_is_heard() {
        Client client = connect();
        client.say("{\"action\": \"unsubscribe\", \"eval_ids\": \"*\"}");
        client.settle();

        submit();
        client.settle();

        assertThat(client.of("evaluation")).isEmpty();
    }

    @Test
    void kept_events_are_replayed_before_the_live_ones_each_once() {
        for (int i = 0; i < 20; i++) {
            submit();
        }
        Client client = connect();
        client.say("{\"action\": \"unsubscribe\", \"eval_ids\": \"*\"}");
        client.settle();
        client.say("{\"action\": \"subscribe\", \"eval_ids\": \"*\", \"after\": 5}");
        for (int i = 0; i < 20; i++) {
            submit();
        }

        Awaitility.await().until(() -> client.of("evaluation").stream()
                .anyMatch(message -> message.path("position").asLong() == 40));

        List<Long> expected = new ArrayList<>();
        for (long position = 6; position <= 40; position++) {
            expected.add(position);
        }
        assertThat(client.of("evaluation")).extracting(message -> message.path("position").asLong())
                .containsExactlyElementsOf(expected);
    }

    @Test
    void the_queue_is_told_when_it_has_changed() {
        Client client = connect();
        submit();

        Awaitility.await().until(() -> client.of("queue").stream()
                .anyMatch(message -> message.path("data").path("queued").asInt() == 1));
    }

    @Test
    void a_message_that_is_wrong_is_answered_and_the_connection_lives_on() {
        Client client = connect();
        List<String> wrong = List.of(
                "nope", "[]", "{}", "{\"action\": 1}", "{\"action\": \"dance\"}", "{\"action\": \"subscribe\"}",
                "{\"action\": \"subscribe\", \"eval_ids\": [\"../x\"]}", "{\"action\": \"subscribe\", \"eval_ids\": [1]}",
                "{\"action\": \"subscribe\", \"eval_ids\": \"*\", \"after\": \"x\"}",
                "{\"action\": \"subscribe\", \"eval_ids\": \"*\", \"after\": -1}",
                "{\"action\": \"subscribe\", \"eval_ids\": \"*\", \"output\": 7}", "");
        wrong.forEach(client::say);
        client.settle();

        assertThat(client.of("error")).hasSize(wrong.size());
        assertThat(client.closed).isNotDone();
    }

    @Test
    void a_client_that_does_not_read_is_told_and_closed_and_holds_up_nobody() {
        Client slow = connect(false);
        Client quick = connect();
        slow.socket.request(1);
        slow.socket.sendText("{\"action\": \"subscribe\", \"eval_ids\": \"*\", \"output\": true}", true).join();
        EvaluationId id = submit();
        platform.startNext();
        byte[] chunk = new byte[64 * 1024];
        Arrays.fill(chunk, (byte) 'x');
        for (int i = 0; i < 400; i++) {
            platform.write(id, OutputStreamName.STDOUT, (long) i * chunk.length, chunk);
        }
        quick.settle();

        slow.socket.request(Long.MAX_VALUE);

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(slow.closed::isDone);
        assertThat(slow.closed).isCompletedWithValue(1013);
        assertThat(slow.heard.get(slow.heard.size() - 1).path("type").asText()).isEqualTo("overflow");
        assertThat(events(quick)).contains("evaluation:running");
    }

    @Test
    void a_page_of_another_site_cannot_open_one() {
        assertThatThrownBy(() -> connect(true, "Origin", "https://evil.example"))
                .hasCauseInstanceOf(WebSocketHandshakeException.class)
                .satisfies(e -> assertThat(((WebSocketHandshakeException) e.getCause()).getResponse().statusCode())
                        .isEqualTo(403));
        assertThat(connect(true, "Origin", platform.gateway.uri().toString()).closed).isNotDone();
    }

    @Test
    void a_stop_closes_every_connection() {
        Client client = connect();

        platform.gateway.close();

        Awaitility.await().until(client.closed::isDone);
    }
}
