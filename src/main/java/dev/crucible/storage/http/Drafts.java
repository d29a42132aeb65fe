package dev.crucible.storage.http;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What is said of evaluations before they have ended: their logs so far, and which outputs were put. Kept for those that
 * were spoken of last, and only here: the record says it all once they have ended. Thread-safe.
 */
final class Drafts {
    private static final int MAX_EVALUATIONS = 256;
    private static final int MAX_LOG = 64 * 1024;

    /** The newest text of both streams, and how much there was in all. */
    record Logs(String output, String error, long outputSize, long errorSize) {
        private static final Logs NONE = new Logs("", "", 0, 0);
    }

    /** An output that was put. */
    record Put(String ref, long size) {}

    private static final class Draft {
        private byte[] output = new byte[0];
        private byte[] error = new byte[0];
        private long outputSize;
        private long errorSize;
        private final Map<OutputStreamName, Put> puts = new EnumMap<>(OutputStreamName.class);
    }

    private final Map<EvaluationId, Draft> drafts = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EvaluationId, Draft> eldest) {
            return size() > MAX_EVALUATIONS;
        }
    };

    synchronized Logs append(EvaluationId id, String output, String error) {
        Draft draft = drafts.computeIfAbsent(id, key -> new Draft());
        byte[] moreOutput = output.getBytes(StandardCharsets.UTF_8);
        byte[] moreError = error.getBytes(StandardCharsets.UTF_8);
        draft.output = newest(draft.output, moreOutput);
        draft.error = newest(draft.error, moreError);
        draft.outputSize += moreOutput.length;
        draft.errorSize += moreError.length;
        return logs(id);
    }

    private static byte[] newest(byte[] before, byte[] more) {
        int kept = Math.min(before.length, Math.max(0, MAX_LOG - more.length));
        int added = Math.min(more.length, MAX_LOG);
        byte[] both = new byte[kept + added];
        System.arraycopy(before, before.length - kept, both, 0, kept);
        System.arraycopy(more, more.length - added, both, kept, added);
        return both;
    }

    synchronized Logs logs(EvaluationId id) {
        Draft draft = drafts.get(id);
        return draft == null ? Logs.NONE : new Logs(
                new String(draft.output, StandardCharsets.UTF_8), new String(draft.error, StandardCharsets.UTF_8),
                draft.outputSize, draft.errorSize);
    }

    synchronized void put(EvaluationId id, OutputStreamName stream, Put put) {
        drafts.computeIfAbsent(id, key -> new Draft()).puts.put(stream, put);
    }

    synchronized Optional<Put> put(EvaluationId id, OutputStreamName stream) {
        Draft draft = drafts.get(id);
        return draft == null ? Optional.empty() : Optional.ofNullable(draft.puts.get(stream));
    }

    /** The evaluation has ended, or is gone. */
    synchronized void forget(EvaluationId id) {
        drafts.remove(id);
    }
}
