package dev.crucible.kernel.evaluation;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What somebody asked to have run, checked and with every default filled in.
 *
 * @param code the program's text
 * @param language a name that the language registry knows
 * @param engine the engine to run on, such as {@code sandbox}
 * @param priority 0 to 10, 10 most urgent
 * @param stdin what the program reads; may be empty
 * @param env the program's own environment, on top of ours
 * @param metadata a JSON text that is stored and never interpreted, or null
 * @param notBefore the earliest time to run it, or null for at once
 * @param traceparent the W3C trace context that came with the request, or null
 * @param files more files for the work folder; {@code code} may be empty when {@code entrypoint} names one of them
 * @param entrypoint the file to run, one of {@code files}; null to run {@code code}
 * @param tests inputs to run the program with, one after the other; empty to run it once with {@code stdin}
 * @param stopOnFailure whether the first test that does not pass is the last one that is run
 * @param artifacts globs of files that the program leaves in its work folder and that are kept
 */
public record Submission(
        String code,
        String language,
        String engine,
        int priority,
        Limits limits,
        String stdin,
        List<String> args,
        Map<String, String> env,
        Map<String, String> tags,
        @Nullable String metadata,
        @Nullable Instant notBefore,
        @Nullable String traceparent,
        List<SourceFile> files,
        @Nullable String entrypoint,
        Isolation isolation,
        List<TestCase> tests,
        boolean stopOnFailure,
        List<String> artifacts) {

    public static final int LOWEST_PRIORITY = 0;
    public static final int DEFAULT_PRIORITY = 5;
    public static final int HIGHEST_PRIORITY = 10;

    public Submission {
        requireNonNull(code, "code is null");
        requireNonNull(language, "language is null");
        requireNonNull(engine, "engine is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(stdin, "stdin is null");
        args = List.copyOf(args);
        env = Map.copyOf(env);
        tags = Map.copyOf(tags);
        // Absent in what an earlier version wrote.
        files = files == null ? List.of() : List.copyOf(files);
        isolation = isolation == null ? Isolation.WARM : isolation;
        tests = tests == null ? List.of() : List.copyOf(tests);
        artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
        if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
            throw new IllegalArgumentException("priority is not between 0 and 10");
        }
    }

    /** A program of one text, run once in a warm sandbox. */
    public Submission(
            String code,
            String language,
            String engine,
            int priority,
            Limits limits,
            String stdin,
            List<String> args,
            Map<String, String> env,
            Map<String, String> tags,
            @Nullable String metadata,
            @Nullable Instant notBefore,
            @Nullable String traceparent) {
        this(code, language, engine, priority, limits, stdin, args, env, tags, metadata, notBefore, traceparent,
                List.of(), null, Isolation.WARM, List.of(), false, List.of());
    }

    /** The same, to be run on {@code engine} and traced as {@code traceparent}. */
    public Submission on(String engine, @Nullable String traceparent) {
        return new Submission(
                code, language, engine, priority, limits, stdin, args, env, tags, metadata, notBefore, traceparent,
                files, entrypoint, isolation, tests, stopOnFailure, artifacts);
    }
}
