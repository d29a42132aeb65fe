package dev.crucible.testing;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.storage.OutputStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Whole outputs in memory. */
public final class FakeOutputs implements OutputStore {
    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();
    private final AtomicInteger failures = new AtomicInteger();

    @Override
    public String put(EvaluationId id, OutputStreamName stream, InputStream content) {
        return put(id + "-" + stream.wire(), content);
    }

    @Override
    public String putArtifact(EvaluationId id, String path, InputStream content) {
        return put(id + "-artifact-" + path, content);
    }

    /** The next puts fail as they do while the disk is full. */
    public void failures(int count) {
        failures.set(count);
    }

    private String put(String ref, InputStream content) {
        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "The disk is full.");
        }
        try {
            kept.put(ref, content.readAllBytes());
            return ref;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public InputStream open(String ref, long from) {
        byte[] content = kept.get(ref);
        if (content == null) {
            throw new PlatformException(ErrorCode.NOT_FOUND, "There is no such output.");
        }
        int start = (int) Math.min(from, content.length);
        return new ByteArrayInputStream(content, start, content.length - start);
    }

    @Override
    public long totalBytes() {
        return kept.values().stream().mapToLong(content -> content.length).sum();
    }
}
