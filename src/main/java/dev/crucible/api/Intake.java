package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.EvaluationIds;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.platform.submission.LimitCeiling;
import dev.crucible.queue.Enqueued;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.storage.Created;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.NewEvaluation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes submissions in: checks them against the host, stores them, enqueues them, in this order and each durably. What
 * is stored is accepted: when the queue does not take it at once, the reconciler brings it there.
 */
final class Intake {
    private static final Logger LOG = LoggerFactory.getLogger(Intake.class);
    private static final int ID_ATTEMPTS = 5;

    private final Catalog catalog;
    private final LimitCeiling ceiling;
    private final EvaluationLifecycle lifecycle;
    private final TaskQueue queue;
    private final EvaluationStore store;
    private final Strays strays;
    private final QueueGate gate;
    private final EvaluationIds ids;
    private final InstantSource clock;

    Intake(
            ApiConfig config,
            Catalog catalog,
            EvaluationLifecycle lifecycle,
            TaskQueue queue,
            EvaluationStore store,
            EvaluationIds ids,
            InstantSource clock) {
        this.catalog = catalog;
        this.ceiling = new LimitCeiling(config.maxLimits());
        this.lifecycle = requireNonNull(lifecycle, "lifecycle is null");
        this.queue = requireNonNull(queue, "queue is null");
        this.store = requireNonNull(store, "store is null");
        this.strays = new Strays(store, queue);
        this.gate = new QueueGate(queue, config.queueCapacity());
        this.ids = requireNonNull(ids, "ids is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * Accepts all or none.
     *
     * @param batch whether an error should name the item it is about
     * @param onId told of each id before it is stored, and again if another had to be chosen
     */
    List<Accepted> accept(
            List<Submission> submissions,
            Caller caller,
            @Nullable IdempotencyKey key,
            boolean batch,
            Consumer<EvaluationId> onId) {
        List<Submission> ready = new ArrayList<>(submissions.size());
        for (int i = 0; i < submissions.size(); i++) {
            ready.add(ready(submissions.get(i), batch ? "evaluations." + i + ": " : ""));
        }
        try (QueueGate.Reservation room = gate.reserve(ready.size())) {
            Created created = store(ready, caller, key, onId);
            return created.replayed() ? repeated(created.ids(), onId) : enqueue(created.ids(), ready, caller);
        }
    }

    /** The submission as it will run here. */
    private Submission ready(Submission asked, String where) {
        try {
            ceiling.check(asked.limits());
            String engine = catalog.engineFor(asked.engine(), asked.language());
            String traceparent = TraceContext.of(asked.traceparent()).traceparent();
            return asked.on(engine, traceparent);
        } catch (PlatformException e) {
            throw where.isEmpty() || !e.errors().isEmpty() || e.code() == ErrorCode.NO_ENGINE
                    ? e
                    : new PlatformException(e.code(), where + e.getMessage(), e);
        }
    }

    private Created store(
            List<Submission> ready, Caller caller, @Nullable IdempotencyKey key, Consumer<EvaluationId> onId) {
        for (int attempt = 1; ; attempt++) {
            try {
                return lifecycle.submit(named(ready, caller, onId), key);
            } catch (PlatformException e) {
                if (e.code() != ErrorCode.ALREADY_EXISTS || attempt == ID_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private List<NewEvaluation> named(List<Submission> ready, Caller caller, Consumer<EvaluationId> onId) {
        Instant now = clock.instant();
        List<NewEvaluation> named = new ArrayList<>(ready.size());
        for (Submission submission : ready) {
            EvaluationId id = ids.next();
            onId.accept(id);
            String traceId = TraceContext.of(submission.traceparent()).traceId();
            named.add(new NewEvaluation(id, caller.submitter(), submission, now, traceId));
        }
        return named;
    }

    private List<Accepted> enqueue(List<EvaluationId> stored, List<Submission> ready, Caller caller) {
        List<Task> tasks = new ArrayList<>(stored.size());
        for (int i = 0; i < stored.size(); i++) {
            tasks.add(new Task(stored.get(i), caller.submitter(), ready.get(i)));
        }
        try {
            List<Enqueued> enqueued = queue.enqueueAll(tasks);
            return enqueued.stream()
                    .map(task -> new Accepted(task.id(), EvaluationStatus.QUEUED, task.position(), false))
                    .toList();
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("evaluations", stored.size()).addKeyValue("first_eval_id", stored.get(0))
                    .addKeyValue("error_code", e.code().code())
                    .log("Evaluations are stored but the queue did not take them; they are queued within a minute");
            return stored.stream().map(id -> new Accepted(id, EvaluationStatus.QUEUED, null, false)).toList();
        }
    }

    /** A repeated request: the same evaluations as they stand now, queued in case the first one crashed before that. */
    private List<Accepted> repeated(List<EvaluationId> stored, Consumer<EvaluationId> onId) {
        List<Accepted> accepted = new ArrayList<>(stored.size());
        for (EvaluationId id : stored) {
            onId.accept(id);
            strays.enqueue(id);
            EvaluationStatus status = store.find(id).map(Evaluation::status).orElse(EvaluationStatus.QUEUED);
            Integer position = queue.find(id).filter(Intake::waits).map(TaskView::position).orElse(null);
            accepted.add(new Accepted(id, status, position, true));
        }
        return accepted;
    }

    private static boolean waits(TaskView view) {
        return view.state() == TaskView.State.QUEUED || view.state() == TaskView.State.DELAYED;
    }
}
