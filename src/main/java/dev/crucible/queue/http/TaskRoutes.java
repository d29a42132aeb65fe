package dev.crucible.queue.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.platform.http.BodyBudget;
import dev.crucible.platform.http.Parameters;
import dev.crucible.platform.http.Route;
import dev.crucible.platform.http.WireBody;
import dev.crucible.queue.CancelAnswer;
import dev.crucible.queue.Enqueued;
import dev.crucible.queue.Lease;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.queue.WorkerProfile;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The routes of those who submit. */
final class TaskRoutes {
    /** As large as the gateway takes one, and room for what was text to be base64. */
    static final long MAX_BODY = 48L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(TaskRoutes.class);
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}");
    private static final Pattern ACTOR = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final WorkerProfile BROOM = new WorkerProfile("queue-clear", Set.of(), Set.of());

    private final TaskQueue queue;
    private final TaskForm form;
    private final RecentEnds ends;
    private final BodyBudget budget;

    TaskRoutes(TaskQueue queue, TaskForm form, RecentEnds ends, BodyBudget budget) {
        this.queue = queue;
        this.form = form;
        this.ends = ends;
        this.budget = budget;
    }

    List<Route> routes(QueueKeys keys) {
        String trace = "The W3C trace context to go on with";
        return List.of(
                Route.post("/tasks", "tasks", "Queue a task; the same id again gives the same answer and is queued once", this::submit)
                        .header("traceparent", trace).body(QueueSchema.task())
                        .answers(200, "It is queued, durably", QueueAnswers.Queued.class).guardedBy(keys.forClients()),
                Route.post("/tasks/batch", "tasks", "Queue many, all or none", this::submitBatch)
                        .header("traceparent", trace).body(QueueSchema.batch())
                        .answers(200, "One answer each, in order", QueueAnswers.Queued[].class).guardedBy(keys.forClients()),
                Route.get("/tasks/{id}", "tasks", "Where a task is", this::view).pathParameter("id", "Its eval_id")
                        .answers(200, "It waits, runs, or ended not long ago", QueueAnswers.View.class).guardedBy(keys.forAll()),
                Route.post("/tasks/{id}/cancel", "tasks", "Take a waiting task away, or have the worker of a running one told", this::cancel)
                        .pathParameter("id", "Its eval_id").query("actor", "string", "Who asks, for the record")
                        .answers(200, "removed, requested, or unknown", QueueAnswers.Cancelled.class).guardedBy(keys.forClients()),
                Route.delete("/tasks", "tasks", "Cancel every task that is ready to run; not while the queue is paused", this::clear)
                        .answers(200, "How many were cancelled", QueueAnswers.Cleared.class).guardedBy(keys.forAdmins()));
    }

    private void submit(Context ctx) throws Exception {
        WireBody.read(ctx, MAX_BODY, budget, body ->
                WireBody.answer(ctx, enqueue(List.of(form.one(body, traceparent(ctx)))).get(0)));
    }

    private void submitBatch(Context ctx) throws Exception {
        WireBody.read(ctx, MAX_BODY, budget, body -> WireBody.answer(ctx, enqueue(form.batch(body, traceparent(ctx)))));
    }

    private List<QueueAnswers.Queued> enqueue(List<Task> tasks) {
        List<Task> fresh = tasks.stream().filter(task -> ends.of(task.id()).isEmpty()).toList();
        Map<EvaluationId, Integer> positions = new HashMap<>();
        for (Enqueued enqueued : fresh.isEmpty() ? List.<Enqueued>of() : queue.enqueueAll(fresh)) {
            positions.put(enqueued.id(), enqueued.position());
        }
        List<QueueAnswers.Queued> answers = new ArrayList<>(tasks.size());
        for (Task task : tasks) {
            Integer position = positions.get(task.id());
            String status = position == null
                    ? ends.of(task.id()).map(RecentEnds.End::status).orElse(EvaluationStatus.QUEUED).wire()
                    : EvaluationStatus.QUEUED.wire();
            answers.add(new QueueAnswers.Queued(task.id().value(), status, position == null ? 0 : position));
        }
        return answers;
    }

    private static @Nullable String traceparent(Context ctx) {
        String header = ctx.header("traceparent");
        return header != null && TRACEPARENT.matcher(header).matches() ? header : null;
    }

    private void view(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        Optional<QueueAnswers.View> view = queue.find(id).map(this::held);
        WireBody.answer(ctx, view.or(() -> ends.of(id).map(end -> ended(id, end)))
                .orElseThrow(() -> new PlatformException(ErrorCode.NOT_FOUND, "The queue holds no task with this id.")));
    }

    private QueueAnswers.View held(TaskView view) {
        Optional<RecentEnds.End> end = ends.of(view.id());
        String status = switch (view.state()) {
            case QUEUED, DELAYED -> "queued";
            case LEASED -> "running";
            case ENDED -> end.map(known -> known.status().wire()).orElse("running");
            case DEAD_LETTER -> "failed";
        };
        String message = switch (view.state()) {
            case QUEUED -> view.position() + " tasks go before it.";
            case DELAYED -> "It waits for its time.";
            case LEASED -> "A worker has it.";
            case ENDED -> "It ended; its outcome is on its way to the record.";
            case DEAD_LETTER -> "It was given up; see /dlq/tasks.";
        };
        return new QueueAnswers.View(view.id().value(), status, view.state().name().toLowerCase(Locale.ROOT), view.position(),
                view.queuedAt(), view.priority(), view.attempt(), message);
    }

    private static QueueAnswers.View ended(EvaluationId id, RecentEnds.End end) {
        return new QueueAnswers.View(id.value(), end.status().wire(), null, 0, null, null, end.attempt(),
                "It ended; its record is in the storage.");
    }

    private void cancel(Context ctx) {
        EvaluationId id = Parameters.id(ctx);
        String actor = Parameters.text(ctx, "actor");
        if (actor != null && !ACTOR.matcher(actor).matches()) {
            throw Parameters.wrong("actor", "must be 1 to 128 printable characters", "invalid_text");
        }
        int attempt = queue.find(id).map(TaskView::attempt).orElse(0);
        CancelAnswer answer = queue.cancel(id, actor == null ? "user:queue-client" : actor);
        if (answer != CancelAnswer.UNKNOWN) {
            // Of a running one its worker's report is the end; without any, it does not run again.
            ends.noteIfNone(id, new RecentEnds.End(EvaluationStatus.CANCELLED, attempt));
        }
        WireBody.answer(ctx, new QueueAnswers.Cancelled(id.value(), answer.name().toLowerCase(Locale.ROOT)));
    }

    /** Takes what is ready now, one after the other, and ends each as cancelled; what comes meanwhile stays. */
    private void clear(Context ctx) {
        if (queue.status().paused()) {
            throw new PlatformException(ErrorCode.STATE_CONFLICT, "The queue is paused and hands out nothing; resume it first.");
        }
        int removed = 0;
        for (int left = queue.status().queued(); left > 0; left--) {
            Optional<Lease> lease = queue.next(BROOM, Duration.ZERO);
            if (lease.isEmpty()) {
                break;
            }
            ends.during(lease.get().task().id(), new RecentEnds.End(EvaluationStatus.CANCELLED, lease.get().attempt()),
                    () -> queue.complete(lease.get().token(), Outcome.notRun(Reason.CANCELLED, "The queue was cleared.")));
            removed++;
        }
        LOG.atWarn().addKeyValue("removed", removed).addKeyValue("address", ctx.ip()).log("The queue was cleared");
        WireBody.answer(ctx, new QueueAnswers.Cleared(removed, queue.status().delayed()));
    }
}
