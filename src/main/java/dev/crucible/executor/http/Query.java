package dev.crucible.executor.http;

import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.Parameters;
import io.javalin.http.Context;

/** Reads what a request about one execution carries in its path and query. */
final class Query {
    private Query() {}

    /** What cannot be an id is one that does not exist. */
    static EvaluationId id(Context ctx) {
        return EvaluationId.parse(ctx.pathParam("id"))
                .orElseThrow(() -> new PlatformException(ErrorCode.NOT_FOUND, "This executor holds nothing with this id."));
    }

    static StopMode stopMode(Context ctx) {
        String mode = Parameters.text(ctx, "mode");
        if (mode == null || mode.equals("kill")) {
            return StopMode.KILL;
        }
        if (mode.equals("terminate")) {
            return StopMode.TERMINATE;
        }
        throw Parameters.wrong("mode", "must be kill or terminate", "unknown_value");
    }
}
