package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;

/**
 * Settings of the gateway's service.
 *
 * @param defaultEngine the engine of a submission that names none: an engine's name, or {@code auto} for the strongest
 *     available one that has the language
 * @param maxLimits what a submission may ask for at most
 * @param queueCapacity tasks that may wait; see {@code QueueConfig.capacity}
 */
public record ApiConfig(String defaultEngine, Limits maxLimits, int queueCapacity) {
    /** Asks for the platform's choice. */
    public static final String AUTO = "auto";

    public ApiConfig {
        requireNonNull(defaultEngine, "defaultEngine is null");
        requireNonNull(maxLimits, "maxLimits is null");
        if (queueCapacity < 1) {
            throw new IllegalArgumentException("queueCapacity is below 1");
        }
    }
}
