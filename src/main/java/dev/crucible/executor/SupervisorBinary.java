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

/**
 * The supervisor, packed into the jar: as an executable for the machines that the build had a compiler for, and as a script
 * for the engine {@code sandbox} elsewhere.
 */
public final class SupervisorBinary {
    /** What runs {@link Form#SCRIPT}, on the host and in its boxes. */
    public static final String INTERPRETER = "/usr/bin/python3";

    /** What there can be of it. */
    public enum Form {
        /** The executable: serves one run after the other, from a loaded interpreter if there is one. */
        NATIVE,
        /** A Python script: serves one run, and loads nothing ahead. */
        SCRIPT
    }

    private static final Map<String, String> PLATFORMS = Map.of(
            "amd64", "linux-x86_64", "x86_64", "linux-x86_64", "aarch64", "linux-aarch64", "arm64", "linux-aarch64");

    private SupervisorBinary() {}

    /** Whether this build holds a supervisor for the machine it runs on. */
    public static boolean available() {
        return platform().isPresent();
    }

    /** The best form that can be pid 1 of a box which shows this host's {@code /usr}, if any can. */
    public static Optional<Form> best() {
        if (available()) {
            return Optional.of(Form.NATIVE);
        }
        return Files.isExecutable(Path.of(INTERPRETER)) ? Optional.of(Form.SCRIPT) : Optional.empty();
    }

    /** What to do when {@link #available()} is false. */
    public static String remedy() {
        return "Build Crucible on a Linux machine of this kind (" + System.getProperty("os.arch")
                + ") with a C compiler: apt-get install -y gcc libc6-dev, then build again";
    }

    /**
     * Writes all that a box needs of ours into {@code folder}, replacing what is there, readable for everybody:
     * {@code supervisor}, {@code zygote.so} and {@code python/sitecustomize.py}.
     *
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if this build has none for this machine
     * @throws UncheckedIOException if a file cannot be written
     */
    public static void writeInto(Path folder) {
        String platform = platform().orElseThrow(() -> new PlatformException(
                ErrorCode.EXECUTOR_UNAVAILABLE, "This build has no sandbox supervisor for this machine. " + remedy()));
        try {
            Files.createDirectories(folder.resolve("python"));
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setPosixFilePermissions(folder.resolve("python"), PosixFilePermissions.fromString("rwxr-xr-x"));
            write(platform + "/crucible-supervisor", folder.resolve("supervisor"));
            write(platform + "/crucible-zygote.so", folder.resolve("zygote.so"));
            write("/native/python/sitecustomize.py", folder.resolve("python/sitecustomize.py"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes {@link Form#SCRIPT} into {@code folder} as {@code supervisor}, replacing what is there.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public static void writeScriptInto(Path folder) {
        try {
            write("/sandbox/supervisor.py", folder.resolve("supervisor"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(String resource, Path file) throws IOException {
        try (InputStream packed = SupervisorBinary.class.getResourceAsStream(resource)) {
            if (packed == null) {
                throw new IOException(resource + " is missing from the jar");
            }
            Path fresh = file.resolveSibling(file.getFileName() + ".new");
            Files.copy(packed, fresh, StandardCopyOption.REPLACE_EXISTING);
            Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Where this machine's files are packed, if they are. */
    private static Optional<String> platform() {
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).equals("linux");
        String name = PLATFORMS.get(System.getProperty("os.arch").toLowerCase(Locale.ROOT));
        if (!linux || name == null) {
            return Optional.empty();
        }
        String folder = "/native/" + name;
        boolean packed = SupervisorBinary.class.getResource(folder + "/crucible-supervisor") != null;
        return packed ? Optional.of(folder) : Optional.empty();
    }
}
