package dev.crucible.api.http;

import static java.util.Objects.requireNonNullElse;

import dev.crucible.api.Caller;
import dev.crucible.api.EvaluationService;
import dev.crucible.api.Stopped;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.storage.Evaluation;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;

/** The routes about one evaluation. */
final class EvaluationRoutes {
    private static final String TAG = "evaluations";

    private final EvaluationService evaluations;
    private final InstantSource clock;

    EvaluationRoutes(EvaluationService evaluations, InstantSource clock) {
        this.evaluations = evaluations;
        this.clock = clock;
    }

    List<Route> routes() {
        Route status = of(Route.get("/api/eval/{id}/status", TAG, "How an evaluation stands", this::status))
                .answers(200, "Its status, with what it wrote once it has ended", EvaluationAnswers.Status.class);
        return List.of(
                of(Route.get("/api/eval/{id}", TAG, "The whole record of an evaluation", this::record))
                        .answers(200, "The record; output and error hold the first 64 KiB", EvaluationAnswers.Record.class),
                status,
                status.alsoAt("/api/eval-status/{id}"),
                of(Route.get("/api/eval/{id}/logs", TAG, "What a program has written, live while it runs", this::logs))
                        .query("after_stdout", "integer", "Only what comes after so many bytes of standard output")
                        .query("after_stderr", "integer", "Only what comes after so many bytes of standard error")
                        .answers(200, "Whole characters; next_stdout and next_stderr are the offsets to ask with next",
                                EvaluationAnswers.LogsView.class),
                of(Route.get("/api/eval/{id}/output", TAG, "The bytes that a program wrote", this::output))
                        .query("stream", "string", "stdout (the default), stderr or compile")
                        .query("download", "boolean", "Offer it as a file to keep")
                        .header("Range", "bytes=first-last, bytes=first- or bytes=-last, once it has ended")
                        .answersBytes(200, "The whole stream; of a running program what is there so far", "text/plain")
                        .answersBytes(206, "The part that was asked for", "text/plain"),
                of(Route.get("/api/eval/{id}/timeline", TAG, "Every change of its status", this::timeline))
                        .answers(200, "Oldest first", EvaluationAnswers.Timeline.class),
                of(Route.post("/api/eval/{id}/cancel", TAG, "Cancel it, waiting or running", this::cancel))
                        .query("terminate", "boolean", "Stop a running program at once, without SIGTERM first")
                        .answers(200, "Its status now", EvaluationAnswers.StoppedView.class),
                of(Route.post("/api/eval/{id}/kill", TAG, "Stop a running program at once", this::kill))
                        .answers(200, "It was stopped and is cancelled, or will be in a moment",
                                EvaluationAnswers.StoppedView.class)
                        .refuses(409, "It is not running: it waits, has been stopped, or ended before the kill reached it"));
    }

    private static Route of(Route route) {
        return route.pathParameter("id", "The evaluation's id");
    }

    private void record(Context ctx) {
        Replies.json(ctx, Views.record(evaluations.get(Parameters.id(ctx))));
    }

    private void status(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        Evaluation evaluation = evaluations.get(id);
        Integer position = evaluation.status().terminal() ? null : evaluations.position(id).orElse(null);
        Replies.json(ctx, Views.status(evaluation, position));
    }

    private void logs(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        long afterStdout = Parameters.whole(ctx, "after_stdout", 0, 0, Long.MAX_VALUE / 4);
        long afterStderr = Parameters.whole(ctx, "after_stderr", 0, 0, Long.MAX_VALUE / 4);
        Replies.json(ctx, Views.logs(evaluations.logs(id, afterStdout, afterStderr), clock.instant()));
    }

    private void timeline(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        Replies.json(ctx, Views.timeline(id.value(), evaluations.timeline(id)));
    }

    private void cancel(Context ctx) {
        StopMode mode = Parameters.flag(ctx, "terminate") ? StopMode.KILL : StopMode.TERMINATE;
        answer(ctx, evaluations.cancel(Parameters.id(ctx), mode, Caller.LOCAL));
    }

    private void kill(Context ctx) {
        answer(ctx, evaluations.kill(Parameters.id(ctx), Caller.LOCAL));
    }

    private static void answer(Context ctx, Stopped stopped) {
        Replies.json(ctx, new EvaluationAnswers.StoppedView(
                stopped.id().value(), stopped.status().wire(), stopped.message()));
    }

    private void output(Context ctx) throws IOException {
        OutputStreamName stream = OutputStreamName.fromWire(requireNonNullElse(Parameters.text(ctx, "stream"), "stdout"))
                .orElseThrow(() -> Parameters.wrong("stream", "must be stdout, stderr or compile", "unknown_value"));
        boolean download = Parameters.flag(ctx, "download");
        Evaluation evaluation = evaluations.get(Parameters.id(ctx));
        String disposition = (download ? "attachment" : "inline") + "; filename=\"" + evaluation.id() + "-"
                + stream.wire() + ".txt\"";
        GuestBytes answer = new GuestBytes(ctx, "text/plain; charset=utf-8", disposition);
        if (evaluation.outcome() == null) {
            answer.sendLive(evaluations.openOutput(evaluation, stream, 0));
        } else {
            answer.send(EvaluationService.output(evaluation.outcome(), stream).size(),
                    from -> evaluations.openOutput(evaluation, stream, from));
        }
    }
}
