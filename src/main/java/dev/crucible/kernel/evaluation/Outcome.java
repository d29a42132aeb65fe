package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.util.List;
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
 * @param evidence what the reason rests on, or null when the program's own end says it all
 * @param result the JSON text that the program reported in {@code $CRUCIBLE_RESULT}, as it wrote it, or null; valid, never trusted
 * @param tests one for each test that was run, in their order; empty when the submission had none
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
        @Nullable String languageVersion,
        @Nullable Evidence evidence,
        @Nullable String result,
        List<Artifact> artifacts,
        List<TestOutcome> tests) {

    /**
     * What was counted outside the program's reach and decided the reason.
     *
     * @param source who counted, such as {@code cgroup memory.oom_control oom_kill}
     * @param unit of both figures, such as {@code bytes}
     * @param limit the limit that fired, or null where there is none
     * @param measured what was seen, or null when the event alone was
     */
    public record Evidence(String source, String unit, @Nullable Long limit, @Nullable Long measured) {
        public Evidence {
            requireNonNull(source, "source is null");
            requireNonNull(unit, "unit is null");
        }
    }

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
        // Absent in what an earlier version wrote.
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
        tests = tests == null ? List.of() : List.copyOf(tests);
    }

    /** The outcome of one run that left nothing but its output. */
    public Outcome(
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
        this(reason, detail, exitCode, signal, usage, stdout, stderr, compile, engine, engineVersion, languageVersion,
                null, null, List.of(), List.of());
    }

    /** The outcome of an evaluation whose program was never started. */
    public static Outcome notRun(Reason reason, String detail) {
        return new Outcome(
                reason, detail, null, null, Usage.NONE,
                CapturedOutput.EMPTY, CapturedOutput.EMPTY, CapturedOutput.EMPTY, null, null, null);
    }

    /** Whether it ended well by itself and every test passed. */
    public boolean success() {
        return reason == Reason.OK && tests.stream().allMatch(TestOutcome::passed);
    }
}
