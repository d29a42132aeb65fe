package dev.crucible.events;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import java.time.Instant;
import java.util.Map;

/**
 * A change of status. Durable: kept in the outbox, in order, and read again by position.
 *
 * @param position grows from event to event; 0 before the bus has given one
 * @param source the position of the timeline entry that it tells of; publishing the same source again does nothing
 * @param data {@code status, previous_status, attempt, reason, detail, language, engine, priority, exit_code,
 *     runtime_ms}; values are strings, numbers or null
 */
public record EvaluationEvent(
        long position,
        long source,
        EvaluationId evalId,
        String submitter,
        EvaluationStatus status,
        Instant at,
        Map<String, Object> data)
        implements Event {
    public EvaluationEvent {
        requireNonNull(evalId, "evalId is null");
        requireNonNull(submitter, "submitter is null");
        requireNonNull(status, "status is null");
        requireNonNull(at, "at is null");
        requireNonNull(data, "data is null");
    }

    /** The channel: {@code evaluation:queued}, {@code evaluation:running}, … */
    public String channel() {
        return "evaluation:" + status.wire();
    }

    EvaluationEvent at(long newPosition) {
        return new EvaluationEvent(newPosition, source, evalId, submitter, status, at, data);
    }
}
