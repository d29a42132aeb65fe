package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.json.Json;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A client of the gateway's HTTP contract. Answers are given as the server sent them, fields newer than this client
 * included. Every call may be sent twice without harm, so a lost answer is asked for again; once the server has answered,
 * a restart of it is waited out. Not thread-safe.
 *
 * <p>It uses {@link HttpURLConnection} because the newer client of the JDK sets up TLS even for plain HTTP: a tenth of a
 * second, which is half of what a call takes.
 *
 * <p>Every call throws {@link CommandFailure} when the server cannot be reached or refuses.
 */
final class CrucibleClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
    private static final Duration PATIENCE_ONCE_REACHED = Duration.ofSeconds(30);
    private static final int FIRST_TRIES = 3;
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final URI server;
    private boolean reached;

    /** @param from the first byte wanted, 0 for all */
    private record Request(String method, String path, byte @Nullable [] body, @Nullable String key, long from, int hold) {
        static Request get(String path) {
            return new Request("GET", path, null, null, 0, 0);
        }

        static Request post(String path) {
            return new Request("POST", path, new byte[0], null, 0, 0);
        }
    }

    /** Takes an answer from the connection before it is closed. */
    private interface AnswerReader<T> {
        T read(int status, InputStream body) throws IOException;
    }

    private record Answer(int status, byte[] body) {}

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
        String path = wait > 0 ? "/api/eval?wait=" + wait : "/api/eval";
        return json(new Request("POST", path, Json.bytes(submission), key, 0, wait));
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
    long copyOutput(EvaluationId id, String stream, long from, OutputStream to) {
        String path = "/api/eval/" + id + "/output?stream=" + stream;
        return send(new Request("GET", path, null, null, from, 0), (status, body) -> switch (status) {
            case 200 -> skipped(body, from) ? copied(body, to) : 0L;
            case 206 -> copied(body, to);
            case 404, 409, 416 -> 0L;
            default -> throw refusal(status, body.readAllBytes());
        });
    }

    /** A server gives no parts of an output that still grows: it gives all there is, which may end early. */
    private static boolean skipped(InputStream body, long bytes) throws IOException {
        try {
            body.skipNBytes(bytes);
            return true;
        } catch (EOFException e) {
            return false;
        }
    }

    /** What has been passed on cannot be taken back, so a transfer that broke is not begun again. */
    private long copied(InputStream body, OutputStream to) {
        try {
            return body.transferTo(to);
        } catch (IOException e) {
            throw CommandFailure.unreachable("The connection to " + server + " broke in the middle of the output.", e);
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
        return json(Request.post("/api/eval/" + id + "/cancel?terminate=" + terminate));
    }

    JsonNode languages() {
        return get("/api/languages");
    }

    JsonNode engines() {
        return get("/api/engines");
    }

    /** {@code GET /health}: the answer, whatever the server says of itself. */
    JsonNode health() {
        return body(whole(Request.get("/health")).body());
    }

    private JsonNode get(String path) {
        return json(Request.get(path));
    }

    private JsonNode json(Request request) {
        Answer answer = whole(request);
        if (answer.status() / 100 != 2) {
            throw refusal(answer.status(), answer.body());
        }
        return body(answer.body());
    }

    private Answer whole(Request request) {
        return send(request, (status, body) -> new Answer(status, body.readAllBytes()));
    }

    private <T> T send(Request request, AnswerReader<T> reader) {
        boolean reachedBefore = reached;
        long start = System.nanoTime();
        for (int attempt = 1; ; attempt++) {
            boolean patienceIsOver = System.nanoTime() - start > PATIENCE_ONCE_REACHED.toNanos();
            try {
                HttpURLConnection connection = connect(request);
                int status = connection.getResponseCode();
                reached = true;
                try (InputStream body = body(connection, status)) {
                    if (status != 503 || !reachedBefore || patienceIsOver) {
                        return reader.read(status, body);
                    }
                }
            } catch (IOException e) {
                boolean over = reachedBefore ? patienceIsOver : attempt == FIRST_TRIES || noUseAsking(e);
                if (over) {
                    throw CommandFailure.unreachable(unreachable(e), e);
                }
            }
            pause(PAUSE);
        }
    }

    private HttpURLConnection connect(Request request) throws IOException {
        HttpURLConnection connection = (HttpURLConnection) URI.create(server + request.path()).toURL().openConnection();
        connection.setRequestMethod(request.method());
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        connection.setReadTimeout((int) READ_TIMEOUT.plusSeconds(request.hold()).toMillis());
        connection.setRequestProperty("Accept", "application/json, */*");
        if (request.from() > 0) {
            connection.setRequestProperty("Range", "bytes=" + request.from() + "-");
        }
        if (request.key() != null) {
            connection.setRequestProperty("Idempotency-Key", request.key());
        }
        if (request.body() != null) {
            connection.setRequestProperty("Content-Type", "application/json");
            connection.setDoOutput(true);
            connection.setFixedLengthStreamingMode(request.body().length);
            try (OutputStream out = connection.getOutputStream()) {
                out.write(request.body());
            }
        }
        return connection;
    }

    private static InputStream body(HttpURLConnection connection, int status) throws IOException {
        InputStream body = status >= 400 ? connection.getErrorStream() : connection.getInputStream();
        return body == null ? InputStream.nullInputStream() : body;
    }

    /** Nobody listens there, or nobody answers: asking again at once would not help. */
    private static boolean noUseAsking(IOException failure) {
        return failure instanceof ConnectException || failure instanceof SocketTimeoutException
                || failure instanceof UnknownHostException;
    }

    private String unreachable(IOException failure) {
        if (failure instanceof ConnectException || failure instanceof UnknownHostException) {
            return "No server answers at " + server + ". Start one with `serve`, or say where it is with --url or"
                    + " CRUCIBLE_URL.";
        }
        return failure instanceof SocketTimeoutException
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

    /** The problem's own sentence, which names the field when only one is at fault; else each field. */
    private CommandFailure refusal(int status, byte[] body) {
        JsonNode problem = parsed(body);
        if (problem == null || !problem.path("detail").isTextual()) {
            return CommandFailure.refused("The server at " + server + " answered with status " + status
                    + " and no explanation; is it a Crucible server?");
        }
        StringBuilder message = new StringBuilder(VisibleText.line(problem.path("detail").asText()));
        JsonNode errors = problem.path("errors");
        for (JsonNode error : errors.size() > 1 ? errors : List.<JsonNode>of()) {
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
            return Json.EXACT.readTree(body);
        } catch (IOException e) {
            return null;
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
