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

/** Whole outputs in memory. */
public final class FakeOutputs implements OutputStore {
    private final Map<String, byte[]> kept = new ConcurrentHashMap<>();

    @Override
    public String put(EvaluationId id, OutputStreamName stream, InputStream content) {
        try {
            String ref = id + "-" + stream.wire();
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
