package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.TestOutcome;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How an execution ended, without the bytes it wrote (they came by {@link Progress}).
 *
 * @param detail one sentence for a person, with the limit that fired and what was measured
 * @param stdoutSize bytes kept
 * @param stdoutTruncated whether bytes were dropped at the output limit
 * @param compileOutput what the compile step printed, at most 64 KiB; empty without one
 * @param evidence what the reason rests on, or null when the program's own end says it all
 * @param result the JSON text that the program reported, or null
 * @param artifacts the files that were asked for and found, within the caps
 * @param tests one for each test that was run
 */
public record RunResult(
        Reason reason,
        String detail,
        @Nullable Integer exitCode,
        @Nullable Integer signal,
        Usage usage,
        long stdoutSize,
        boolean stdoutTruncated,
        long stderrSize,
        boolean stderrTruncated,
        byte[] compileOutput,
        @Nullable String engineVersion,
        @Nullable String languageVersion,
        Outcome.@Nullable Evidence evidence,
        @Nullable String result,
        List<SourceFile> artifacts,
        List<TestOutcome> tests) {
    public RunResult {
        requireNonNull(reason, "reason is null");
        requireNonNull(detail, "detail is null");
        requireNonNull(usage, "usage is null");
        requireNonNull(compileOutput, "compileOutput is null");
        artifacts = List.copyOf(artifacts);
        tests = List.copyOf(tests);
    }
}
