package dev.crucible.platform.http;

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
public record Route(
        HandlerType method,
        String path,
        String tag,
        String summary,
        List<Parameter> parameters,
        @Nullable JsonNode request,
        List<Answer> answers,
        Handler handler) {

    /** A parameter in the path, the query or a header. */
    public record Parameter(String in, String name, String type, String description) {}

    /**
     * A way in which the route answers; every route may also answer with any other problem document.
     *
     * @param type the record that the body is made of, or null when it is not JSON
     */
    public record Answer(int status, String description, String mediaType, @Nullable Class<?> type) {}

    public Route {
        requireNonNull(handler, "handler is null");
        parameters = List.copyOf(parameters);
        answers = List.copyOf(answers);
    }

    public static Route get(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.GET, path, tag, summary, List.of(), null, List.of(), handler);
    }

    public static Route put(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.PUT, path, tag, summary, List.of(), null, List.of(), handler);
    }

    public static Route delete(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.DELETE, path, tag, summary, List.of(), null, List.of(), handler);
    }

    public static Route post(String path, String tag, String summary, Handler handler) {
        return new Route(HandlerType.POST, path, tag, summary, List.of(), null, List.of(), handler);
    }

    /** The same, for those alone who show one of these keys. */
    public Route guardedBy(EdgeKeys keys) {
        return behind(keys::check);
    }

    /** The same, for requests that {@code gate} lets through: it throws for any other. */
    public Route behind(Handler gate) {
        return new Route(method, path, tag, summary, parameters, request, answers, ctx -> {
            gate.handle(ctx);
            handler.handle(ctx);
        });
    }

    /** The same route under another path, for clients of an earlier contract. */
    public Route alsoAt(String otherPath) {
        return new Route(method, otherPath, tag, summary + " (the same as " + path + ")", parameters, request, answers,
                handler);
    }

    public Route query(String name, String type, String description) {
        return with(new Parameter("query", name, type, description));
    }

    public Route header(String name, String description) {
        return with(new Parameter("header", name, "string", description));
    }

    public Route pathParameter(String name, String description) {
        return with(new Parameter("path", name, "string", description));
    }

    public Route body(JsonNode schema) {
        return new Route(method, path, tag, summary, parameters, schema, answers, handler);
    }

    public Route answers(int status, String description, Class<?> type) {
        return with(new Answer(status, description, "application/json", type));
    }

    /** A refusal of its own, beside those that any route may answer with. */
    public Route refuses(int status, String description) {
        return with(new Answer(status, description, Problem.MEDIA_TYPE, Problem.class));
    }

    public Route answersBytes(int status, String description, String mediaType) {
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
