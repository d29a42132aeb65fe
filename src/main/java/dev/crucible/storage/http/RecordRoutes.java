package dev.crucible.storage.http;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.storage.Created;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.Statistics;
import io.javalin.http.Context;
import java.time.Instant;
import java.util.List;

/** The store as its remote adapter asks for it: each method of the face is a route, and bodies are our own records. */
final class RecordRoutes {
    private static final String TAG = "records";
    private static final int MAX_PAGE = 10_000;
    private static final int MAX_BATCH = 10_000;

    private final EvaluationStore store;
    private final BodyBudget budget;

    RecordRoutes(EvaluationStore store, BodyBudget budget) {
        this.store = store;
        this.budget = budget;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/records", TAG, "Store evaluations, all or none", this::create)
                        .answers(200, "Stored, or stored before", Created.class),
                Route.post("/records/query", TAG, "List evaluations", this::list)
                        .answers(200, "A page", EvaluationPage.class),
                Route.get("/store/statistics", TAG, "Figures over evaluations", this::statistics)
                        .query("since", "string", "Created at or after this time")
                        .answers(200, "The figures", Statistics.class),
                Route.get("/store/check", TAG, "Whether the store answers", this::check)
                        .answers(200, "It does", Object.class),
                Route.get("/records/{id}", TAG, "One evaluation, whole", this::find)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "The record, or null for an unknown id", Evaluation.class),
                Route.delete("/records/{id}", TAG, "Delete an evaluation that has ended", this::delete)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "Deleted, or not there", Wire.Deletion.class),
                Route.get("/records/{id}/timeline", TAG, "The accepted changes of one evaluation", this::timeline)
                        .pathParameter("id", "The evaluation's id")
                        .answers(200, "Oldest first; empty for an unknown id", Wire.Entries.class),
                Route.post("/changes", TAG, "Apply status changes, in one transaction", this::apply)
                        .answers(200, "One answer for each", Wire.ChangeAnswers.class),
                Route.get("/timeline", TAG, "The accepted changes of all evaluations", this::timelineAfter)
                        .query("after", "integer", "A position; those above it follow")
                        .query("limit", "integer", "1 to 10000, 100 by default")
                        .answers(200, "In order of position", Wire.Entries.class),
                Route.get("/unfinished", TAG, "Evaluations that have not ended", this::unfinished)
                        .query("before", "string", "Created before this time")
                        .query("after", "string", "The last id of the page before")
                        .query("limit", "integer", "1 to 10000, 100 by default")
                        .answers(200, "By id", Wire.Ids.class));
    }

    private void create(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> {
            Wire.Creation asked = WireBody.as(body, Wire.Creation.class);
            requireSome(asked.evaluations(), "evaluations");
            WireBody.answer(ctx, store.create(asked.evaluations(), asked.key()));
        });
    }

    private void apply(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> {
            Wire.Changes asked = WireBody.as(body, Wire.Changes.class);
            requireSome(asked.changes(), "changes");
            WireBody.answer(ctx, new Wire.ChangeAnswers(store.apply(asked.changes())));
        });
    }

    private static void requireSome(List<?> batch, String field) {
        if (batch.isEmpty() || batch.size() > MAX_BATCH) {
            throw PlatformException.invalid(List.of(new FieldError(
                    List.of("body", field), "must hold 1 to " + MAX_BATCH, batch.isEmpty() ? "missing" : "too_long")));
        }
    }

    private void list(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, Bounds.QUERY_BYTES, budget,
                body -> WireBody.answer(ctx, store.list(WireBody.as(body, EvaluationQuery.class))));
    }

    private void statistics(Context ctx) {
        WireBody.answer(ctx, store.statistics(Parameters.time(ctx, "since")));
    }

    private void check(Context ctx) {
        store.check();
        WireBody.answer(ctx, null);
    }

    private void find(Context ctx) {
        WireBody.answer(ctx, store.find(Paths.id(ctx)).orElse(null));
    }

    private void delete(Context ctx) {
        WireBody.answer(ctx, new Wire.Deletion(store.delete(Paths.id(ctx))));
    }

    private void timeline(Context ctx) {
        WireBody.answer(ctx, new Wire.Entries(store.timeline(Paths.id(ctx))));
    }

    private void timelineAfter(Context ctx) {
        WireBody.answer(ctx, new Wire.Entries(store.timelineAfter(
                Parameters.whole(ctx, "after", 0, 0, Long.MAX_VALUE), limit(ctx))));
    }

    private void unfinished(Context ctx) {
        Instant before = Parameters.time(ctx, "before");
        String after = Parameters.text(ctx, "after");
        if (before == null) {
            throw Parameters.wrong("before", "is missing", "missing");
        }
        WireBody.answer(ctx, new Wire.Ids(store.unfinished(
                before, after == null ? null : id(after), limit(ctx))));
    }

    private static EvaluationId id(String text) {
        return EvaluationId.parse(text).orElseThrow(() -> Parameters.wrong("after", "is not an evaluation id", "invalid_id"));
    }

    private static int limit(Context ctx) {
        return (int) Parameters.whole(ctx, "limit", 100, 1, MAX_PAGE);
    }
}
