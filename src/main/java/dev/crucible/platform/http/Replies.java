package dev.crucible.platform.http;

import dev.crucible.platform.json.Json;
import io.javalin.http.Context;

/** Writes answers. */
public final class Replies {
    private Replies() {}

    public static void json(Context ctx, Object body) {
        json(ctx, 200, body);
    }

    public static void json(Context ctx, int status, Object body) {
        ctx.status(status);
        ctx.header("Cache-Control", "no-store");
        ctx.contentType("application/json");
        ctx.result(Json.bytes(body));
    }
}
