package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import java.time.Instant;

/**
 * A task as the queue sees it.
 *
 * @param position tasks that go before it; 0 unless it is waiting
 */
public record TaskView(EvaluationId id, State state, int position, Instant queuedAt, int priority, int attempt) {
    /** Where a task stands in the queue. */
    public enum State {
        QUEUED,
        DELAYED,
        LEASED,
        /** Over; its outcome is on its way to the record. */
        ENDED,
        DEAD_LETTER
    }
}
