package dev.crucible.api.http;

import dev.crucible.api.Accepted;
import dev.crucible.api.Caller;
import dev.crucible.api.EvaluationService;
import dev.crucible.api.Receipt;
import dev.crucible.api.TraceContext;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.JsonBody;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Replies;
import dev.crucible.platform.http.Route;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.IdempotencyKey;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The routes that take submissions. */
final class SubmitRoutes {
    /** Room for 8 MiB of files in base64, and for code, input and expected output with every character escaped. */
    static final long MAX_BODY = 32L << 20;

    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    private final EvaluationService evaluations;
    private final BodyBudget budget;

    SubmitRoutes(EvaluationService evaluations, BodyBudget budget) {
        this.evaluations = evaluations;
        this.budget = budget;
    }

    List<Route> routes() {
        String key = "The same key with the same body is the same request: nothing is stored twice";
        return List.of(
                Route.post("/api/eval", "evaluations", "Submit code to be run", this::submit)
                        .query("wait", "number", "Hold the answer up to so many seconds (at most 60) until it has ended")
                        .header("Idempotency-Key", key)
                        .header("traceparent", "The W3C trace context to go on with")
                        .body(SubmissionSchema.one())
                        .answers(200, "Stored and queued; or, with wait, the whole record of the ended evaluation",
                                EvaluationAnswers.Queued.class)
                        .answers(200, "With wait: the whole record", EvaluationAnswers.Record.class)
                        .answers(202, "With wait: it has not ended yet", EvaluationAnswers.Queued.class),
                Route.post("/api/eval-batch", "evaluations", "Submit up to 1,000 at once, all or none", this::submitBatch)
                        .header("Idempotency-Key", key)
                        .header("traceparent", "The W3C trace context to go on with")
                        .body(SubmissionSchema.batch())
                        .answers(202, "All are stored and queued", EvaluationAnswers.Batch.class));
    }

    private void submit(Context ctx) {
        Duration wait = Parameters.seconds(ctx, "wait", MAX_WAIT);
        String key = Parameters.idempotencyKey(ctx);
        try (JsonBody body = JsonBody.read(ctx, MAX_BODY, budget)) {
            Submission submission = evaluations.reader().read(body.json(), traceparent(ctx));
            if (wait.isZero()) {
                Accepted accepted = evaluations.submit(submission, Caller.LOCAL, idempotency(key, body));
                Replies.json(ctx, Views.queued(accepted));
            } else {
                Receipt receipt = evaluations.submitAndWatch(submission, Caller.LOCAL, idempotency(key, body), wait);
                ctx.future(() -> receipt.ended().thenAccept(ended -> answer(ctx, receipt.accepted(), ended)));
            }
        }
    }

    private static void answer(Context ctx, Accepted accepted, Optional<Evaluation> ended) {
        if (ended.isPresent()) {
            Replies.json(ctx, Views.record(ended.get()));
        } else {
            Replies.json(ctx, 202, Views.queued(accepted));
        }
    }

    private void submitBatch(Context ctx) {
        String key = Parameters.idempotencyKey(ctx);
        try (JsonBody body = JsonBody.read(ctx, MAX_BODY, budget)) {
            List<Submission> submissions = evaluations.reader().readBatch(body.json(), traceparent(ctx));
            List<EvaluationAnswers.Queued> queued =
                    evaluations.submitAll(submissions, Caller.LOCAL, idempotency(key, body)).stream()
                            .map(Views::queued)
                            .toList();
            Replies.json(ctx, 202, new EvaluationAnswers.Batch(queued, queued.size(), queued.size(), 0));
        }
    }

    private static String traceparent(Context ctx) {
        return TraceContext.of(ctx.header("traceparent")).traceparent();
    }

    private static @Nullable IdempotencyKey idempotency(@Nullable String key, JsonBody body) {
        return key == null ? null : new IdempotencyKey(Caller.LOCAL.submitter(), key, body.sha256());
    }
}
