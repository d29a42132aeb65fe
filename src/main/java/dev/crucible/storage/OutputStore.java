package dev.crucible.storage;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.InputStream;

/**
 * Whole outputs that are too long to travel with the record, and the files that programs left. Content is addressed by
 * its hash: the same bytes are kept once. Mirrors {@code PUT|GET /evaluations/{id}/output/{stream}}. Thread-safe.
 */
public interface OutputStore {
    /**
     * Keeps a stream, durably before it returns, without holding it whole in memory.
     *
     * @return a ref to read it by
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it cannot be kept
     */
    String put(EvaluationId id, OutputStreamName stream, InputStream content);

    /**
     * Keeps a file that a program left, likewise.
     *
     * @param path below the work folder; names it, and never decides where it is kept
     */
    String putArtifact(EvaluationId id, String path, InputStream content);

    /** What {@link #put} or {@link #putArtifact} kept, from byte {@code from} on. @throws PlatformException {@code NOT_FOUND} */
    InputStream open(String ref, long from);

    /** Bytes kept, all outputs and files together. */
    long totalBytes();
}
