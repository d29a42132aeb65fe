package dev.crucible.api.http;

import dev.crucible.platform.json.Json;
import io.javalin.http.Context;

/** Writes answers. */
final class Replies {
    private Replies() {}

    static void json(Context ctx, Object body) {
        json(ctx, 200, body);
    }

    static void json(Context ctx, int status, Object body) {
        ctx.status(status);
        ctx.header("Cache-Control", "no-store");
        ctx.contentType("application/json");
        ctx.result(Json.bytes(body));
    }
}
