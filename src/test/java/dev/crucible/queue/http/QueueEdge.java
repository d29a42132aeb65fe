package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.json.Json;
import dev.crucible.queue.LocalTaskQueue;
import dev.crucible.queue.QueueConfig;
import dev.crucible.queue.QueueModule;
import dev.crucible.queue.Settlement;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A real queue service on a free port, with a key for each role, and a client that speaks plain HTTP with it. */
final class QueueEdge implements AutoCloseable {
    static final String CLIENT = "client-key-0123456789";
    static final String WORKER = "worker-key-0123456789";
    static final String ADMIN = "admin-key-01234567890";

    final CopyOnWriteArrayList<Settlement> settled = new CopyOnWriteArrayList<>();
    final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final LocalTaskQueue queue;
    private final QueueService service;

    QueueEdge(Duration lease) {
        this(lease, new QueueKeys(List.of(CLIENT), List.of(WORKER), List.of(ADMIN)));
    }

    QueueEdge(Duration lease, QueueKeys keys) {
        queue = QueueModule.inMemory(
                new QueueConfig(1_000, Duration.ofSeconds(60), lease, 3), settled::addAll, InstantSource.system());
        Limits second = new Limits(Duration.ofSeconds(1), Duration.ofSeconds(1), 256L << 20, 1000, 64L << 20, 1L << 20, 64);
        service = new QueueService(
                new HttpServerConfig("127.0.0.1", 0, Set.of(), Duration.ofSeconds(5)), "1.2.3", queue, keys,
                new TaskDefaults("python", "docker", second, Limits.DEFAULTS), (id, stream, content) -> {
                    kept.put(stream.wire(), read(content));
                    return "kept-" + stream.wire();
                },
                Optional::empty, InstantSource.system());
        queue.start();
        service.start();
    }

    private static byte[] read(InputStream content) {
        try {
            return content.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What came back. */
    record Answer(int status, Map<String, List<String>> headers, String text) {
        JsonNode json() {
            return text.isEmpty() ? MissingNode.getInstance() : Json.read(text, JsonNode.class);
        }

        String at(String pointer) {
            return json().at(pointer).asText();
        }
    }

    Answer get(String path, @Nullable String key) {
        return send("GET", path, key, "application/json", BodyPublishers.noBody());
    }

    Answer post(String path, @Nullable String key, String body) {
        return send("POST", path, key, "application/json", BodyPublishers.ofString(body));
    }

    Answer packed(String path, String key, byte[] body) {
        return send("POST", path, key, "application/msgpack", BodyPublishers.ofByteArray(body));
    }

    /** Of no declared length. */
    Answer chunked(String path, String key, byte[] body) {
        return send("POST", path, key, "application/json", BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)));
    }

    Answer delete(String path, String key) {
        return send("DELETE", path, key, "application/json", BodyPublishers.noBody());
    }

    private Answer send(String method, String path, @Nullable String key, String type, BodyPublisher body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri().resolve(path)).method(method, body)
                .header("Content-Type", type).timeout(Duration.ofSeconds(30));
        if (key != null) {
            request.header("X-API-Key", key);
        }
        try {
            HttpResponse<byte[]> response = http.send(request.build(), BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.headers().map(), new String(response.body(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    RemoteTaskQueue remote() {
        return new RemoteTaskQueue(new ServiceAddress(uri(), ADMIN));
    }

    URI uri() {
        return service.uri();
    }

    void stopService() {
        service.close();
    }

    List<Settlement.Finished> finished() {
        return settled.stream().filter(Settlement.Finished.class::isInstance).map(Settlement.Finished.class::cast).toList();
    }

    @Override
    public void close() {
        service.close();
        queue.close();
    }
}
