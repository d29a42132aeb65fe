package dev.crucible.queue.http;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.type.TypeReference;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import dev.crucible.queue.CancelAnswer;
import dev.crucible.queue.DeadLetter;
import dev.crucible.queue.DeadTask;
import dev.crucible.queue.Enqueued;
import dev.crucible.queue.Extension;
import dev.crucible.queue.Failed;
import dev.crucible.queue.Lease;
import dev.crucible.queue.LeaseToken;
import dev.crucible.queue.LevelStatus;
import dev.crucible.queue.QueueStatus;
import dev.crucible.queue.Task;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.queue.WorkerProfile;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** The queue of another process. Thread-safe. */
public final class RemoteTaskQueue implements TaskQueue, AutoCloseable {
    /** Longer waits are several polls. */
    private static final Duration POLL = Duration.ofSeconds(20);
    /** A service that cannot let one more wait answers at once; it is not asked again at once. */
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServiceClient service;

    private record TaskBody(String evalId, String submitter, Submission submission) {}

    private record Word(String leaseToken) {}

    private record Report(String leaseToken, Outcome outcome) {}

    private record Failure(String leaseToken, String error) {}

    private record Release(String leaseToken, String why) {}

    private record Ids(List<String> evalIds) {}

    public RemoteTaskQueue(ServiceAddress address) {
        this.service = new ServiceClient(requireNonNull(address, "address is null"), ErrorCode.QUEUE_UNAVAILABLE);
    }

    @Override
    public Enqueued enqueue(Task task) {
        return enqueued(service.ask(ServiceCall.post("/tasks", body(task)).asRepeatable(), QueueAnswers.Queued.class));
    }

    @Override
    public List<Enqueued> enqueueAll(List<Task> tasks) {
        if (tasks.isEmpty()) {
            return List.of();
        }
        List<TaskBody> bodies = tasks.stream().map(RemoteTaskQueue::body).toList();
        return service.ask(ServiceCall.post("/tasks/batch", bodies).asRepeatable(), new TypeReference<List<QueueAnswers.Queued>>() {})
                .stream().map(RemoteTaskQueue::enqueued).toList();
    }

    private static TaskBody body(Task task) {
        return new TaskBody(task.id().value(), task.submitter(), task.submission());
    }

    private static Enqueued enqueued(QueueAnswers.Queued queued) {
        return new Enqueued(new EvaluationId(queued.evalId()), queued.position());
    }

    @Override
    public Optional<Lease> next(WorkerProfile worker, Duration wait) {
        long end = System.nanoTime() + wait.toNanos();
        Duration left = wait;
        while (true) {
            Optional<Lease> lease = poll(worker, left.compareTo(POLL) < 0 ? left : POLL);
            left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
            if (lease.isPresent() || left.isZero() || !pause(left)) {
                return lease;
            }
            left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
        }
    }

    /** Its answer may be lost and asked for again: it has a name, by which the service knows it. */
    private Optional<Lease> poll(WorkerProfile worker, Duration wait) {
        String path = "/tasks/next?form=whole&worker=" + encoded(worker.workerId()) + "&ask=" + UUID.randomUUID()
                + "&wait=" + wait.toMillis() / 1000.0 + names("engines", worker.engines()) + names("languages", worker.languages());
        try {
            return service.find(ServiceCall.get(path).waiting(wait), QueueAnswers.WholeLease.class).map(RemoteTaskQueue::lease);
        } catch (PlatformException e) {
            if (Thread.currentThread().isInterrupted()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static String names(String parameter, Set<String> names) {
        return names.isEmpty() ? "" : "&" + parameter + "=" + encoded(String.join(",", names));
    }

    private static Lease lease(QueueAnswers.WholeLease lease) {
        EvaluationId id = new EvaluationId(lease.evalId());
        String[] token = lease.lease().token().split("\\.");
        return new Lease(
                new LeaseToken(id, Long.parseLong(token[0]), Integer.parseInt(token[1])),
                new Task(id, lease.submitter(), lease.submission()),
                QueueAnswers.duration(lease.lease().expiresIn()), QueueAnswers.duration(lease.lease().waited()));
    }

    /** False when the caller is to stop waiting. */
    private static boolean pause(Duration left) {
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(left.toNanos(), PAUSE.toNanos()));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public Extension extend(LeaseToken token) {
        QueueAnswers.Beat beat = service.ask(word(token, "heartbeat", new Word(token.wire())).asRepeatable(), QueueAnswers.Beat.class);
        return new Extension(beat.cancelRequested(), QueueAnswers.duration(beat.expiresIn()));
    }

    @Override
    public void complete(LeaseToken token, Outcome outcome) {
        service.tell(word(token, "complete", new Report(token.wire(), outcome)).asRepeatable());
    }

    @Override
    public Failed fail(LeaseToken token, String error) {
        QueueAnswers.Status answer = service.ask(word(token, "fail", new Failure(token.wire(), error)), QueueAnswers.Status.class);
        return answer.status().equals("retrying") ? Failed.RETRYING : Failed.DEAD_LETTER;
    }

    @Override
    public void release(LeaseToken token, String why) {
        service.tell(word(token, "release", new Release(token.wire(), why)));
    }

    private static ServiceCall word(LeaseToken token, String verb, Object body) {
        return ServiceCall.post("/tasks/" + token.id() + "/" + verb, body);
    }

    @Override
    public CancelAnswer cancel(EvaluationId id, String actor) {
        QueueAnswers.Cancelled answer = service.ask(
                ServiceCall.post("/tasks/" + id + "/cancel?actor=" + encoded(actor), null), QueueAnswers.Cancelled.class);
        return CancelAnswer.valueOf(answer.answer().toUpperCase(Locale.ROOT));
    }

    @Override
    public Optional<TaskView> find(EvaluationId id) {
        return found(ServiceCall.get("/tasks/" + id), QueueAnswers.View.class).flatMap(view -> view(id, view));
    }

    private <T> Optional<T> found(ServiceCall call, Class<T> type) {
        try {
            return Optional.of(service.ask(call, type));
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Optional<TaskView> view(EvaluationId id, QueueAnswers.View view) {
        if (view.state() == null || view.queuedAt() == null || view.priority() == null) {
            return Optional.empty();
        }
        return Optional.of(new TaskView(id, TaskView.State.valueOf(view.state().toUpperCase(Locale.ROOT)), view.position(),
                view.queuedAt(), view.priority(), view.attempt()));
    }

    @Override
    public QueueStatus status() {
        QueueAnswers.Figures figures = service.ask(ServiceCall.get("/status"), QueueAnswers.Figures.class);
        return new QueueStatus(
                figures.queued(), figures.processing(), figures.delayed(), figures.deadLetters(),
                QueueAnswers.durationOrNull(figures.oldestAgeSeconds()), figures.workers(), figures.paused(), figures.draining(),
                figures.levels().values().stream().map(RemoteTaskQueue::level).toList(), figures.priorityEffectiveness());
    }

    private static LevelStatus level(QueueAnswers.Level level) {
        return new LevelStatus(
                level.queued(), QueueAnswers.durationOrNull(level.oldestAgeSeconds()),
                QueueAnswers.durationOrNull(level.waitP50Seconds()), QueueAnswers.durationOrNull(level.waitP95Seconds()),
                level.handedOut(), level.lifted(), level.perSecond(), level.starvation());
    }

    @Override
    public void pause() {
        service.tell(ServiceCall.post("/pause", null).asRepeatable());
    }

    @Override
    public void drain() {
        service.tell(ServiceCall.post("/drain", null).asRepeatable());
    }

    @Override
    public void resume() {
        service.tell(ServiceCall.post("/resume", null).asRepeatable());
    }

    @Override
    public List<DeadLetter> deadLetters(int limit) {
        return service.ask(ServiceCall.get("/dlq/tasks?limit=" + Math.min(limit, DeadLetterRoutes.MOST)), QueueAnswers.DeadList.class)
                .tasks().stream().map(dead -> letter(dead.evalId(), dead.deadAt(), dead.attempts(), dead.history())).toList();
    }

    private static DeadLetter letter(String id, Instant deadAt, int attempts, List<QueueAnswers.Loss> history) {
        return new DeadLetter(new EvaluationId(id), deadAt, attempts, history.stream()
                .map(loss -> new DeadLetter.LostAttempt(loss.attempt(), loss.at(), loss.error())).toList());
    }

    @Override
    public Optional<DeadTask> deadLetter(EvaluationId id) {
        return found(ServiceCall.get("/dlq/tasks/" + id), QueueAnswers.DeadWhole.class).map(dead -> new DeadTask(
                letter(dead.evalId(), dead.deadAt(), dead.attempts(), dead.history()),
                dead.submitter() == null || dead.submission() == null ? null : new Task(id, dead.submitter(), dead.submission())));
    }

    @Override
    public List<EvaluationId> discard(List<EvaluationId> ids) {
        List<EvaluationId> gone = new ArrayList<>();
        for (int from = 0; from < ids.size(); from += DeadLetterRoutes.MOST) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + DeadLetterRoutes.MOST)).stream()
                    .map(EvaluationId::value).toList();
            service.ask(ServiceCall.post("/dlq/tasks/discard-batch", new Ids(some)), QueueAnswers.Discarded.class)
                    .discarded().forEach(id -> gone.add(new EvaluationId(id)));
        }
        return gone;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        service.close();
    }
}
