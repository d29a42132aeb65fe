package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How the run of one {@link TestCase} ended. The arrays are not copied.
 *
 * @param passed whether it ended with exit code 0 and wrote what was expected
 * @param detail one sentence for a person
 * @param output the first bytes of standard output, at most {@link #KEPT_BYTES}
 * @param outputSize bytes it wrote, up to the output limit
 * @param error likewise of standard error
 */
public record TestOutcome(
        String name,
        Reason reason,
        boolean passed,
        String detail,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        Outcome.Usage usage,
        byte[] output,
        long outputSize,
        byte[] error,
        long errorSize) {
    /** What is kept of each stream of a test: 200 of them travel in one record. */
    public static final int KEPT_BYTES = 8 * 1024;

    public TestOutcome {
        requireNonNull(name, "name is null");
        requireNonNull(reason, "reason is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(usage, "usage is null");
        requireNonNull(output, "output is null");
        requireNonNull(error, "error is null");
        if (output.length > KEPT_BYTES || error.length > KEPT_BYTES) {
            throw new IllegalArgumentException("a test's output is longer than what is kept");
        }
    }
}
