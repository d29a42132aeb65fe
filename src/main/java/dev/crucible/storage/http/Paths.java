package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import io.javalin.http.Context;

/** What a path names. A name that cannot be one is the name of nothing. */
final class Paths {
    private Paths() {}

    static EvaluationId id(Context ctx) {
        return EvaluationId.parse(ctx.pathParam("id")).orElseThrow(Paths::noEvaluation);
    }

    static PlatformException noEvaluation() {
        return new PlatformException(ErrorCode.NOT_FOUND, "There is no evaluation with this id.");
    }

    static OutputStreamName stream(Context ctx) {
        return OutputStreamName.fromWire(ctx.pathParam("stream")).orElseThrow(() -> new PlatformException(
                ErrorCode.NOT_FOUND, "There is no such stream; there are stdout, stderr and compile."));
    }
}
