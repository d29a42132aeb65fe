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
        @Nullable String traceparent) {

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
        if (priority < LOWEST_PRIORITY || priority > HIGHEST_PRIORITY) {
            throw new IllegalArgumentException("priority is not between 0 and 10");
        }
    }
}
