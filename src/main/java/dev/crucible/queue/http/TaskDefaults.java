package dev.crucible.queue.http;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;

/**
 * What a plain task gets that its submitter left out.
 *
 * @param language a name that the workers' language registry knows
 * @param engine the engine of a task that names none
 * @param limits for what is not asked for
 * @param maxLimits what may be asked for at most
 */
public record TaskDefaults(String language, String engine, Limits limits, Limits maxLimits) {
    public TaskDefaults {
        requireNonNull(language, "language is null");
        requireNonNull(engine, "engine is null");
        requireNonNull(limits, "limits is null");
        requireNonNull(maxLimits, "maxLimits is null");
    }
}
