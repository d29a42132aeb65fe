package dev.crucible.executor;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the executor.
 *
 * @param folder where boxes and spooled output live; private to this server
 * @param maxConcurrent executions at once
 * @param dockerHost {@code unix:///…} of the Docker engine, or null for its usual place
 * @param instance tells this data folder's boxes, containers and cgroups from anybody else's; letters and digits
 */
public record ExecutorConfig(Path folder, int maxConcurrent, @Nullable String dockerHost, String instance) {
    /** Engines from strongest to weakest: the order in which {@code auto} tries them. */
    public static final List<String> STRONGEST_FIRST = List.of("gvisor", "docker", "sandbox");

    public ExecutorConfig {
        requireNonNull(folder, "folder is null");
        requireNonNull(instance, "instance is null");
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("maxConcurrent is below 1");
        }
    }
}
