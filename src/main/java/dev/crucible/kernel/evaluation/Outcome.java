package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How an evaluation ended.
 *
 * @param detail one sentence for a person, with the limit that fired and what was measured
 * @param exitCode the program's own exit code, or null when it did not exit by itself
 * @param signal the signal that ended it, or null
 * @param usage what it used
 * @param engine the engine it ran on, or null when it never ran
 * @param engineVersion the engine's version, or null
 * @param languageVersion the version of the language's runtime, or null when it is not known
 */
public record Outcome(
        Reason reason,
        String detail,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        Usage usage,
        CapturedOutput stdout,
        CapturedOutput stderr,
        CapturedOutput compile,
        @Nullable String engine,
        @Nullable String engineVersion,
        @Nullable String languageVersion) {

    /**
     * What was measured.
     *
     * @param wallMillis the guest's program from start to end
     * @param cpuMillis CPU of all its processes; null when nothing accounted for it
     * @param peakMemoryBytes null when nothing accounted for it
     * @param startupMillis from the worker's hand-over to the program's start: ours, not the guest's
     */
    public record Usage(
            long wallMillis, @Nullable Long cpuMillis, @Nullable Long peakMemoryBytes, long startupMillis) {
        public static final Usage NONE = new Usage(0, null, null, 0);
    }

    public Outcome {
        requireNonNull(reason, "reason is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(usage, "usage is null");
        requireNonNull(stdout, "stdout is null");
        requireNonNull(stderr, "stderr is null");
        requireNonNull(compile, "compile is null");
    }

    /** The outcome of an evaluation whose program was never started. */
    public static Outcome notRun(Reason reason, String detail) {
        return new Outcome(
                reason, detail, null, null, Usage.NONE,
                CapturedOutput.EMPTY, CapturedOutput.EMPTY, CapturedOutput.EMPTY, null, null, null);
    }

    public boolean success() {
        return reason == Reason.OK;
    }
}
