package dev.crucible.app;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.db.FolderLock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The folder that holds everything the server keeps. */
final class DataFolder {
    private static final List<Path> IN_SIGHT =
            Stream.of("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc/alternatives").map(Path::of).toList();

    private DataFolder() {}

    /**
     * Makes it, for its owner alone; root's can be passed but not listed by others, since PostgreSQL must not run as
     * root and its own folder is below. One that is there already keeps the mode that its owner gave it.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} if it cannot be made or written to
     */
    static void prepare(Path home) {
        try {
            Files.createDirectories(
                    home, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(
                            HostFacts.ofThisMachine().root() ? "rwx--x--x" : "rwx------")));
        } catch (IOException e) {
            throw unusable(home, "cannot be made", e);
        }
        if (!Files.isWritable(home)) {
            throw unusable(home, "cannot be written to", null);
        }
        refuseInSight(home);
    }

    /** Sandboxes see the host's programs, so nothing of the server may lie among them. */
    private static void refuseInSight(Path home) {
        try {
            Path real = home.toRealPath();
            if (IN_SIGHT.stream().anyMatch(real::startsWith)) {
                throw unusable(home, "lies among the host's programs, where sandboxes could read it", null);
            }
        } catch (IOException e) {
            throw unusable(home, "cannot be looked up", e);
        }
    }

    /**
     * The name of this folder's server: made once, kept in the folder, so that after a crash the next start knows which
     * sandboxes and containers are its own.
     */
    static synchronized String instance(Path home) {
        Path file = home.resolve("instance");
        try {
            if (!Files.exists(file)) {
                Path fresh = Files.createTempFile(home, "instance", ".new");
                Files.writeString(fresh, randomName());
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
            }
            String name = Files.readString(file).strip();
            if (!name.matches("[0-9a-f]{12}")) {
                throw unusable(home, "holds a file `instance` that this server did not write; remove that file", null);
            }
            return name;
        } catch (IOException e) {
            throw unusable(home, "cannot be written to", e);
        }
    }

    /** A name that no other server has. */
    static String randomName() {
        byte[] random = new byte[6];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** The right to use the folder. @throws PlatformException {@code STORAGE_UNAVAILABLE} if another server has it */
    static FolderLock lock(Path home) {
        try {
            return FolderLock.take(home);
        } catch (IOException e) {
            throw unusable(home, "cannot be locked", e);
        }
    }

    /** Removes a folder and all in it; links are removed, not followed. */
    static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    private static PlatformException unusable(Path home, String why, @Nullable Exception cause) {
        String detail = "the data folder " + home + " " + why + "; set CRUCIBLE_HOME to a folder of your own";
        return cause == null
                ? new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, detail)
                : new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, detail, cause);
    }
}
