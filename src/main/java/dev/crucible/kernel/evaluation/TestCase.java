package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One input of a submission that is run with many.
 *
 * @param name for the reader; unique within the submission
 * @param expectedOutput what standard output must be, or null when ending with exit code 0 is all that is asked
 * @param match how the two are compared
 */
public record TestCase(String name, String stdin, List<String> args, @Nullable String expectedOutput, Match match) {
    /** How a test's standard output is held against the expected one. */
    public enum Match {
        /** Byte for byte. */
        EXACT,
        /** Apart from white space at both ends. */
        TRIM,
        /** Line by line, apart from white space at each line's end and empty lines at the end. */
        LINES,
        /** As JSON values: order of names and white space do not count. */
        JSON;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public TestCase {
        requireNonNull(name, "name is null");
        requireNonNull(stdin, "stdin is null");
        args = List.copyOf(args);
        requireNonNull(match, "match is null");
    }
}
