package dev.crucible.api.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A part of a body (RFC 9110 §14).
 *
 * @param first the first byte
 * @param last the last byte, inclusive
 */
record ByteRange(long first, long last) {
    private static final Pattern ONE = Pattern.compile("bytes\\s*=\\s*(\\d*)\\s*-\\s*(\\d*)");

    private static final int MAX_DIGITS = 18;

    long length() {
        return last - first + 1;
    }

    String contentRange(long size) {
        return "bytes " + first + "-" + last + "/" + size;
    }

    /**
     * What a {@code Range} header asks of a body. Empty means the whole: no header, one that is no byte range, or
     * several ranges, which a server may answer in full.
     *
     * @throws PlatformException {@code RANGE_NOT_SATISFIABLE} if it lies beyond the body
     */
    static Optional<ByteRange> of(@Nullable String header, long size) {
        Matcher match = ONE.matcher(header == null ? "" : header.strip());
        if (!match.matches() || (match.group(1).isEmpty() && match.group(2).isEmpty())) {
            return Optional.empty();
        }
        long first;
        long last;
        if (match.group(1).isEmpty()) {
            long suffix = number(match.group(2));
            first = suffix == 0 ? size : Math.max(0, size - suffix);
            last = size - 1;
        } else {
            first = number(match.group(1));
            last = match.group(2).isEmpty() ? size - 1 : Math.min(size - 1, number(match.group(2)));
            if (!match.group(2).isEmpty() && number(match.group(2)) < first) {
                return Optional.empty();
            }
        }
        if (first >= size) {
            throw new PlatformException(ErrorCode.RANGE_NOT_SATISFIABLE, "The content has only " + size + " bytes.");
        }
        return Optional.of(new ByteRange(first, last));
    }

    /** A number beyond every body stands for the largest one there is. */
    private static long number(String digits) {
        return digits.length() > MAX_DIGITS ? Long.MAX_VALUE : Long.parseLong(digits);
    }
}
