package dev.crucible.queue;

import dev.crucible.kernel.evaluation.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What a queue does, said as plainly as can be: lists that are searched from end to end. Times are whole seconds since
 * the start; what happens on other threads in a real queue has happened here when a method returns.
 */
final class ModelQueue {
    private static final int TOP = 11;
    private static final Comparator<ModelTask> BY_AGE =
            Comparator.<ModelTask>comparingLong(task -> task.since).thenComparingLong(task -> task.seq);

    enum State { DELAYED, READY, LEASED, DEAD }

    /** What a task is enqueued with. */
    record Spec(String name, String submitter, String language, int priority, int delay) {}

    /** A task that is over. */
    record Result(String name, int attempt, long at, Reason reason) {}

    static final class ModelTask {
        final Spec spec;
        final long seq;
        final long queuedAt;
        State state;
        int attempt;
        boolean tried;
        int losses;
        int crashes;
        /** From when its age counts. */
        long since;
        long deadline;
        boolean cancelRequested;

        ModelTask(Spec spec, long seq, long now) {
            this.spec = spec;
            this.seq = seq;
            this.queuedAt = now;
            this.since = now + spec.delay;
        }
    }

    private record Ended(int attempt, boolean withItsResult) {}

    private final int capacity;
    private final long aging;
    private final long lease;
    private final int maxAttempts;

    final Map<String, ModelTask> tasks = new TreeMap<>();
    final List<Result> results = new ArrayList<>();
    /** For each level the submitters who have ready tasks in it, the one whose turn it is first. */
    private final Map<Integer, List<String>> turns = new HashMap<>();
    private final Map<String, Ended> ended = new HashMap<>();
    private long nextSeq;
    long now;
    boolean paused;
    boolean draining;
    boolean crashed;

    ModelQueue(QueueConfig config) {
        capacity = config.capacity();
        aging = config.agingInterval().toSeconds();
        lease = config.lease().toSeconds();
        maxAttempts = config.maxAttempts();
    }

    List<ModelTask> in(State state) {
        return tasks.values().stream().filter(task -> task.state == state).toList();
    }

    boolean refusesAsDraining(List<Spec> batch) {
        return draining && fresh(batch).findAny().isPresent();
    }

    boolean refusesAsFull(List<Spec> batch) {
        long fresh = fresh(batch).count();
        return fresh > 0 && in(State.READY).size() + in(State.DELAYED).size() + fresh > capacity;
    }

    private Stream<String> fresh(List<Spec> batch) {
        return batch.stream().map(Spec::name).distinct().filter(name -> !tasks.containsKey(name));
    }

    void enqueue(List<Spec> batch) {
        for (Spec spec : batch) {
            if (!tasks.containsKey(spec.name)) {
                ModelTask task = new ModelTask(spec, nextSeq++, now);
                task.attempt = ended.containsKey(spec.name) ? ended.get(spec.name).attempt : 0;
                tasks.put(spec.name, task);
                if (spec.delay > 0) {
                    task.state = State.DELAYED;
                } else {
                    makeReady(task);
                }
            }
        }
    }

    private void makeReady(ModelTask task) {
        task.state = State.READY;
        List<String> level = turns.computeIfAbsent(task.spec.priority, unused -> new ArrayList<>());
        if (!level.contains(task.spec.submitter)) {
            level.add(task.spec.submitter);
        }
    }

    /** A ready task goes somewhere else. */
    private void leave(ModelTask task, State to) {
        task.state = to;
        if (in(State.READY).stream().noneMatch(other -> other.spec.priority == task.spec.priority
                && other.spec.submitter.equals(task.spec.submitter))) {
            turns.get(task.spec.priority).remove(task.spec.submitter);
        }
    }

    Optional<ModelTask> take(Predicate<String> runsLanguage) {
        if (paused || draining) {
            return Optional.empty();
        }
        List<ModelTask> runnable =
                in(State.READY).stream().filter(task -> runsLanguage.test(task.spec.language)).toList();
        Map<Integer, ModelTask> heads = new HashMap<>();
        runnable.stream().sorted(BY_AGE).forEach(task -> heads.putIfAbsent(task.spec.priority, task));
        Optional<ModelTask> best = heads.values().stream()
                .max(Comparator.comparingLong(this::effective).thenComparing(BY_AGE.reversed()));
        if (best.isEmpty()) {
            return best;
        }
        int priority = best.get().spec.priority;
        long others = heads.values().stream()
                .filter(head -> head != best.get()).mapToLong(this::effective).max().orElse(-1);
        List<String> level = turns.get(priority);
        for (String submitter : List.copyOf(level)) {
            Optional<ModelTask> oldest = runnable.stream()
                    .filter(task -> task.spec.priority == priority && task.spec.submitter.equals(submitter)).min(BY_AGE);
            if (oldest.isPresent() && effective(oldest.get()) >= others) {
                while (!level.get(level.size() - 1).equals(submitter)) {
                    level.add(level.remove(0));
                }
                hand(oldest.get());
                return oldest;
            }
        }
        throw new AssertionError("the oldest of the best level is always old enough");
    }

    private long effective(ModelTask task) {
        return Math.min(TOP, task.spec.priority + Math.max(0, now - task.since) / aging);
    }

    private void hand(ModelTask task) {
        leave(task, State.LEASED);
        task.attempt++;
        task.tried = true;
        task.deadline = now + lease;
    }

    /** The task whose lease this is, if it is still one. */
    Optional<ModelTask> held(String name, int attempt) {
        return Optional.ofNullable(tasks.get(name))
                .filter(task -> task.state == State.LEASED && task.attempt == attempt);
    }

    /** Whether the attempt has ended the task, so that its result may be reported once more. */
    boolean hasEnded(String name, int attempt) {
        return new Ended(attempt, true).equals(ended.get(name));
    }

    void extend(ModelTask task) {
        task.deadline = now + lease;
    }

    void complete(ModelTask task) {
        end(task, Reason.OK);
    }

    private void end(ModelTask task, Reason reason) {
        tasks.remove(task.spec.name);
        results.add(new Result(task.spec.name, task.attempt, now, reason));
        if (task.attempt > 0) {
            ended.put(task.spec.name, new Ended(task.attempt, reason == Reason.OK));
        }
    }

    /** Whether the task is tried again. */
    boolean lose(ModelTask task) {
        task.losses++;
        if (task.losses >= maxAttempts) {
            end(task, Reason.SANDBOX_ERROR);
            tasks.put(task.spec.name, task);
            task.state = State.DEAD;
            return false;
        }
        release(task);
        return true;
    }

    void release(ModelTask task) {
        if (task.cancelRequested) {
            end(task, Reason.CANCELLED);
        } else {
            makeReady(task);
        }
    }

    CancelAnswer cancel(String name) {
        ModelTask task = tasks.get(name);
        if (task == null || task.state == State.DEAD) {
            return CancelAnswer.UNKNOWN;
        }
        if (task.state == State.LEASED) {
            task.cancelRequested = true;
            return CancelAnswer.REQUESTED;
        }
        if (task.state == State.READY) {
            leave(task, State.DELAYED);
        }
        end(task, Reason.CANCELLED);
        return CancelAnswer.REMOVED;
    }

    List<String> discard(List<String> names) {
        List<String> dead = names.stream().distinct()
                .filter(name -> tasks.containsKey(name) && tasks.get(name).state == State.DEAD).toList();
        dead.forEach(tasks::remove);
        return dead;
    }

    /** A second passes: first what is due becomes ready, then leases run out. */
    void second() {
        now++;
        in(State.DELAYED).stream().filter(task -> task.since <= now).sorted(BY_AGE).forEach(this::makeReady);
        in(State.LEASED).stream().filter(task -> task.deadline <= now)
                .sorted(Comparator.<ModelTask>comparingLong(task -> task.deadline).thenComparingLong(task -> task.seq))
                .forEach(this::lose);
    }

    /** The server is killed and starts again. */
    void crash() {
        crashed = true;
        paused = false;
        draining = false;
        turns.clear();
        ended.clear();
        List<ModelTask> waiting = Stream.concat(in(State.READY).stream(), in(State.DELAYED).stream())
                .sorted(Comparator.comparingLong(task -> task.seq)).toList();
        List<ModelTask> lost =
                in(State.LEASED).stream().sorted(Comparator.comparingLong(task -> task.seq)).toList();
        for (ModelTask task : waiting) {
            task.attempt = task.tried ? task.attempt : 0;
            countFromSubmission(task);
            if (task.state == State.READY) {
                makeReady(task);
            }
        }
        for (ModelTask task : lost) {
            task.crashes++;
            countFromSubmission(task);
            release(task);
        }
    }

    /** The journal knows of a task that was tried only when it was submitted. */
    private static void countFromSubmission(ModelTask task) {
        if (task.tried) {
            task.since = task.queuedAt;
        }
    }
}
