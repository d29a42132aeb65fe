package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What was kept of one stream. The arrays are not copied: nobody changes one after handing it over.
 *
 * @param head the first bytes, at most {@link #INLINE_BYTES}
 * @param size bytes kept in all
 * @param truncated whether bytes were dropped at the output limit
 * @param ref where the output store keeps the whole stream; null when {@code head} is the whole
 */
public record CapturedOutput(byte[] head, long size, boolean truncated, @Nullable String ref) {
    /** Up to this many bytes travel with the record; longer streams live in the output store. */
    public static final int INLINE_BYTES = 64 * 1024;

    public static final CapturedOutput EMPTY = new CapturedOutput(new byte[0], 0, false, null);

    public CapturedOutput {
        requireNonNull(head, "head is null");
        if (head.length > INLINE_BYTES || size < head.length || (ref == null && size != head.length)) {
            throw new IllegalArgumentException("head, size and ref do not fit together");
        }
    }

    /** Whether {@link #head} is the whole stream. */
    public boolean inlineComplete() {
        return ref == null;
    }

    /** The head as text; bytes that are not UTF-8 appear as U+FFFD. */
    public String text() {
        return new String(head, StandardCharsets.UTF_8);
    }
}
