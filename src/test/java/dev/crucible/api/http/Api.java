package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Calls the gateway over real HTTP, and holds every JSON answer against the schema that is documented for it. */
final class Api {
    private final URI base;
    private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private JsonNode document;

    Api(URI base) {
        this.base = base;
    }

    record Answer(int status, HttpResponse<byte[]> http) {
        JsonNode json() {
            return Json.read(text(), JsonNode.class);
        }

        String text() {
            return new String(http.body(), StandardCharsets.UTF_8);
        }

        String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }
    }

    Answer get(String path, String... headers) {
        return send(request(path, headers).GET());
    }

    Answer post(String path, String json, String... headers) {
        return send(request(path, headers).header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json)));
    }

    Answer order(String path, String... headers) {
        return send(request(path, headers).POST(BodyPublishers.noBody()));
    }

    HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(20));
        return headers.length == 0 ? request : request.headers(headers);
    }

    Answer send(HttpRequest.Builder builder) {
        HttpRequest request = builder.build();
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            Answer answer = new Answer(response.statusCode(), response);
            assertThat(answer.header("X-Request-Id")).matches("[A-Za-z0-9_.-]{1,64}");
            assertThat(answer.header("Server")).isEmpty();
            if (answer.status() >= 400 && !answer.header("Content-Type").equals("application/json")) {
                requireProblem(answer);
            } else if (answer.header("Content-Type").equals("application/json") && answer.http().body().length > 0
                    && !isDocument(request)) {
                requireDocumented(request, answer);
            }
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The status alone, of a request whose answer has no body. */
    int status(String method, String path) {
        try {
            return client.send(request(path).method(method, BodyPublishers.noBody()).build(), BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** The OpenAPI document. */
    JsonNode document() {
        if (document == null) {
            document = get("/openapi.json").json();
        }
        return document;
    }

    private void requireProblem(Answer answer) {
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        JsonNode problem = answer.json();
        assertThat(problem.path("status").asInt()).isEqualTo(answer.status());
        assertThat(problem.path("type").asText()).isEqualTo("/errors/" + problem.path("code").asText());
        assertThat(problem.path("title").asText()).isNotBlank();
        assertThat(problem.path("detail").isTextual()).isTrue();
        assertThat(problem.path("request_id").asText()).isEqualTo(answer.header("X-Request-Id"));
        requireValid(problem, Json.read("{\"$ref\":\"#/components/schemas/Problem\"}", JsonNode.class));
    }

    private void requireDocumented(HttpRequest request, Answer answer) {
        JsonNode operation = operation(request.method(), request.uri().getPath());
        JsonNode schema = operation.path("responses").path(Integer.toString(answer.status()))
                .path("content").path("application/json").path("schema");
        assertThat(schema.isObject())
                .as("%s %s documents %s", request.method(), request.uri(), answer.status()).isTrue();
        requireValid(answer.json(), schema);
    }

    private void requireValid(JsonNode json, JsonNode reference) {
        ObjectNode schema = reference.deepCopy();
        schema.set("components", document().get("components"));
        Schema compiled =
                SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(schema);
        assertThat(compiled.validate(json)).as("%s", json).isEmpty();
    }

    private JsonNode operation(String method, String path) {
        for (Map.Entry<String, JsonNode> entry : document().path("paths").properties()) {
            String pattern = entry.getKey().replaceAll("\\{path}", ".+").replaceAll("\\{[a-z]+}", "[^/]+");
            JsonNode operation = entry.getValue().path(method.toLowerCase(Locale.ROOT));
            if (Pattern.matches(pattern, path) && operation.isObject()) {
                return operation;
            }
        }
        throw new AssertionError(method + " " + path + " is not documented");
    }

    private static boolean isDocument(HttpRequest request) {
        return request.uri().getPath().equals("/openapi.json");
    }
}
