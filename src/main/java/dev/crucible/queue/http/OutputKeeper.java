package dev.crucible.queue.http;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.InputStream;

/** Where a worker's plain report keeps a stream that is too long to travel with the record. */
@FunctionalInterface
public interface OutputKeeper {
    /** @return a ref to read it by, durable */
    String put(EvaluationId id, OutputStreamName stream, InputStream content);
}
