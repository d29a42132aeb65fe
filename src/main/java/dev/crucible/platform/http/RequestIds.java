package dev.crucible.platform.http;

import io.javalin.http.Context;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The name of one request: the client's own when it is sane, else a new one. It is on every answer and in every log line. */
public final class RequestIds {
    static final String HEADER = "X-Request-Id";

    private static final Pattern SANE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final String ATTRIBUTE = "crucible.request-id";

    private RequestIds() {}

    /** The id of the request that is being answered. */
    public static String of(Context ctx) {
        String known = ctx.attribute(ATTRIBUTE);
        if (known != null) {
            return known;
        }
        String id = choose(ctx.header(HEADER));
        ctx.attribute(ATTRIBUTE, id);
        return id;
    }

    static String choose(@Nullable String asked) {
        return asked != null && SANE.matcher(asked).matches()
                ? asked
                : HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    }
}
