package dev.crucible.api.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.http.Handler;
import io.javalin.http.HandlerType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One route, as data: what answers it and what its documentation says. The server and the OpenAPI document are made of
 * the same list, so neither can know a route that the other does not.
 *
 * @param path with parameters as {@code {name}}, or {@code <name>} for one that may hold slashes
 * @param request the schema of the body, or null for none
 */
record Route(
        HandlerType method,
        String path,
        String tag,
        String summary,
        List<Parameter> parameters,
        @Nullable JsonNode request,
        List<Answer> answers,
        Handler handler) {

    /** A parameter in the path, the query or a header. */
    record Parameter(String in, String name, String type, String description) {}

    /**
     * A way in which the route answers when all is well; every route may also answer with a problem document.
     *
     * @param type the record that the body is made of, or null when it is not JSON
     */
    record Answer(int status, String description, String mediaType, @Nullable Class<?> type) {}

    Route {
        requireNonNull(handler, "handler is null");
        parameters = List.copyOf(parameters);
        answers = List.copyOf(answers);
    }

    static Route get(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.GET, path, tag, summary, List.of(), null, List.of(), handler);
    }

    static Route post(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.POST, path, tag, summary, List.of(), null, List.of(), handler);
    }

    /** The same route under another path, for clients of an earlier contract. */
    Route alsoAt(String otherPath) {
        return new Route(method, otherPath, tag, summary + " (the same as " + path + ")", parameters, request, answers,
                handler);
    }

    Route query(String name, String type, String description) {
        return with(new Parameter("query", name, type, description));
    }

    Route header(String name, String description) {
        return with(new Parameter("header", name, "string", description));
    }

    Route pathParameter(String name, String description) {
        return with(new Parameter("path", name, "string", description));
    }

    Route body(JsonNode schema) {
        return new Route(method, path, tag, summary, parameters, schema, answers, handler);
    }

    Route answers(int status, String description, Class<?> type) {
        return with(new Answer(status, description, "application/json", type));
    }

    Route answersBytes(int status, String description, String mediaType) {
        return with(new Answer(status, description, mediaType, null));
    }

    /** The path in OpenAPI's form. */
    String documentedPath() {
        return path.replace('<', '{').replace('>', '}');
    }

    private Route with(Parameter parameter) {
        List<Parameter> more = new ArrayList<>(parameters);
        more.add(parameter);
        return new Route(method, path, tag, summary, more, request, answers, handler);
    }

    private Route with(Answer answer) {
        List<Answer> more = new ArrayList<>(answers);
        more.add(answer);
        return new Route(method, path, tag, summary, parameters, request, more, handler);
    }
}
