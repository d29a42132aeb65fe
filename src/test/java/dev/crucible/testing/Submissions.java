package dev.crucible.testing;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Submissions and outcomes for tests. */
public final class Submissions {
    private Submissions() {}

    public static Submission python(String code) {
        return python(code, Submission.DEFAULT_PRIORITY, null);
    }

    public static Submission python(String code, int priority, @Nullable Instant notBefore) {
        return new Submission(
                code, "python", "sandbox", priority, Limits.DEFAULTS, "", List.of(), Map.of(), Map.of(), null, notBefore,
                null);
    }

    public static EvaluationId id(String name) {
        return new EvaluationId(name);
    }

    public static Outcome ok(String stdout) {
        byte[] bytes = stdout.getBytes(StandardCharsets.UTF_8);
        return new Outcome(
                Reason.OK, "It ended with exit code 0.", 0, null, new Outcome.Usage(12, 9L, 8_000_000L, 15),
                new CapturedOutput(bytes, bytes.length, false, null), CapturedOutput.EMPTY, CapturedOutput.EMPTY,
                "sandbox", "0.8.0", "3.11.2");
    }
}
