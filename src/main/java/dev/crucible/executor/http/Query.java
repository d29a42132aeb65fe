package dev.crucible.executor.http;

import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/** Reads what a request carries in its path and query. A parameter that is empty counts as absent. */
final class Query {
    private static final Pattern OFFSET = Pattern.compile("\\d{1,19}");
    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private Query() {}

    /** What cannot be an id is one that does not exist. */
    static EvaluationId id(Context ctx) {
        return EvaluationId.parse(ctx.pathParam("id"))
                .orElseThrow(() -> new PlatformException(ErrorCode.NOT_FOUND, "This executor holds nothing with this id."));
    }

    /** An offset into a stream, 0 when it is absent. */
    static long offset(Context ctx, String name) {
        String text = text(ctx, name);
        try {
            if (text.isEmpty() || OFFSET.matcher(text).matches()) {
                return text.isEmpty() ? 0 : Long.parseLong(text);
            }
        } catch (NumberFormatException e) {
            throw wrong(name, "is beyond every stream", "out_of_range");
        }
        throw wrong(name, "must be a number of bytes", "type_error");
    }

    /** A time to wait, none when it is absent. */
    static Duration wait(Context ctx, Duration most) {
        String text = text(ctx, "wait");
        if (!text.isEmpty() && !SECONDS.matcher(text).matches()) {
            throw wrong("wait", "must be a number of seconds from 0 to " + most.toSeconds(), "type_error");
        }
        Duration asked = text.isEmpty() ? Duration.ZERO : Duration.ofNanos(new BigDecimal(text).movePointRight(9).longValue());
        if (asked.compareTo(most) > 0) {
            throw wrong("wait", "must be from 0 to " + most.toSeconds() + " seconds", "out_of_range");
        }
        return asked;
    }

    static StopMode stopMode(Context ctx) {
        switch (text(ctx, "mode")) {
            case "", "kill":
                return StopMode.KILL;
            case "terminate":
                return StopMode.TERMINATE;
            default:
                throw wrong("mode", "must be kill or terminate", "unknown_value");
        }
    }

    private static String text(Context ctx, String name) {
        String value = ctx.queryParam(name);
        return value == null ? "" : value.strip();
    }

    private static PlatformException wrong(String name, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(List.of("query", name), message, type)));
    }
}
