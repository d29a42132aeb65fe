package dev.crucible.api;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A W3C trace context.
 *
 * @param traceparent the header's text
 * @param traceId its 32 hex digits
 */
public record TraceContext(String traceparent, String traceId) {
    /** Version ff is forbidden; a later version than 00 may carry more after the flags. */
    private static final Pattern FORM =
            Pattern.compile("(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[\\x21-\\x7e]{1,64})?");

    /** The context that a caller sent, or a new one when it sent none that can be read, as the standard asks. */
    public static TraceContext of(@Nullable String header) {
        Matcher match = FORM.matcher(header == null ? "" : header.strip());
        if (match.matches() && (match.group(3) == null || !match.group(1).equals("00"))) {
            return new TraceContext(match.group(), match.group(2));
        }
        ThreadLocalRandom random = ThreadLocalRandom.current();
        HexFormat hex = HexFormat.of();
        String traceId = hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong() | 1);
        return new TraceContext("00-" + traceId + "-" + hex.toHexDigits(random.nextLong() | 1) + "-01", traceId);
    }
}
