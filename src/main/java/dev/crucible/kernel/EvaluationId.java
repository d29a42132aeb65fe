package dev.crucible.kernel;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The name of one evaluation. Ids made here look like {@code eval_20261121_224936_9f3c01ab} (UTC second and an
 * unguessable suffix); ids made by other producers are accepted when they are 1 to 64 letters, digits, {@code _} or
 * {@code -} and start with a letter or digit, so an id can never be a path.
 */
public record EvaluationId(String value) implements Comparable<EvaluationId> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");

    /** @throws IllegalArgumentException if {@code value} does not have the form above */
    public EvaluationId {
        requireNonNull(value, "value is null");
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not an evaluation id");
        }
    }

    /** The id, or empty when {@code text} does not have the form of one. */
    public static Optional<EvaluationId> parse(String text) {
        return FORM.matcher(text).matches() ? Optional.of(new EvaluationId(text)) : Optional.empty();
    }

    @Override
    public int compareTo(EvaluationId other) {
        return value.compareTo(other.value);
    }

    @Override
    public String toString() {
        return value;
    }
}
