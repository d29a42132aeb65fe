package dev.crucible.app.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A gateway that answers what it was told to. The last answer told for a path is given again and again. */
final class GatewayStub implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Queue<Answer>> answers = new HashMap<>();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    private volatile boolean partial = true;

    /** A request that came. */
    record Seen(String request, Map<String, List<String>> headers, String body) {}

    /** @param status 0 breaks the connection instead */
    private record Answer(int status, String type, byte[] body) {}

    GatewayStub() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** The requests that came, method and path, oldest first. */
    List<String> requests() {
        return seen.stream().map(Seen::request).toList();
    }

    List<Seen> seen() {
        return List.copyOf(seen);
    }

    /** @param request such as {@code GET /api/eval/x}, without a query */
    GatewayStub answers(String request, String json) {
        return answers(request, 200, json.replace('\'', '"'));
    }

    GatewayStub answers(String request, int status, String body) {
        return add(request, new Answer(status, "application/json", body.getBytes(StandardCharsets.UTF_8)));
    }

    GatewayStub refuses(String request, int status, String problem) {
        return add(request, new Answer(
                status, "application/problem+json", problem.replace('\'', '"').getBytes(StandardCharsets.UTF_8)));
    }

    GatewayStub sends(String request, byte[] body) {
        return add(request, new Answer(200, "application/octet-stream", body));
    }

    GatewayStub breaks(String request) {
        return add(request, new Answer(0, "", new byte[0]));
    }

    /** Outputs are given whole, as those of a program that still runs. */
    GatewayStub withoutRanges() {
        partial = false;
        return this;
    }

    private synchronized GatewayStub add(String request, Answer answer) {
        answers.computeIfAbsent(request, none -> new ArrayDeque<>()).add(answer);
        return this;
    }

    private synchronized Answer next(String request) {
        Queue<Answer> waiting = answers.getOrDefault(request, new ArrayDeque<>());
        if (waiting.isEmpty()) {
            return new Answer(404, "application/problem+json",
                    "{\"detail\":\"Nothing is here\",\"code\":\"not_found\"}".getBytes(StandardCharsets.UTF_8));
        }
        return waiting.size() > 1 ? waiting.remove() : waiting.peek();
    }

    private void handle(HttpExchange exchange) throws IOException {
        String uri = exchange.getRequestURI().toString();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        seen.add(new Seen(exchange.getRequestMethod() + " " + uri, Map.copyOf(exchange.getRequestHeaders()), body));
        String stream = uri.contains("stream=") ? "?" + uri.substring(uri.indexOf("stream=")) : "";
        Answer answer = next(exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath() + stream);
        if (answer.status() == 0) {
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        byte[] bytes = ranged(exchange, answer);
        int status = bytes.length < answer.body().length ? 206 : answer.status();
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private byte[] ranged(HttpExchange exchange, Answer answer) {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null || answer.status() != 200 || !partial) {
            return answer.body();
        }
        int from = Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        return Arrays.copyOfRange(answer.body(), Math.min(from, answer.body().length), answer.body().length);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
