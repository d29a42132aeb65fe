package dev.crucible.app;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One setting. Help texts, the README's table, error messages and {@code crucible config} all come from here.
 *
 * @param name the name of its environment variable
 * @param description one sentence
 * @param allowed the values it takes, as part of a sentence
 * @param defaultText the default as a person reads it
 * @param defaultValue the default as it would be typed, or null for "not set"
 * @param parser reads what was typed; an {@link IllegalArgumentException} says what is wrong, without the value
 * @param secret whether the value must not be shown, nor be given on a command line
 */
public record Setting<T>(
        String name,
        String description,
        String allowed,
        String defaultText,
        Function<HostFacts, @Nullable String> defaultValue,
        Function<String, T> parser,
        boolean secret) {
    static final String PREFIX = "CRUCIBLE_";
    static final String FILE_SUFFIX = "_FILE";

    /** The name without {@code CRUCIBLE_}. */
    public String shortName() {
        return name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
    }

    /**
     * The environment variables it is read from; an earlier one goes before a later one. {@code CRUCIBLE_PORT} wins over
     * {@code PORT}, which may be meant for another program; {@code HOME} is never ours.
     */
    public List<String> variables() {
        return name.startsWith(PREFIX) ? List.of(name) : List.of(PREFIX + name, name);
    }

    /** Its flag. A secret has one for the file that holds it only: command lines can be seen by everybody. */
    public String flag() {
        String flag = "--" + shortName().toLowerCase(Locale.ROOT).replace('_', '-');
        return secret ? flag + "-file" : flag;
    }
}
