package dev.crucible.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The HTTP API as a stranger's script uses it: paths and JSON, nothing of the server's own classes. */
final class Api {
    private static final Set<String> TERMINAL = Set.of("completed", "failed", "timeout", "cancelled");

    /** An answer. */
    record Answer(int status, HttpResponse<byte[]> raw) {
        JsonNode json() {
            try {
                return Json.MAPPER.readTree(raw.body());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI base;

    Api(URI base) {
        this.base = base;
    }

    URI base() {
        return base;
    }

    Answer get(String path) {
        return send(HttpRequest.newBuilder(base.resolve(path)).GET());
    }

    Answer post(String path, Object body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(body)));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return send(request);
    }

    Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<byte[]> response =
                    client.send(request.timeout(Duration.ofSeconds(90)).build(), HttpResponse.BodyHandlers.ofByteArray());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Submits and answers the id. */
    String submit(Map<String, Object> submission) {
        Answer answer = post("/api/eval", submission);
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(200);
        return answer.json().get("eval_id").asText();
    }

    /** Submits programs as one batch and answers their ids in order. */
    List<String> submitAll(List<Map<String, Object>> submissions) {
        Answer answer = post("/api/eval-batch", Map.of("evaluations", submissions));
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(202);
        List<String> ids = new ArrayList<>();
        answer.json().get("evaluations").forEach(one -> ids.add(one.get("eval_id").asText()));
        return ids;
    }

    JsonNode record(String id) {
        Answer answer = get("/api/eval/" + id);
        assertThat(answer.status()).as("%s", answer.json()).isEqualTo(200);
        return answer.json();
    }

    JsonNode awaitStatus(String id, Duration patience, String... statuses) {
        await().atMost(patience).pollInterval(Duration.ofMillis(25)).until(
                () -> List.of(statuses).contains(record(id).get("status").asText()));
        return record(id);
    }

    JsonNode awaitEnd(String id, Duration patience) {
        return awaitStatus(id, patience, TERMINAL.toArray(String[]::new));
    }

    /** Runs a program to its end. */
    JsonNode run(Map<String, Object> submission) {
        return awaitEnd(submit(submission), Duration.ofSeconds(60));
    }

    /** A submission of Python with further fields: name, value, name, value. */
    static Map<String, Object> python(String code, Object... fields) {
        Map<String, Object> submission = new LinkedHashMap<>();
        submission.put("code", code);
        for (int i = 0; i < fields.length; i += 2) {
            submission.put((String) fields[i], fields[i + 1]);
        }
        return submission;
    }
}
