package dev.crucible.queue;

import static dev.crucible.testing.Submissions.id;
import static dev.crucible.testing.Submissions.ok;
import static dev.crucible.testing.Submissions.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.queue.ModelQueue.ModelTask;
import dev.crucible.queue.ModelQueue.Result;
import dev.crucible.queue.ModelQueue.Spec;
import dev.crucible.queue.ModelQueue.State;
import dev.crucible.testing.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A queue and its model, and steps that are done to both and must have the same result. */
final class ModelRig {
    private static final List<String> NAMES = List.of("t0", "t1", "t2", "t3", "t4", "t5", "t6", "t7");
    private static final int MANY_CRASHES = 8;

    private final ManualTime time;
    private final Instant start;
    private final Supplier<TaskQueue> restart;
    private final Runnable tick;
    private final CopyOnWriteArrayList<Settlement> settled;
    private final ModelQueue model;
    private final List<Given> given = new ArrayList<>();
    private TaskQueue queue;
    private int starts;

    private record Given(String name, int attempt, int start, LeaseToken token) {}

    /**
     * @param settled what the queue tells
     * @param restart kills the queue and opens it again
     * @param tick lets the queue notice that time has passed
     */
    ModelRig(
            QueueConfig config, TaskQueue queue, ManualTime time, CopyOnWriteArrayList<Settlement> settled,
            Supplier<TaskQueue> restart, Runnable tick) {
        this.queue = queue;
        this.time = time;
        this.start = time.instant();
        this.settled = settled;
        this.restart = restart;
        this.tick = tick;
        this.model = new ModelQueue(config);
    }

    void enqueue(List<Spec> batch) {
        List<Task> tasks = batch.stream().map(this::task).toList();
        if (model.refusesAsDraining(batch)) {
            refused(ErrorCode.QUEUE_DRAINING, () -> queue.enqueueAll(tasks));
        } else if (model.refusesAsFull(batch)) {
            refused(ErrorCode.QUEUE_FULL, () -> queue.enqueueAll(tasks));
        } else {
            assertThat(queue.enqueueAll(tasks)).extracting(Enqueued::id)
                    .containsExactlyElementsOf(tasks.stream().map(Task::id).toList());
            model.enqueue(batch);
        }
    }

    private Task task(Spec spec) {
        Instant notBefore = spec.delay() == 0 ? null : time.instant().plusSeconds(spec.delay());
        Submission asked = python(spec.name(), spec.priority(), notBefore);
        return new Task(id(spec.name()), spec.submitter(), new Submission(
                asked.code(), spec.language(), asked.engine(), asked.priority(), asked.limits(), "", List.of(), Map.of(),
                Map.of(), null, notBefore, null));
    }

    void take(String language) {
        WorkerProfile worker =
                new WorkerProfile("w" + language, Set.of(), language.isEmpty() ? Set.of() : Set.of(language));
        Optional<Lease> lease = queue.next(worker, Duration.ZERO);
        Optional<ModelTask> expected = model.take(offered -> language.isEmpty() || offered.equals(language));
        assertThat(lease.map(one -> one.task().id().value())).isEqualTo(expected.map(task -> task.spec.name()));
        expected.ifPresent(task -> {
            assertThat(lease.orElseThrow().attempt()).isEqualTo(task.attempt);
            assertThat(lease.orElseThrow().task().submitter()).isEqualTo(task.spec.submitter());
            given.add(new Given(task.spec.name(), task.attempt, starts, lease.orElseThrow().token()));
        });
    }

    private Optional<Given> lease(int back) {
        return back < given.size() ? Optional.of(given.get(given.size() - 1 - back)) : Optional.empty();
    }

    private Optional<ModelTask> holder(Given lease) {
        return lease.start == starts ? model.held(lease.name, lease.attempt) : Optional.empty();
    }

    void complete(int back) {
        lease(back).ifPresent(lease -> {
            Optional<ModelTask> holder = holder(lease);
            if (holder.isPresent() || lease.start == starts && model.hasEnded(lease.name, lease.attempt)) {
                queue.complete(lease.token, ok("done"));
                holder.filter(task -> !model.hasEnded(lease.name, lease.attempt)).ifPresent(model::complete);
            } else {
                refused(ErrorCode.LEASE_LOST, () -> queue.complete(lease.token, ok("late")));
            }
        });
    }

    void fail(int back) {
        // The back-off is random: nothing else may become ready before it is surely over.
        if (model.in(State.DELAYED).stream().anyMatch(task -> task.since <= model.now + 1)) {
            pass(1);
        }
        lease(back).ifPresent(lease -> holder(lease).ifPresentOrElse(
                task -> {
                    Failed answer = queue.fail(lease.token, "broken");
                    assertThat(answer).isEqualTo(model.lose(task) ? Failed.RETRYING : Failed.DEAD_LETTER);
                    await().pollInterval(Duration.ofMillis(1)).until(() -> queue.find(id(lease.name))
                            .filter(view -> view.state() == TaskView.State.LEASED).isEmpty());
                    pass(1);
                },
                () -> refused(ErrorCode.LEASE_LOST, () -> queue.fail(lease.token, "late"))));
    }

    void release(int back) {
        lease(back).ifPresent(lease -> holder(lease).ifPresentOrElse(
                task -> {
                    queue.release(lease.token, "stopping");
                    model.release(task);
                },
                () -> refused(ErrorCode.LEASE_LOST, () -> queue.release(lease.token, "late"))));
    }

    void extend(int back) {
        lease(back).ifPresent(lease -> holder(lease).ifPresentOrElse(
                task -> {
                    assertThat(queue.extend(lease.token).cancelRequested()).isEqualTo(task.cancelRequested);
                    model.extend(task);
                },
                () -> refused(ErrorCode.LEASE_LOST, () -> queue.extend(lease.token))));
    }

    void cancel(String name) {
        assertThat(queue.cancel(id(name), "user:me")).isEqualTo(model.cancel(name));
    }

    void discard(List<String> names) {
        assertThat(queue.discard(names.stream().map(name -> id(name)).toList()))
                .extracting(one -> one.value()).containsExactlyInAnyOrderElementsOf(model.discard(names));
    }

    void pass(int seconds) {
        for (int i = 0; i < seconds; i++) {
            time.advance(Duration.ofSeconds(1));
            tick.run();
            model.second();
            compare();
        }
    }

    void switchTo(String to) {
        switch (to) {
            case "paused" -> {
                queue.pause();
                model.paused = true;
            }
            case "draining" -> {
                queue.drain();
                model.draining = true;
            }
            default -> {
                queue.resume();
                model.paused = false;
                model.draining = false;
            }
        }
    }

    /** Not so often that a task is taken for the cause. */
    void crash() {
        if (model.tasks.values().stream().noneMatch(task -> task.crashes >= MANY_CRASHES)) {
            queue = restart.get();
            starts++;
            model.crash();
        }
    }

    private static void refused(ErrorCode code, ThrowingCallable call) {
        assertThat(catchThrowable(call)).isInstanceOfSatisfying(
                PlatformException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** Once what is under way has come to its end, the queue looks like its model. */
    void compare() {
        String expected = expected();
        if (!expected.equals(actual())) {
            await().pollInterval(Duration.ofMillis(1))
                    .untilAsserted(() -> assertThat(actual()).isEqualTo(expected));
        }
    }

    private String expected() {
        StringBuilder text = new StringBuilder();
        for (String name : NAMES) {
            ModelTask task = model.tasks.get(name);
            text.append(line(name, task == null ? "" : view(task.state) + " " + task.attempt + " " + task.spec.priority()));
        }
        List<Integer> levels = new ArrayList<>();
        for (int level = 0; level <= Submission.HIGHEST_PRIORITY; level++) {
            int number = level;
            levels.add((int) model.in(State.READY).stream().filter(task -> task.spec.priority() == number).count());
        }
        return text + figures(
                levels, model.in(State.LEASED).size(), model.in(State.DELAYED).size(), model.in(State.DEAD).size(),
                model.paused || model.draining, model.draining) + outcomes(model.results);
    }

    private String actual() {
        StringBuilder text = new StringBuilder();
        for (String name : NAMES) {
            text.append(line(name, queue.find(id(name))
                    .map(view -> view.state() + " " + view.attempt() + " " + view.priority()).orElse("")));
        }
        QueueStatus status = queue.status();
        List<Result> results = settled.stream()
                .filter(Settlement.Finished.class::isInstance).map(Settlement.Finished.class::cast)
                .map(one -> new Result(
                        one.id().value(), one.attempt(), Duration.between(start, one.at()).toSeconds(),
                        one.outcome().reason()))
                .toList();
        return text + figures(
                status.byPriority(), status.processing(), status.delayed(), status.deadLetters(), status.paused(),
                status.draining()) + outcomes(results);
    }

    /** A dead task's own figures are those of its letter. */
    private static String line(String name, String task) {
        return name + " " + (task.startsWith("DEAD_LETTER") ? "DEAD_LETTER" : task) + "\n";
    }

    private static TaskView.State view(State state) {
        return switch (state) {
            case READY -> TaskView.State.QUEUED;
            case DELAYED -> TaskView.State.DELAYED;
            case LEASED -> TaskView.State.LEASED;
            case DEAD -> TaskView.State.DEAD_LETTER;
        };
    }

    private static String figures(
            List<Integer> levels, int leased, int delayed, int dead, boolean paused, boolean draining) {
        return "levels " + levels + " leased " + leased + " delayed " + delayed + " dead " + dead + " paused " + paused
                + " draining " + draining + "\n";
    }

    /** A crash may have a result told twice. */
    private String outcomes(List<Result> results) {
        return (model.crashed ? new HashSet<>(results).stream() : results.stream())
                .map(Result::toString).sorted().toList().toString();
    }

    /** The dead letters are those of the model, each with every attempt that was lost. */
    void compareDeadLetters() {
        assertThat(queue.deadLetters(100)).extracting(letter -> letter.id().value()).containsExactlyInAnyOrderElementsOf(
                model.in(State.DEAD).stream().map(task -> task.spec.name()).toList());
        for (ModelTask task : model.in(State.DEAD)) {
            DeadTask dead = queue.deadLetter(id(task.spec.name())).orElseThrow();
            assertThat(dead.letter().history()).hasSize(task.losses);
            assertThat(dead.task()).isNotNull();
            assertThat(dead.task().submission().code()).isEqualTo(task.spec.name());
        }
    }
}
