package dev.crucible.app;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.queue.QueueConfig;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of the server, checked. {@code ConfigSource} reads it from the environment, a file and flags.
 *
 * @param home the data folder
 * @param host the address to listen on
 * @param port 0 for any free one
 * @param databaseUrl a PostgreSQL to use (JDBC form), or null for the embedded one
 * @param defaultEngine an engine's name, or {@code auto} for the strongest that works
 * @param workers evaluations that run at once
 * @param maxLimits what a submission may ask for at most
 * @param shutdownGrace how long running work may go on after SIGTERM
 */
public record CrucibleConfig(
        Path home,
        String host,
        int port,
        @Nullable String databaseUrl,
        String defaultEngine,
        int workers,
        Limits maxLimits,
        QueueConfig queue,
        @Nullable String dockerHost,
        Duration shutdownGrace,
        String logLevel) {}
