package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the gateway's HTTP contract. Answers are given as the server sent them, fields newer than this client
 * included. Every call may be sent twice without harm, so a lost answer is asked for again; once the server has answered,
 * a restart of it is waited out. Not thread-safe.
 *
 * <p>Every call throws {@link CommandFailure} when the server cannot be reached or refuses.
 */
final class CrucibleClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PATIENCE_ONCE_REACHED = Duration.ofSeconds(30);
    private static final int FIRST_TRIES = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final URI server;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private boolean reached;

    /** @throws CommandFailure if {@code url} is not the address of a server */
    CrucibleClient(String url) {
        URI uri;
        try {
            uri = URI.create(url.endsWith("/") ? url.substring(0, url.length() - 1) : url);
        } catch (IllegalArgumentException e) {
            throw notAServer();
        }
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                || uri.getRawQuery() != null || uri.getRawFragment() != null) {
            throw notAServer();
        }
        server = uri;
    }

    private static CommandFailure notAServer() {
        return CommandFailure.usage("The server's address (--url or CRUCIBLE_URL) must look like http://127.0.0.1:8080");
    }

    /**
     * {@code POST /api/eval}.
     *
     * @param key makes it safe to send again
     * @param wait how many seconds, up to 60, the server may hold the answer until the evaluation has ended
     * @return the record if it has ended, else the short answer
     */
    JsonNode submit(JsonNode submission, String key, int wait) {
        HttpRequest.Builder request = request(wait > 0 ? "/api/eval?wait=" + wait : "/api/eval", Duration.ofSeconds(wait))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", key)
                .POST(HttpRequest.BodyPublishers.ofByteArray(Json.bytes(submission)));
        return json(request);
    }

    JsonNode evaluation(EvaluationId id) {
        return get("/api/eval/" + id);
    }

    /** What was printed beyond the given bytes. */
    JsonNode logs(EvaluationId id, long afterStdout, long afterStderr) {
        return get("/api/eval/" + id + "/logs?after_stdout=" + afterStdout + "&after_stderr=" + afterStderr);
    }

    /**
     * Copies a stream from byte {@code from} on.
     *
     * @param stream {@code stdout} or {@code stderr}
     * @return bytes copied; 0 also when the server has no such output (yet)
     */
    long copyOutput(EvaluationId id, String stream, long from, OutputStream to) throws IOException {
        HttpRequest.Builder request = request("/api/eval/" + id + "/output?stream=" + stream, Duration.ZERO);
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        HttpResponse<InputStream> response = send(request, BodyHandlers.ofInputStream());
        try (InputStream body = response.body()) {
            switch (response.statusCode()) {
                case 200:
                    body.skipNBytes(from);
                    return body.transferTo(to);
                case 206:
                    return body.transferTo(to);
                case 404, 409, 416:
                    return 0;
                default:
                    throw refusal(response.statusCode(), body.readAllBytes());
            }
        }
    }

    /** {@code GET /api/evaluations}. */
    JsonNode list(Map<String, String> filters) {
        String query = new TreeMap<>(filters)
                .entrySet().stream().map(f -> f.getKey() + "=" + encoded(f.getValue())).collect(Collectors.joining("&"));
        return get("/api/evaluations" + (query.isEmpty() ? "" : "?" + query));
    }

    /** {@code POST /api/eval/{id}/cancel}. @param terminate without five seconds for the program to tidy up */
    JsonNode cancel(EvaluationId id, boolean terminate) {
        return json(request("/api/eval/" + id + "/cancel?terminate=" + terminate, Duration.ZERO)
                .POST(HttpRequest.BodyPublishers.noBody()));
    }

    JsonNode languages() {
        return get("/api/languages");
    }

    JsonNode engines() {
        return get("/api/engines");
    }

    /** {@code GET /health}: the answer, whatever the server says of itself. */
    JsonNode health() {
        return body(send(request("/health", Duration.ZERO), BodyHandlers.ofByteArray()).body());
    }

    private JsonNode get(String path) {
        return json(request(path, Duration.ZERO));
    }

    private HttpRequest.Builder request(String path, Duration extra) {
        return HttpRequest.newBuilder(URI.create(server + path))
                .header("Accept", "application/json")
                .timeout(REQUEST_TIMEOUT.plus(extra));
    }

    private JsonNode json(HttpRequest.Builder request) {
        HttpResponse<byte[]> response = send(request, BodyHandlers.ofByteArray());
        if (response.statusCode() / 100 != 2) {
            throw refusal(response.statusCode(), response.body());
        }
        return body(response.body());
    }

    private <T> HttpResponse<T> send(HttpRequest.Builder builder, BodyHandler<T> handler) {
        HttpRequest request = builder.build();
        boolean reachedBefore = reached;
        long start = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            IOException failure = null;
            try {
                HttpResponse<T> response = http.send(request, handler);
                reached = true;
                if (response.statusCode() != 503 || !reachedBefore || patienceIsOver(start)) {
                    return response;
                }
            } catch (IOException e) {
                failure = e;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw CommandFailure.negative("Interrupted.", e);
            }
            if (failure != null && (reachedBefore ? patienceIsOver(start) : attempt == FIRST_TRIES || refusedAtOnce(failure))) {
                throw CommandFailure.unreachable(unreachable(failure), failure);
            }
            pause(PAUSE);
        }
    }

    private static boolean patienceIsOver(long start) {
        return System.nanoTime() - start > PATIENCE_ONCE_REACHED.toNanos();
    }

    /** Nobody listens there, or nobody answers: asking again at once would not help. */
    private static boolean refusedAtOnce(IOException failure) {
        return failure instanceof ConnectException || failure instanceof HttpTimeoutException;
    }

    private String unreachable(IOException failure) {
        if (failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException) {
            return "No server answers at " + server + ". Start one with `serve`, or say where it is with --url or"
                    + " CRUCIBLE_URL.";
        }
        return failure instanceof HttpTimeoutException
                ? "The server at " + server + " did not answer in time."
                : "The connection to " + server + " broke before the answer came.";
    }

    static void pause(Duration pause) {
        try {
            Thread.sleep(pause.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw CommandFailure.negative("Interrupted.", e);
        }
    }

    private JsonNode body(byte[] body) {
        JsonNode json = parsed(body);
        if (json == null || !json.isObject()) {
            throw CommandFailure.refused("What answers at " + server + " is not a Crucible server.");
        }
        return json;
    }

    /** The problem's own sentence, then each field at fault. */
    private CommandFailure refusal(int status, byte[] body) {
        JsonNode problem = parsed(body);
        if (problem == null || !problem.path("detail").isTextual()) {
            return CommandFailure.refused("The server at " + server + " answered with status " + status
                    + " and no explanation; is it a Crucible server?");
        }
        StringBuilder message = new StringBuilder(VisibleText.line(problem.path("detail").asText()));
        for (JsonNode error : problem.path("errors")) {
            StringBuilder field = new StringBuilder();
            error.path("loc").forEach(step -> field.append(field.isEmpty() ? "" : ".").append(step.asText()));
            message.append("\n  ").append(VisibleText.line(field + ": " + error.path("msg").asText()));
        }
        String requestId = problem.path("request_id").asText("");
        if (status >= 500 && !requestId.isEmpty()) {
            message.append("\n  (request id ").append(VisibleText.line(requestId)).append(")");
        }
        return CommandFailure.refused(message.toString());
    }

    private static @Nullable JsonNode parsed(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (IOException e) {
            return null;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
