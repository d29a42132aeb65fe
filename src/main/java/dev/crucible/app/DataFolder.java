package dev.crucible.app;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/** The folder that holds everything the server keeps. */
final class DataFolder {
    private DataFolder() {}

    /**
     * Makes it, for its owner alone. One that is there already keeps the mode that its owner gave it.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it cannot be made or written to
     */
    static void prepare(Path home) {
        try {
            Files.createDirectories(
                    home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } catch (IOException e) {
            throw unusable(home, "cannot be made", e);
        }
        if (!Files.isWritable(home)) {
            throw unusable(home, "cannot be written to", null);
        }
    }

    private static PlatformException unusable(Path home, String why, @Nullable Exception cause) {
        String detail = "the data folder " + home + " " + why + "; set CRUCIBLE_HOME to a folder of your own";
        return cause == null
                ? new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, detail)
                : new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, detail, cause);
    }
}
