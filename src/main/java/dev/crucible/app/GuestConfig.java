package dev.crucible.app;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.ImagePull;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What programs find in their sandboxes.
 *
 * @param languagesFile languages that are added to the packed ones or take their place, or null for none
 * @param mounts folders and files of this host that the engine {@code sandbox} shows, read-only
 * @param imagePull what the container engines do about an image that is not there
 * @param warm whether sandboxes serve one run after the other
 */
public record GuestConfig(@Nullable Path languagesFile, List<Path> mounts, ImagePull imagePull, boolean warm) {
    /** The packed languages, no mounts, images that are never pulled, and warm sandboxes. */
    public static final GuestConfig DEFAULT = new GuestConfig(null, List.of(), ImagePull.NEVER, true);

    public GuestConfig {
        mounts = List.copyOf(mounts);
        requireNonNull(imagePull, "imagePull is null");
    }
}
