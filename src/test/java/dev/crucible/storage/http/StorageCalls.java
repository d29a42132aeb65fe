package dev.crucible.storage.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import dev.crucible.testing.StorageHost;
import java.io.IOException;
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

/** Calls the storage service as any client would, with its key. */
final class StorageCalls {
    private final URI base;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    StorageCalls(URI base) {
        this.base = base;
    }

    record Answer(int status, byte[] body, String type) {
        JsonNode json() {
            return Json.read(text(), JsonNode.class);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** What went wrong, as the problem document says it. */
        String problem() {
            assertThat(type).isEqualTo("application/problem+json");
            assertThat(json().path("status").asInt()).isEqualTo(status);
            return json().path("code").asText();
        }

        /** Where the first field at fault is. */
        String fault() {
            assertThat(problem()).isEqualTo("validation");
            StringBuilder loc = new StringBuilder();
            json().path("errors").path(0).path("loc").forEach(part -> loc.append('.').append(part.asText()));
            return loc.substring(1);
        }
    }

    Answer get(String path) {
        return send("GET", path, BodyPublishers.noBody());
    }

    Answer post(String path, String json) {
        return send("POST", path, BodyPublishers.ofString(json));
    }

    Answer put(String path, String json) {
        return send("PUT", path, BodyPublishers.ofString(json));
    }

    Answer putBytes(String path, byte[] bytes) {
        return send("PUT", path, BodyPublishers.ofByteArray(bytes));
    }

    Answer delete(String path) {
        return send("DELETE", path, BodyPublishers.noBody());
    }

    Answer send(String method, String path, BodyPublisher body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(30))
                .header("X-API-Key", StorageHost.KEY).method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request.build());
    }

    /** Without a key, or with that one. */
    Answer sendWithKey(String method, String path, String... key) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).method(method, BodyPublishers.noBody());
        for (String each : key) {
            request.header("X-API-Key", each);
        }
        return send(request.build());
    }

    private Answer send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response.body(), response.headers().firstValue("Content-Type").orElse(""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
