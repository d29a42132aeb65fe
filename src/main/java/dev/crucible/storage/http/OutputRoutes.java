package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.ByteAnswer;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What programs wrote: by evaluation and stream for clients, by ref for our own adapter. Streamed both ways. */
final class OutputRoutes {
    private static final String TAG = "outputs";

    private final EvaluationStore store;
    private final OutputStore outputs;
    private final Drafts drafts;
    private final BodyBudget budget;

    OutputRoutes(EvaluationStore store, OutputStore outputs, Drafts drafts, BodyBudget budget) {
        this.store = store;
        this.outputs = outputs;
        this.drafts = drafts;
        this.budget = budget;
    }

    List<Route> routes() {
        return List.of(
                stream(Route.put("/evaluations/{id}/output/{stream}", TAG, "Keep a stream of an evaluation that goes on", this::putStream))
                        .answers(200, "It is kept", StorageAnswers.OutputKept.class),
                stream(Route.get("/evaluations/{id}/output/{stream}", TAG, "The bytes of a stream", this::getStream))
                        .answersBytes(200, "The whole stream", "application/octet-stream"),
                Route.get("/evaluations/{id}/logs", TAG, "What an evaluation wrote, as text", this::logs)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "Its streams, live until it has ended", StorageAnswers.LogsView.class),
                Route.post("/evaluations/{id}/logs", TAG, "Add to the live logs of an evaluation", this::addLogs)
                        .body(RequestSchemas.LOGS)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "How much there is", StorageAnswers.LogsKept.class),
                Route.put("/outputs", TAG, "Keep bytes under a ref", this::put)
                        .query("eval_id", "string", "Whose output it is")
                        .query("stream", "string", "stdout, stderr or compile, for an output")
                        .query("path", "string", "The path of a file, for one that a program left")
                        .answers(200, "The ref", Wire.Ref.class),
                Route.get("/outputs", TAG, "The bytes under a ref", this::get)
                        .query("ref", "string", "What keeping them was answered with")
                        .query("from", "integer", "The first byte, 0 by default")
                        .answersBytes(200, "The bytes", "application/octet-stream"),
                Route.get("/outputs/total", TAG, "How many bytes are kept", this::total)
                        .answers(200, "All outputs and files", Wire.TotalBytes.class));
    }

    private static Route stream(Route route) {
        return route.pathParameter("id", "The evaluation's id").pathParameter("stream", "stdout, stderr or compile");
    }

    private void putStream(Context ctx) throws IOException {
        OutputStreamName stream = Paths.stream(ctx);
        EvaluationId id = unfinished(Paths.id(ctx)).id();
        try (BoundedUpload content = BoundedUpload.of(ctx)) {
            String ref = outputs.put(id, stream, content);
            drafts.put(id, stream, new Drafts.Put(ref, content.size()));
            WireBody.answer(ctx, new StorageAnswers.OutputKept(id.value(), stream.wire(), content.size()));
        }
    }

    /** Of what has ended nothing changes. */
    private Evaluation unfinished(EvaluationId id) {
        Evaluation evaluation = evaluation(id);
        if (evaluation.status().terminal()) {
            throw new PlatformException(ErrorCode.STATE_CONFLICT,
                    "The evaluation is " + evaluation.status().wire() + "; what it wrote changes no more.");
        }
        return evaluation;
    }

    private Evaluation evaluation(EvaluationId id) {
        return store.find(id).orElseThrow(Paths::noEvaluation);
    }

    private void getStream(Context ctx) throws IOException {
        OutputStreamName stream = Paths.stream(ctx);
        Evaluation evaluation = evaluation(Paths.id(ctx));
        Outcome outcome = evaluation.outcome();
        ByteAnswer.send(ctx, outcome == null ? draft(evaluation.id(), stream) : content(outcome, stream));
    }

    private InputStream draft(EvaluationId id, OutputStreamName stream) {
        return drafts.put(id, stream).map(put -> outputs.open(put.ref(), 0)).orElseThrow(() -> new PlatformException(
                ErrorCode.NOT_FOUND, "The evaluation has not ended, and nothing was put for this stream yet."));
    }

    private InputStream content(Outcome outcome, OutputStreamName stream) {
        CapturedOutput kept = switch (stream) {
            case STDOUT -> outcome.stdout();
            case STDERR -> outcome.stderr();
            case COMPILE -> outcome.compile();
        };
        return kept.ref() == null ? new ByteArrayInputStream(kept.head()) : outputs.open(kept.ref(), 0);
    }

    private void logs(Context ctx) {
        WireBody.answer(ctx, StorageViews.logs(evaluation(Paths.id(ctx)), drafts));
    }

    /** More text of either stream. */
    record MoreLogs(@Nullable String output, @Nullable String error) {}

    private void addLogs(Context ctx) throws Exception {
        EvaluationId id = Paths.id(ctx);
        WireBody.readUnpaired(ctx, Bounds.QUERY_BYTES, budget, body -> {
            MoreLogs more = WireBody.as(body, MoreLogs.class);
            if (more.output() == null && more.error() == null) {
                throw PlatformException.invalid(List.of(
                        new FieldError(List.of("body", "output"), "is missing, and error too; one is needed", "missing")));
            }
            unfinished(id);
            Drafts.Logs logs = drafts.append(
                    id, more.output() == null ? "" : more.output(), more.error() == null ? "" : more.error());
            WireBody.answer(ctx, new StorageAnswers.LogsKept(id.value(), logs.outputSize(), logs.errorSize()));
        });
    }

    private void put(Context ctx) throws IOException {
        String evalId = Parameters.text(ctx, "eval_id");
        EvaluationId id = EvaluationId.parse(evalId == null ? "" : evalId).orElseThrow(
                () -> Parameters.wrong("eval_id", evalId == null ? "is missing" : "is not an evaluation id", "invalid_id"));
        String path = ctx.queryParam("path");
        String stream = ctx.queryParam("stream");
        if ((path == null) == (stream == null)) {
            throw Parameters.wrong("stream", "is needed, or path instead of it", "missing");
        }
        try (BoundedUpload content = BoundedUpload.of(ctx)) {
            WireBody.answer(ctx, new Wire.Ref(path != null
                    ? outputs.putArtifact(id, path, content)
                    : outputs.put(id, name(stream), content)));
        }
    }

    private static OutputStreamName name(String stream) {
        return OutputStreamName.fromWire(stream).orElseThrow(
                () -> Parameters.wrong("stream", "must be stdout, stderr or compile", "unknown_value"));
    }

    private void get(Context ctx) throws IOException {
        String ref = ctx.queryParam("ref");
        if (ref == null) {
            throw Parameters.wrong("ref", "is missing", "missing");
        }
        ByteAnswer.send(ctx, outputs.open(ref, Parameters.whole(ctx, "from", 0, 0, Long.MAX_VALUE)));
    }

    private void total(Context ctx) {
        WireBody.answer(ctx, new Wire.TotalBytes(outputs.totalBytes()));
    }
}
