package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.platform.json.Json;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Problem documents for what the server refuses before any route sees it: a request line it cannot read, headers that
 * are too long, a path that could mean two things.
 */
final class JettyErrors extends ErrorHandler {
    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int status,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        String requestId = RequestIds.choose(request.getHeaders().get(RequestIds.HEADER));
        response.getHeaders().put(RequestIds.HEADER, requestId);
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
        response.write(true, ByteBuffer.wrap(body(status, requestId)), callback);
    }

    static ErrorCode codeFor(int status) {
        return switch (status) {
            case 404 -> ErrorCode.NOT_FOUND;
            case 405 -> ErrorCode.METHOD_NOT_ALLOWED;
            case 413 -> ErrorCode.BODY_TOO_LARGE;
            case 415 -> ErrorCode.UNSUPPORTED_MEDIA_TYPE;
            case 416 -> ErrorCode.RANGE_NOT_SATISFIABLE;
            case 503 -> ErrorCode.STOPPING;
            default -> status >= 500 ? ErrorCode.INTERNAL : ErrorCode.BAD_REQUEST;
        };
    }

    private static byte[] body(int status, String requestId) {
        String detail = switch (status) {
            case 400 -> "The request is not well-formed HTTP, or its path could mean two things.";
            case 414 -> "The request's address is too long.";
            case 431 -> "The request's headers are longer than " + HttpServerConfig.MAX_HEADER_BYTES + " bytes.";
            case 503 -> "The server is stopping; try again later.";
            default -> codeFor(status).title() + ".";
        };
        return Json.bytes(Problem.of(codeFor(status), status, detail, requestId));
    }
}
