package dev.crucible.api.http;

import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Utf8;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes text of output that comes in pieces: the first bytes of a character wait for the piece that has the rest.
 * Used by one thread at a time.
 */
final class LiveText {
    /** Streams whose last piece broke a character: far more than run at once. */
    private static final int MAX_STREAMS = 4_096;

    private final Map<Stream, Piece> unfinished = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stream, Piece> eldest) {
            return size() > MAX_STREAMS;
        }
    };

    /** The whole characters that can be told now, or empty when none can. */
    Optional<Piece> next(OutputEvent event) {
        Stream stream = new Stream(event.evalId(), event.stream());
        Piece before = unfinished.remove(stream);
        boolean follows = before != null && before.offset() + before.bytes().length == event.offset();
        byte[] bytes = follows ? joined(before.bytes(), event.bytes()) : event.bytes();
        long offset = follows ? before.offset() : event.offset();
        int whole = bytes.length - Utf8.unfinished(bytes);
        if (whole < bytes.length) {
            unfinished.put(stream, new Piece(event.stream(), offset + whole, Arrays.copyOfRange(bytes, whole, bytes.length)));
        }
        return whole == 0
                ? Optional.empty()
                : Optional.of(new Piece(event.stream(), offset, Arrays.copyOf(bytes, whole)));
    }

    /** What is left of a stream that has ended within a character. */
    Optional<Piece> last(EvaluationId id, OutputStreamName stream) {
        return Optional.ofNullable(unfinished.remove(new Stream(id, stream)));
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    private record Stream(EvaluationId id, OutputStreamName name) {}

    /** Bytes of a stream and where they begin. */
    record Piece(OutputStreamName stream, long offset, byte[] bytes) {
        String text() {
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }
}
