package dev.crucible.queue.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.DeadTask;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The routes about tasks that were given up. To try one again is to make a new evaluation, with a record of its own: that
 * is the gateway's to do.
 */
final class DeadLetterRoutes {
    /** In one call. */
    static final int MOST = 1_000;

    private static final long MAX_BODY = 256L << 10;
    private static final int MOST_ERRORS = 20;

    private final TaskQueue queue;
    private final RecentEnds ends;
    private final BodyBudget budget;

    DeadLetterRoutes(TaskQueue queue, RecentEnds ends, BodyBudget budget) {
        this.queue = queue;
        this.ends = ends;
        this.budget = budget;
    }

    List<Route> routes(QueueKeys keys) {
        return List.of(
                Route.get("/dlq/tasks", "dead letters", "Tasks that were given up, newest first", this::list)
                        .query("limit", "integer", "At most so many, 1 to 1,000; 100 by default")
                        .answers(200, "With the error of every attempt", QueueAnswers.DeadList.class).guardedBy(keys.forClients()),
                Route.get("/dlq/statistics", "dead letters", "How many were given up, and why", this::statistics)
                        .answers(200, "All but the total is about the newest 1,000", QueueAnswers.DeadFigures.class).guardedBy(keys.forClients()),
                Route.get("/dlq/tasks/{id}", "dead letters", "One with its task", this::inspect).pathParameter("id", "Its eval_id")
                        .answers(200, "As it was submitted", QueueAnswers.DeadWhole.class).guardedBy(keys.forClients()),
                Route.delete("/dlq/tasks/{id}", "dead letters", "Take one away for good", this::discard).pathParameter("id", "Its eval_id")
                        .answers(200, "It is gone", QueueAnswers.Discarded.class).guardedBy(keys.forClients()),
                Route.post("/dlq/tasks/discard-batch", "dead letters", "Take many away for good", this::discardMany)
                        .body(QueueSchema.ids())
                        .answers(200, "Those that were dead letters and are gone", QueueAnswers.Discarded.class).guardedBy(keys.forClients()));
    }

    private void list(Context ctx) {
        int limit = (int) Parameters.whole(ctx, "limit", 100, 1, MOST);
        List<QueueAnswers.Dead> dead = queue.deadLetters(limit).stream()
                .map(letter -> new QueueAnswers.Dead(letter.id().value(), letter.deadAt(), letter.attempts(), history(letter)))
                .toList();
        WireBody.answer(ctx, new QueueAnswers.DeadList(dead, dead.size(), queue.status().deadLetters()));
    }

    private static List<QueueAnswers.Loss> history(DeadLetter letter) {
        return letter.history().stream().map(lost -> new QueueAnswers.Loss(lost.attempt(), lost.at(), lost.error())).toList();
    }

    private void statistics(Context ctx) {
        List<DeadLetter> newest = queue.deadLetters(MOST);
        Map<String, Integer> byError = new LinkedHashMap<>();
        for (DeadLetter letter : newest) {
            String error = letter.history().isEmpty() ? "unknown" : letter.history().get(letter.history().size() - 1).error();
            if (byError.containsKey(error) || byError.size() < MOST_ERRORS) {
                byError.merge(error, 1, Integer::sum);
            }
        }
        WireBody.answer(ctx, new QueueAnswers.DeadFigures(
                queue.status().deadLetters(), newest.isEmpty() ? null : newest.get(0).deadAt(),
                newest.isEmpty() ? null : newest.get(newest.size() - 1).deadAt(), byError));
    }

    private void inspect(Context ctx) {
        DeadTask dead = queue.deadLetter(Parameters.id(ctx)).orElseThrow(DeadLetterRoutes::none);
        Task task = dead.task();
        WireBody.answer(ctx, new QueueAnswers.DeadWhole(
                dead.letter().id().value(), dead.letter().deadAt(), dead.letter().attempts(), history(dead.letter()),
                task == null ? null : task.submitter(), task == null ? null : task.submission()));
    }

    private static PlatformException none() {
        return new PlatformException(ErrorCode.NOT_FOUND, "There is no dead letter with this id.");
    }

    private void discard(Context ctx) {
        List<EvaluationId> gone = discard(List.of(Parameters.id(ctx)));
        if (gone.isEmpty()) {
            throw none();
        }
        answer(ctx, gone);
    }

    private void discardMany(Context ctx) throws Exception {
        WireBody.read(ctx, MAX_BODY, budget, body -> answer(ctx, discard(ids(body.path("eval_ids")))));
    }

    private List<EvaluationId> discard(List<EvaluationId> ids) {
        List<EvaluationId> gone = queue.discard(ids);
        gone.forEach(id -> ends.noteIfNone(id, new RecentEnds.End(EvaluationStatus.FAILED, 0)));
        return gone;
    }

    private void answer(Context ctx, List<EvaluationId> gone) {
        WireBody.answer(ctx, new QueueAnswers.Discarded(
                gone.stream().map(EvaluationId::value).toList(), queue.status().deadLetters()));
    }

    /** What cannot be an id is no dead letter. */
    private static List<EvaluationId> ids(JsonNode list) {
        if (!list.isArray() || list.size() > MOST) {
            throw PlatformException.invalid(List.of(new FieldError(
                    List.of("body", "eval_ids"), "must be a list of at most " + MOST + " ids", "type_error")));
        }
        List<EvaluationId> ids = new ArrayList<>();
        list.forEach(id -> EvaluationId.parse(id.asText()).ifPresent(ids::add));
        return ids;
    }
}
