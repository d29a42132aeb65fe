package dev.crucible.executor;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The supervisor's executable, packed into the jar by the build for the machines it was built on. */
public final class SupervisorBinary {
    private static final Map<String, String> PLATFORMS = Map.of(
            "amd64", "linux-x86_64", "x86_64", "linux-x86_64", "aarch64", "linux-aarch64", "arm64", "linux-aarch64");

    private SupervisorBinary() {}

    /** Whether this build holds a supervisor for the machine it runs on. */
    public static boolean available() {
        return resource().isPresent();
    }

    /** What to do when {@link #available()} is false. */
    public static String remedy() {
        return "Build Crucible on a Linux machine of this kind (" + System.getProperty("os.arch")
                + ") with a C compiler: apt-get install -y gcc libc6-dev, then build again";
    }

    /**
     * Writes the executable to {@code file}, replacing what is there, readable and executable for everybody.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if this build has none for this machine
     * @throws UncheckedIOException if the file cannot be written
     */
    public static void writeTo(Path file) {
        String resource = resource().orElseThrow(() -> new PlatformException(
                ErrorCode.EXECUTOR_UNAVAILABLE, "This build has no sandbox supervisor for this machine. " + remedy()));
        try (InputStream packed = SupervisorBinary.class.getResourceAsStream(resource)) {
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.copy(packed, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<String> resource() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux");
        String platform = PLATFORMS.get(System.getProperty("os.arch").toLowerCase(Locale.ROOT));
        if (!linux || platform == null) {
            return Optional.empty();
        }
        String name = "/native/" + platform + "/crucible-supervisor";
        return SupervisorBinary.class.getResource(name) == null ? Optional.empty() : Optional.of(name);
    }
}
