package dev.crucible.executor.docker;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** The supervisor's file: taken out of our jar, because a container can only be given files. */
final class Supervisor {
    private static final String RESOURCE = "/native/linux-"
            + (System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64") + "/crucible-supervisor";

    private Supervisor() {}

    /** Whether this build has one for this kind of machine. */
    static boolean built() {
        return Supervisor.class.getResource(RESOURCE) != null;
    }

    /**
     * Puts the file into {@code folder}, readable and executable for all, in place of an older one.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if there is none, or no way to write it
     */
    static Path extract(Path folder) {
        try (InputStream packed = Optional.ofNullable(Supervisor.class.getResourceAsStream(RESOURCE))
                .orElseThrow(() -> new IOException("this build has none for this machine"))) {
            Files.createDirectories(folder);
            Path fresh = Files.createTempFile(folder, "supervisor", ".part");
            Files.copy(packed, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("r-xr-xr-x"));
            return Files.move(
                    fresh, folder.resolve("crucible-supervisor").toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "The supervisor cannot be put into " + folder + ": " + e.getMessage(), e);
        }
    }
}
