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
 * @param mounts folders and files of the host that boxes of the engine {@code sandbox} show, read-only, beside those of
 *     the languages; who configures them has made sure that they hold no secret
 * @param imagePull what the container engines do about an image that is not there
 * @param warm whether boxes serve one run after the other, with a loaded interpreter, where a submission allows it
 */
public record ExecutorConfig(
        Path folder,
        int maxConcurrent,
        @Nullable String dockerHost,
        String instance,
        List<Path> mounts,
        ImagePull imagePull,
        boolean warm) {
    /** Engines from strongest to weakest: the order in which {@code auto} tries them. */
    public static final List<String> STRONGEST_FIRST = List.of("gvisor", "docker", "sandbox");

    public ExecutorConfig {
        requireNonNull(folder, "folder is null");
        requireNonNull(instance, "instance is null");
        mounts = List.copyOf(mounts);
        requireNonNull(imagePull, "imagePull is null");
        if (maxConcurrent < 1) {
            throw new IllegalArgumentException("maxConcurrent is below 1");
        }
    }

    /** With no mounts, images that are never pulled, and warm boxes. */
    public ExecutorConfig(Path folder, int maxConcurrent, @Nullable String dockerHost, String instance) {
        this(folder, maxConcurrent, dockerHost, instance, List.of(), ImagePull.NEVER, true);
    }
}
