package dev.crucible.platform.submission;

import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is run, on what input, within which limits, and what is kept of it. */
public final class RunFields {
    private static final int MAX_ARTIFACTS = 32;

    private final ProgramFields program;
    private final Limits limits;
    private final InputFields input;
    private final TestFields tests;
    private final List<String> artifacts;
    private final Isolation isolation;

    private RunFields(Fields fields, @Nullable String codeFile, Limits max, Limits defaults) {
        this.program = ProgramFields.read(fields, codeFile);
        this.limits = LimitFields.read(fields, max, defaults);
        this.input = InputFields.read(fields);
        this.tests = TestFields.read(fields, input);
        this.artifacts = artifacts(fields);
        this.isolation = isolation(fields);
    }

    /**
     * Reads them, and tells {@code fields} what is wrong.
     *
     * @param codeFile the name that code gets in the work folder, or null when the language is not known
     * @param max what is given in place of a default above it; a limit that was asked for is not held against it
     * @param defaults for what is not given
     */
    public static RunFields read(Fields fields, @Nullable String codeFile, Limits max, Limits defaults) {
        return new RunFields(fields, codeFile, max, defaults);
    }

    public Limits limits() {
        return limits;
    }

    /** The whole submission, once nothing is wrong. */
    public Submission submission(
            String language,
            String engine,
            int priority,
            Map<String, String> tags,
            @Nullable String metadata,
            @Nullable Instant notBefore,
            @Nullable String traceparent) {
        return new Submission(
                program.code(), language, engine, priority, limits, input.stdin(), input.args(), input.env(), tags,
                metadata, notBefore, traceparent, program.files(), program.entrypoint(), isolation, tests.tests(),
                tests.stopOnFailure(), artifacts);
    }

    private static Isolation isolation(Fields fields) {
        String name = fields.text("isolation");
        for (Isolation isolation : Isolation.values()) {
            if (isolation.wire().equals(name)) {
                return isolation;
            }
        }
        if (name != null) {
            fields.wrong("isolation", "must be warm or cold", "unknown_value");
        }
        return Isolation.WARM;
    }

    private static List<String> artifacts(Fields fields) {
        List<String> globs = fields.texts("artifacts");
        if (globs.size() > MAX_ARTIFACTS) {
            fields.wrong("artifacts", "must be at most " + MAX_ARTIFACTS, "too_long");
            return List.of();
        }
        for (int i = 0; i < globs.size(); i++) {
            String wrong = WorkPath.wrongInGlob(globs.get(i));
            if (wrong != null) {
                fields.wrongAt("artifacts", i, wrong, "invalid_glob");
            }
        }
        return globs;
    }
}
