package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.time.InstantSource;
import java.util.List;

/** Makes the executor. */
public final class ExecutorModule {
    private ExecutorModule() {}

    /**
     * An executor that runs submissions in this process's engines. {@code start()} sweeps what a predecessor left and
     * begins to look at the engines and to prove their limits; {@code close()} stops what runs and closes the engines.
     *
     * @param engines strongest first, as {@link ExecutorConfig#STRONGEST_FIRST} has them; owned by the executor from now on
     */
    public static ExecutorPart local(
            ExecutorConfig config, List<Engine> engines, Languages languages, InstantSource clock) {
        return new LocalExecutor(
                requireNonNull(config, "config is null"),
                requireNonNull(engines, "engines is null"),
                requireNonNull(languages, "languages is null"),
                requireNonNull(clock, "clock is null"));
    }
}
