package dev.crucible.platform.http;

import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the parameters of a query, each of which is a 422 when it is not as it should be. An empty one counts as absent. */
public final class QueryParameters {
    private static final int MAX_TEXT = 256;
    /** The last that is written with four digits; a database knows fewer years than Java. */
    private static final int LAST_YEAR = 9_999;

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

    private QueryParameters() {}

    public static @Nullable String text(Context ctx, String name) {
        String value = ctx.queryParam(name);
        if (value != null && value.length() > MAX_TEXT) {
            throw wrong(name, "is longer than " + MAX_TEXT + " characters", "too_long");
        }
        return value == null || value.isBlank() ? null : value;
    }

    public static long whole(Context ctx, String name, long otherwise, long least, long most) {
        String value = text(ctx, name);
        if (value == null) {
            return otherwise;
        }
        try {
            long number = Long.parseLong(value.strip());
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw wrong(name, "must be a whole number", "type_error");
        }
        throw wrong(name, "must be from " + least + " to " + most, "out_of_range");
    }

    /** A time to wait, in seconds with fractions; none without it. */
    public static Duration seconds(Context ctx, String name, Duration most) {
        String value = text(ctx, name);
        if (value == null) {
            return Duration.ZERO;
        }
        if (!SECONDS.matcher(value.strip()).matches()) {
            throw wrong(name, "must be a number of seconds from 0 to " + most.toSeconds(), "type_error");
        }
        Duration asked = Duration.ofMillis(new BigDecimal(value.strip()).movePointRight(3).longValue());
        if (asked.compareTo(most) > 0) {
            throw wrong(name, "must be from 0 to " + most.toSeconds() + " seconds", "out_of_range");
        }
        return asked;
    }

    public static @Nullable Instant time(Context ctx, String name) {
        String value = text(ctx, name);
        if (value == null) {
            return null;
        }
        try {
            // A + that was not escaped arrives as a space, and in a time it can only have been a +.
            OffsetDateTime time = OffsetDateTime.parse(value.strip().replace(' ', '+'));
            if (time.getYear() >= 0 && time.getYear() <= LAST_YEAR) {
                return time.toInstant();
            }
        } catch (DateTimeException e) {
            throw wrong(name, "must be a time such as 2026-11-21T22:49:36Z", "invalid_time");
        }
        throw wrong(name, "must lie in the years 0 to " + LAST_YEAR, "out_of_range");
    }

    public static PlatformException wrong(String name, String message, String type) {
        return PlatformException.invalid(List.of(new FieldError(List.of("query", name), message, type)));
    }
}
