package dev.crucible.platform.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Says of a body that is none of our records which field is wrong and what it must be, without naming our classes. */
final class WireErrors {
    private static final Pattern NULL_FIELD = Pattern.compile("(\\w+) is null");

    private WireErrors() {}

    /** @param loc where the tree that was read lies */
    static PlatformException invalid(JsonProcessingException e, List<String> loc) {
        List<String> at = new ArrayList<>(loc);
        if (e instanceof JsonMappingException mapping) {
            mapping.getPath().forEach(step ->
                    at.add(step.getFieldName() == null ? Integer.toString(step.getIndex()) : step.getFieldName()));
        }
        if (e instanceof ValueInstantiationException refused) {
            return refused(refused.getCause(), at);
        }
        String what = e instanceof MismatchedInputException mismatch ? expected(mismatch.getTargetType()) : "cannot be read";
        return error(at, what, "type_error");
    }

    /** What the record itself said when it was made. */
    private static PlatformException refused(@Nullable Throwable cause, List<String> at) {
        String why = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
        Matcher missing = NULL_FIELD.matcher(why);
        if (cause instanceof NullPointerException) {
            if (missing.matches()) {
                at.add(snake(missing.group(1)));
            }
            return error(at, missing.matches() ? "is missing" : "lacks a field that it needs", "missing");
        }
        return error(at, why.isEmpty() ? "is not valid" : why, "value_error");
    }

    private static String snake(String name) {
        return name.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    private static String expected(@Nullable Class<?> type) {
        if (type == null) {
            return "is of the wrong type";
        } else if (type.isEnum()) {
            return "must be one of " + Arrays.toString(type.getEnumConstants());
        } else if (type == int.class || type == long.class || type == Integer.class || type == Long.class) {
            return "must be a whole number";
        } else if (type == boolean.class || type == Boolean.class) {
            return "must be true or false";
        } else if (type == String.class) {
            return "must be a string";
        } else if (type == byte[].class) {
            return "must be bytes: in JSON, a string in base64";
        } else if (type == Instant.class) {
            return "must be a time such as 2026-11-21T22:49:36Z";
        } else if (type == Duration.class) {
            return "must be a duration such as PT30S";
        } else if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "must be a list";
        }
        return Number.class.isAssignableFrom(type) ? "must be a number"
                : Map.class.isAssignableFrom(type) || type.isRecord() ? "must be an object" : "is of the wrong type";
    }

    private static PlatformException error(List<String> at, String what, String type) {
        return PlatformException.invalid(List.of(new FieldError(at, what, type)));
    }
}
