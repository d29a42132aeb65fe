package dev.crucible.lifecycle;

import static java.util.Objects.requireNonNull;

import dev.crucible.events.EvaluationEvent;
import dev.crucible.events.EventBus;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.queue.Settlement;
import dev.crucible.queue.SettlementHandler;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of statuses. Every change goes through {@link EvaluationStatus}'s state machine in the store, and
 * every accepted change becomes an event. Thread-safe.
 *
 * <p>Terminal statuses come from the queue's settlements alone: the queue decides whose result counts, this class
 * records it. A crash between the two is healed because the queue settles again at its next start; a crash between the
 * record and its event is healed by {@link #republish}.
 */
public final class EvaluationLifecycle implements SettlementHandler {
    private static final Logger LOG = LoggerFactory.getLogger(EvaluationLifecycle.class);
    /** How far before the last known event {@link #republish} looks: more than can be under way at once. */
    private static final int REPUBLISH_OVERLAP = 10_000;

    private static final int REPUBLISH_PAGE = 1_000;

    private final EvaluationStore store;
    private final EventBus events;
    private final InstantSource clock;

    public EvaluationLifecycle(EvaluationStore store, EventBus events, InstantSource clock) {
        this.store = requireNonNull(store, "store is null");
        this.events = requireNonNull(events, "events is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Publishes again what a crash kept from being published; the bus passes over what it has. */
    public void republish() {
        long after = Math.max(0, events.lastSource() - REPUBLISH_OVERLAP);
        List<TimelineEntry> page;
        do {
            page = store.timelineAfter(after, REPUBLISH_PAGE);
            events.publish(page.stream().map(EvaluationLifecycle::event).toList());
            after = page.isEmpty() ? after : page.get(page.size() - 1).position();
        } while (page.size() == REPUBLISH_PAGE);
    }

    /** Stores submissions as queued; see {@link EvaluationStore#create}. */
    public Created submit(List<NewEvaluation> batch, @Nullable IdempotencyKey key) {
        Created created = store.create(batch, key);
        events.publish(created.entries().stream().map(EvaluationLifecycle::event).toList());
        return created;
    }

    /** A worker has the task and makes its sandbox. */
    public boolean provisioning(EvaluationId id, int attempt, String workerId) {
        return change(new StatusChange(
                id, EvaluationStatus.PROVISIONING, "worker:" + workerId, attempt, null, clock.instant(), workerId, null));
    }

    /** The program has started. */
    public boolean running(EvaluationId id, int attempt, String workerId) {
        return change(new StatusChange(
                id, EvaluationStatus.RUNNING, "worker:" + workerId, attempt, null, clock.instant(), workerId, null));
    }

    @Override
    public void settle(List<Settlement> settlements) {
        apply(settlements.stream().map(EvaluationLifecycle::change).toList());
    }

    private boolean change(StatusChange change) {
        return apply(List.of(change)).get(0).accepted();
    }

    private List<Changed> apply(List<StatusChange> changes) {
        List<Changed> answers = store.apply(changes);
        List<EvaluationEvent> accepted = new ArrayList<>(answers.size());
        for (int i = 0; i < answers.size(); i++) {
            Changed answer = answers.get(i);
            if (answer.entry() != null) {
                accepted.add(event(answer.entry()));
            } else {
                StatusChange refused = changes.get(i);
                LOG.atDebug().addKeyValue("eval_id", refused.id()).addKeyValue("to", refused.to().wire())
                        .addKeyValue("attempt", refused.attempt()).addKeyValue("current", answer.current())
                        .log("A status change was refused by the state machine; the record stays as it is");
            }
        }
        events.publish(accepted);
        return answers;
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
