package dev.crucible.storage.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.NewEvaluation;
import io.javalin.http.Context;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** Evaluations as clients of the service store, read and change them. */
final class EvaluationRoutes {
    private static final String TAG = "evaluations";
    private static final int MAX_BULK = 1_000;

    private final EvaluationStore store;
    private final StatusChanges changes;
    private final Drafts drafts;
    private final InstantSource clock;
    private final BodyBudget budget;

    EvaluationRoutes(
            EvaluationStore store, StatusChanges changes, Drafts drafts, InstantSource clock, BodyBudget budget) {
        this.store = store;
        this.changes = changes;
        this.drafts = drafts;
        this.clock = clock;
        this.budget = budget;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/evaluations", TAG, "Store an evaluation as queued; the same again is answered as stored", this::create)
                        .answers(200, "It is stored", StorageAnswers.Stored.class),
                Route.post("/evaluations/bulk", TAG, "Store up to 1000 evaluations, all or none", this::createAll)
                        .answers(200, "They are stored", StorageAnswers.StoredBatch.class),
                one(Route.get("/evaluations/{id}", TAG, "One evaluation", this::find))
                        .answers(200, "The record", StorageAnswers.Record.class),
                one(Route.put("/evaluations/{id}", TAG, "Change an evaluation's status", this::change))
                        .answers(200, "The record after the change", StorageAnswers.Record.class),
                one(Route.delete("/evaluations/{id}", TAG, "Delete an evaluation that has ended", this::delete))
                        .answers(200, "It is gone", StorageAnswers.Deleted.class),
                one(Route.get("/evaluations/{id}/events", TAG, "What happened to an evaluation", this::events))
                        .answers(200, "Its accepted changes, oldest first", StorageAnswers.Events.class),
                one(Route.post("/evaluations/{id}/events", TAG, "Something happened: change the status", this::addEvent))
                        .answers(200, "The change as it is kept; null when the status was that already",
                                StorageAnswers.Change.class),
                one(Route.get("/evaluations/{id}/complete", TAG, "The record with its events and logs", this::complete))
                        .answers(200, "All of it", StorageAnswers.Complete.class));
    }

    private static Route one(Route route) {
        return route.pathParameter("id", "The evaluation's id");
    }

    private void create(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> {
            NewEvaluation made = store(SubmittedEvaluation.read(body, List.of("body"), clock.instant()));
            WireBody.answer(ctx, stored(made));
        });
    }

    /** Without a time of its own it may be one that is stored already, in all but that. */
    private NewEvaluation store(SubmittedEvaluation asked) {
        try {
            store.create(List.of(asked.evaluation()), null);
            return asked.evaluation();
        } catch (PlatformException e) {
            if (e.code() != ErrorCode.ALREADY_EXISTS || asked.timed()) {
                throw e;
            }
            NewEvaluation again = asked.at(store.find(asked.evaluation().id()).orElseThrow(() -> e).createdAt());
            store.create(List.of(again), null);
            return again;
        }
    }

    private static StorageAnswers.Stored stored(NewEvaluation made) {
        return new StorageAnswers.Stored(made.id().value(), EvaluationStatus.QUEUED.wire(), made.createdAt());
    }

    private void createAll(Context ctx) throws Exception {
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> {
            JsonNode items = body.isArray() ? body : body.path("evaluations");
            if (!items.isArray() || items.isEmpty() || items.size() > MAX_BULK) {
                throw PlatformException.invalid(List.of(new FieldError(
                        List.of("body", "evaluations"), "must be a list of 1 to " + MAX_BULK, "value_error")));
            }
            Instant now = clock.instant();
            List<NewEvaluation> batch = new ArrayList<>(items.size());
            for (int i = 0; i < items.size(); i++) {
                List<String> loc = List.of("body", "evaluations", Integer.toString(i));
                batch.add(SubmittedEvaluation.read(items.get(i), loc, now).evaluation());
            }
            store.create(batch, null);
            WireBody.answer(ctx, new StorageAnswers.StoredBatch(
                    batch.stream().map(EvaluationRoutes::stored).toList(), batch.size()));
        });
    }

    private void find(Context ctx) {
        WireBody.answer(ctx, StorageViews.record(evaluation(Paths.id(ctx))));
    }

    private Evaluation evaluation(EvaluationId id) {
        return store.find(id).orElseThrow(Paths::noEvaluation);
    }

    private void change(Context ctx) throws Exception {
        EvaluationId id = Paths.id(ctx);
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> {
            changes.apply(id, ChangeRequest.read(body));
            WireBody.answer(ctx, StorageViews.record(evaluation(id)));
        });
    }

    private void addEvent(Context ctx) throws Exception {
        EvaluationId id = Paths.id(ctx);
        WireBody.readUnpaired(ctx, Bounds.BODY_BYTES, budget, body -> WireBody.answer(
                ctx, changes.apply(id, ChangeRequest.read(body)).map(StorageViews::change).orElse(null)));
    }

    private void delete(Context ctx) {
        EvaluationId id = Paths.id(ctx);
        if (!store.delete(id)) {
            throw Paths.noEvaluation();
        }
        drafts.forget(id);
        WireBody.answer(ctx, new StorageAnswers.Deleted(id.value(), "deleted"));
    }

    private void events(Context ctx) {
        EvaluationId id = Paths.id(ctx);
        List<StorageAnswers.Change> events = changesOf(id);
        if (events.isEmpty()) {
            throw Paths.noEvaluation();
        }
        WireBody.answer(ctx, new StorageAnswers.Events(id.value(), events));
    }

    private List<StorageAnswers.Change> changesOf(EvaluationId id) {
        return store.timeline(id).stream().map(StorageViews::change).toList();
    }

    private void complete(Context ctx) {
        Evaluation evaluation = evaluation(Paths.id(ctx));
        WireBody.answer(ctx, new StorageAnswers.Complete(
                StorageViews.record(evaluation), changesOf(evaluation.id()), StorageViews.logs(evaluation, drafts)));
    }
}
