package dev.crucible.platform.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.json.Json;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.MethodNotAllowedResponse;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Turns whatever went wrong into a problem document. */
public final class Problems {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final Duration DEFAULT_RETRY_AFTER = Duration.ofSeconds(1);

    private Problems() {}

    static void register(RoutesConfig routes) {
        routes.exception(PlatformException.class, (e, ctx) -> write(ctx, e));
        routes.exception(HttpResponseException.class, (e, ctx) -> routing(ctx, e));
        routes.exception(Exception.class, (e, ctx) -> unexpected(ctx, e));
    }

    /** Answers with the problem, whatever was prepared before. */
    public static void write(Context ctx, PlatformException e) {
        ErrorCode code = e.code();
        if (code.httpStatus() >= 500) {
            log(ctx, e);
        }
        if (code.retryable() && code.httpStatus() != 500) {
            long seconds = Math.max(1, (e.retryAfter().orElse(DEFAULT_RETRY_AFTER).toMillis() + 999) / 1000);
            ctx.header("Retry-After", Long.toString(seconds));
        }
        write(ctx, Problem.of(e, RequestIds.of(ctx)));
    }

    /** An outage or a stop refuses every request alike, so the place in the code is told for our own faults alone. */
    private static void log(Context ctx, PlatformException e) {
        boolean ours = !e.code().retryable() || e.code().httpStatus() == 500;
        LOG.atLevel(e.code() == ErrorCode.STOPPING ? Level.DEBUG : Level.WARN)
                .addKeyValue("request_id", RequestIds.of(ctx)).addKeyValue("method", ctx.method())
                .addKeyValue("path", ctx.path()).addKeyValue("error_code", e.code().code())
                .addKeyValue("detail", e.getMessage()).setCause(ours ? e : null)
                .log("A request could not be served; the client was told {}", e.code().httpStatus());
    }

    private static void routing(Context ctx, HttpResponseException e) {
        if (e instanceof MethodNotAllowedResponse) {
            ctx.header("Allow", e.getDetails().getOrDefault("availableMethods", ""));
            write(ctx, Problem.of(ErrorCode.METHOD_NOT_ALLOWED, 405,
                    ctx.method() + " is not allowed here; see /openapi.json for what is.", RequestIds.of(ctx)));
        } else if (e.getStatus() == 404) {
            write(ctx, Problem.of(ErrorCode.NOT_FOUND, 404,
                    "There is nothing at this path; see /openapi.json for what there is.", RequestIds.of(ctx)));
        } else {
            ErrorCode code = JettyErrors.codeFor(e.getStatus());
            write(ctx, Problem.of(code, e.getStatus(), code.title() + ".", RequestIds.of(ctx)));
        }
    }

    private static void unexpected(Context ctx, Exception e) {
        LOG.atError().addKeyValue("request_id", RequestIds.of(ctx)).addKeyValue("method", ctx.method())
                .addKeyValue("path", ctx.path()).setCause(e)
                .log("A request failed through a fault of ours; the client was told 500");
        write(ctx, Problem.of(ErrorCode.INTERNAL, 500,
                "The fault is ours and is logged under the request id " + RequestIds.of(ctx) + ".", RequestIds.of(ctx)));
    }

    private static void write(Context ctx, Problem problem) {
        ctx.status(problem.status());
        ctx.header("Cache-Control", "no-store");
        ctx.removeHeader("Content-Disposition");
        ctx.contentType(Problem.MEDIA_TYPE);
        ctx.result(Json.bytes(problem));
    }
}
