package dev.crucible.events;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;

/**
 * Bytes that a running program wrote. Live only: not kept, since the output itself is.
 *
 * @param offset where in the stream the bytes begin
 * @param bytes not copied
 */
public record OutputEvent(EvaluationId evalId, String submitter, OutputStreamName stream, long offset, byte[] bytes)
        implements Event {
    public OutputEvent {
        requireNonNull(evalId, "evalId is null");
        requireNonNull(submitter, "submitter is null");
        requireNonNull(stream, "stream is null");
        requireNonNull(bytes, "bytes is null");
    }
}
