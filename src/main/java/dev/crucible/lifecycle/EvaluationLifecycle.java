package dev.crucible.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.Event;
import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.queue.JointSettlementHandler;
import dev.crucible.queue.Settlement;
import dev.crucible.storage.Changed;
import dev.crucible.storage.Created;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.NewEvaluation;
import dev.crucible.storage.StatusChange;
import dev.crucible.storage.TimelineEntry;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of statuses. Every change goes through {@link EvaluationStatus}'s state machine in the store, and
 * every accepted change becomes an event. Thread-safe.
 *
 * <p>Terminal statuses come from the queue's settlements alone: the queue decides whose result counts, this class
 * records it, in the queue's own transaction where they share a database. Where they do not, a crash between the two is
 * healed because the queue settles again at its next start; a crash between the record and its event is healed by
 * {@link #republish}.
 */
public final class EvaluationLifecycle implements JointSettlementHandler {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationLifecycle.class);
    /** How far before the last known event {@link #republish} looks: more than can be under way at once. */
    private static final int REPUBLISH_OVERLAP = 10_000;

    private static final int REPUBLISH_PAGE = 1_000;

    private final EvaluationStore store;
    private final EventBus events;
    private final InstantSource clock;
    private final boolean settlesHere;
    private final Map<EvaluationId, Passage> passages = new ConcurrentHashMap<>();
    private final List<Consumer<Ended>> listeners = new CopyOnWriteArrayList<>();

    /** What a run went through before its end. */
    private record Passage(int attempt, List<StatusChange> statuses, List<OutputEvent> output) {}

    /** An end that has been recorded. */
    public record Ended(EvaluationId id, EvaluationStatus status) {}

    /** For a process whose own queue settles with it. */
    public EvaluationLifecycle(EvaluationStore store, EventBus events, InstantSource clock) {
        this(store, events, clock, true);
    }

    /** @param settlesHere false when the queue is in another process, and with it the one that records the ends */
    public EvaluationLifecycle(EvaluationStore store, EventBus events, InstantSource clock, boolean settlesHere) {
        this.store = requireNonNull(store, "store is null");
        this.events = requireNonNull(events, "events is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.settlesHere = settlesHere;
    }

    /** Whether what is left to {@link #recordWithEnd} will be recorded: otherwise it must be recorded at once. */
    public boolean settlesHere() {
        return settlesHere;
    }

    /** Publishes again what a crash kept from being published; the bus passes over what it has. */
    public void republish() {
        long after = Math.max(0, events.lastSource() - REPUBLISH_OVERLAP);
        List<TimelineEntry> page;
        do {
            page = store.timelineAfter(after, REPUBLISH_PAGE);
            events.publish(page.stream().<Event>map(EvaluationLifecycle::event).toList());
            after = page.isEmpty() ? after : page.get(page.size() - 1).position();
        } while (page.size() == REPUBLISH_PAGE);
    }

    /** Stores submissions as queued; see {@link EvaluationStore#create}. */
    public Created submit(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        Created created = store.create(batch, key);
        events.publish(created.entries().stream().<Event>map(EvaluationLifecycle::event).toList());
        return created;
    }

    /** A worker has the task and makes its sandbox, as of now; to be recorded at once or with the end. */
    public StatusChange provisioning(EvaluationId id, int attempt, String workerId) {
        return new StatusChange(
                id, EvaluationStatus.PROVISIONING, "worker:" + workerId, attempt, null, clock.instant(), workerId, null);
    }

    /** The program has started, as of now; to be recorded at once or with the end. */
    public StatusChange running(EvaluationId id, int attempt, String workerId) {
        return new StatusChange(
                id, EvaluationStatus.RUNNING, "worker:" + workerId, attempt, null, clock.instant(), workerId, null);
    }

    /** Records passing statuses of one evaluation, in order. */
    public void record(List<StatusChange> passing) {
        events.publish(apply(List.of(new Step(passing, List.of(), null))).get(0).events());
    }

    /**
     * Keeps what a short run went through until its result is settled, and records it together with that: its passing
     * statuses, and its output, which is not told before them.
     */
    public void recordWithEnd(EvaluationId id, int attempt, List<StatusChange> passing, List<OutputEvent> output) {
        passages.put(id, new Passage(attempt, List.copyOf(passing), List.copyOf(output)));
    }

    /** The result will not be settled: it came under a lease that was lost. */
    public void forget(EvaluationId id, int attempt) {
        passages.computeIfPresent(id, (key, passage) -> passage.attempt() == attempt ? null : passage);
    }

    /**
     * Subscribes to ends from now on, each told once it is recorded: before its event is where they are recorded here,
     * and else by its event. The listener must neither block nor throw.
     */
    public Subscription onEnd(Consumer<Ended> listener) {
        if (!settlesHere) {
            return events.subscribe(event -> {
                if (event instanceof EvaluationEvent change && change.status().terminal()) {
                    listener.accept(new Ended(change.evalId(), change.status()));
                }
            })::close;
        }
        Consumer<Ended> own = listener::accept;
        listeners.add(own);
        return () -> listeners.remove(own);
    }

    /** Ends with {@link #close}; idempotent. */
    public interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    @Override
    public void settle(List<Settlement> settlements) {
        settleNow(settlements).forEach(Runnable::run);
    }

    @Override
    public List<Runnable> settleWithin(List<Settlement.Finished> results) {
        return settleNow(results);
    }

    private List<Runnable> settleNow(List<? extends Settlement> settlements) {
        List<Told> told = apply(settlements.stream().map(this::step).toList());
        List<Runnable> rest = new ArrayList<>(told.size());
        for (int i = 0; i < told.size(); i++) {
            Settlement settlement = settlements.get(i);
            Told one = told.get(i);
            rest.add(() -> tell(settlement, one));
        }
        return rest;
    }

    private Step step(Settlement settlement) {
        if (settlement instanceof Settlement.Finished finished && finished.workerId() != null) {
            Passage passage = passages.get(finished.id());
            return passage != null && passage.attempt() == finished.attempt()
                    ? new Step(passage.statuses(), passage.output(), change(settlement))
                    : new Step(List.of(started(finished, finished.workerId())), List.of(), change(settlement));
        }
        return new Step(List.of(), List.of(), change(settlement));
    }

    /** For a result whose passing statuses a crash took: nothing completes that was not started. Else it is refused. */
    private static StatusChange started(Settlement.Finished finished, String workerId) {
        return new StatusChange(
                finished.id(), EvaluationStatus.PROVISIONING, "worker:" + workerId, finished.attempt(), null,
                finished.at(), workerId, null);
    }

    private void tell(Settlement settlement, Told told) {
        forget(settlement.id(), settlement.attempt());
        TimelineEntry end = told.end();
        if (end != null) {
            listeners.forEach(listener -> listener.accept(new Ended(end.id(), end.to())));
        }
        events.publish(told.events());
    }

    /** What one evaluation goes through: passing statuses, output, and what ends the attempt. */
    private record Step(List<StatusChange> passing, List<OutputEvent> output, @Nullable StatusChange last) {
        List<StatusChange> changes() {
            List<StatusChange> changes = new ArrayList<>(passing);
            if (last != null) {
                changes.add(last);
            }
            return changes;
        }
    }

    /** What came of a step: what is to be published, and its end if it was recorded. */
    private record Told(List<Event> events, @Nullable TimelineEntry end) {}

    private List<Told> apply(List<Step> steps) {
        List<StatusChange> changes = steps.stream().flatMap(step -> step.changes().stream()).toList();
        List<Changed> answers = store.apply(changes);
        List<Told> told = new ArrayList<>(steps.size());
        int next = 0;
        for (Step step : steps) {
            List<Event> accepted = new ArrayList<>();
            for (StatusChange passing : step.passing()) {
                add(accepted, passing, answers.get(next++));
            }
            accepted.addAll(step.output());
            TimelineEntry last = step.last() == null ? null : add(accepted, step.last(), answers.get(next++));
            told.add(new Told(accepted, last != null && last.to().terminal() ? last : null));
        }
        return told;
    }

    private static @Nullable TimelineEntry add(List<Event> accepted, StatusChange asked, Changed answer) {
        if (answer.entry() != null) {
            accepted.add(event(answer.entry()));
        } else {
            LOG.atDebug().addKeyValue("eval_id", asked.id()).addKeyValue("to", asked.to().wire())
                    .addKeyValue("attempt", asked.attempt()).addKeyValue("current", answer.current())
                    .log("A status change was refused by the state machine; the record stays as it is");
        }
        return answer.entry();
    }

    private static StatusChange change(Settlement settlement) {
        if (settlement instanceof Settlement.Finished finished) {
            return new StatusChange(
                    finished.id(), finished.outcome().reason().status(), finished.actor(), finished.attempt(),
                    finished.outcome().detail(), finished.at(), finished.workerId(), finished.outcome());
        } else if (settlement instanceof Settlement.Requeued requeued) {
            return new StatusChange(
                    requeued.id(), EvaluationStatus.QUEUED, "queue", requeued.attempt(), requeued.why(), requeued.at(),
                    null, null);
        }
        throw new IllegalStateException("a settlement of an unknown kind");
    }

    private static EvaluationEvent event(TimelineEntry entry) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("status", entry.to().wire());
        data.put("previous_status", entry.from() == null ? null : entry.from().wire());
        data.put("attempt", entry.attempt());
        data.put("reason", entry.reason() == null ? null : entry.reason().wire());
        data.put("detail", entry.detail());
        data.put("language", entry.language());
        data.put("engine", entry.engine());
        data.put("priority", entry.priority());
        data.put("exit_code", entry.exitCode());
        data.put("runtime_ms", entry.runtimeMillis());
        return new EvaluationEvent(
                0, entry.position(), entry.id(), entry.submitter(), entry.to(), entry.at(), data);
    }
}
