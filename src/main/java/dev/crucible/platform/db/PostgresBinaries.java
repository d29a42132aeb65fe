package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's own programs, unpacked once from the archive that travels in the jar. */
final class PostgresBinaries {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresBinaries.class);
    private static final String PREFIX = "bin-";
    private static final String MARKER = "UNPACKED";

    private final Path root;

    private PostgresBinaries(Path root) {
        this.root = root;
    }

    Path program(String name) {
        return root.resolve("bin").resolve(name);
    }

    /** Such as {@code 18}: the catalogue's first line says it. */
    String majorVersion() throws IOException {
        try (Stream<String> lines = Files.lines(root.resolve("share/postgresql/postgres.bki"))) {
            return lines.findFirst().orElse("").replace("# PostgreSQL ", "");
        }
    }

    /**
     * The programs below {@code folder}, unpacked now if they are not there whole. Others' versions are removed.
     *
     * @throws PlatformException {@code STORAGE_UNAVAILABLE} on a platform that the archive does not cover
     */
    static PostgresBinaries in(Path folder) throws IOException {
        URL archive = archive();
        Path root = folder.resolve(PREFIX + fingerprint(archive));
        if (!whole(root)) {
            removeOthers(folder, null);
            unpack(archive, folder, root);
        }
        removeOthers(folder, root);
        return new PostgresBinaries(root);
    }

    private static URL archive() {
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean linux = System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("linux");
        String name = switch (arch) {
            case "amd64", "x86_64" -> "postgres-linux-x86_64.txz";
            case "aarch64", "arm64" -> "postgres-linux-arm_64.txz";
            default -> "none";
        };
        URL archive = linux ? PostgresBinaries.class.getResource("/" + name) : null;
        if (archive == null) {
            throw new PlatformException(
                    ErrorCode.STORAGE_UNAVAILABLE,
                    "There is no embedded PostgreSQL for " + System.getProperty("os.name") + " on " + arch
                            + ". Set DATABASE_URL to a PostgreSQL server");
        }
        return archive;
    }

    /** Changes with the archive's content, and costs no read of it: the jar's directory has size and checksum. */
    private static String fingerprint(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        if (connection instanceof JarURLConnection jar) {
            return Long.toHexString(jar.getJarEntry().getCrc());
        }
        return Long.toHexString(connection.getContentLengthLong());
    }

    /** A power cut may lose the content of files whose names were kept; the marker knows how much there must be. */
    private static boolean whole(Path root) throws IOException {
        Path marker = root.resolve(MARKER);
        return Files.isRegularFile(marker) && Files.readString(marker).equals(inventory(root));
    }

    private static String inventory(Path root) throws IOException {
        try (Stream<Path> tree = Files.walk(root)) {
            List<Path> files = tree.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(MARKER)).toList();
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return files.size() + " files, " + bytes + " bytes\n";
        }
    }

    private static void unpack(URL archive, Path folder, Path root) throws IOException {
        LOG.atInfo().addKeyValue("folder", root).log("Unpacking the embedded PostgreSQL; this is done once");
        Path draft = Files.createTempDirectory(folder, PREFIX + "draft-");
        try (InputStream packed = new BufferedInputStream(archive.openStream(), 1 << 16);
                TarArchiveInputStream tar = new TarArchiveInputStream(new XZInputStream(packed))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                extract(tar, entry, draft);
            }
        }
        Files.setPosixFilePermissions(draft, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(draft.resolve(MARKER), inventory(draft));
        Files.move(draft, root, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path draft) throws IOException {
        Path target = draft.resolve(entry.getName()).normalize();
        if (!target.startsWith(draft)) {
            throw new IOException("the archive of PostgreSQL leads outside its folder");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
        } else if (entry.isSymbolicLink()) {
            Files.createDirectories(target.getParent());
            Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else {
            Files.createDirectories(target.getParent());
            Files.copy(tar, target);
            boolean executable = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(
                    target, PosixFilePermissions.fromString(executable ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }

    private static void removeOthers(Path folder, @Nullable Path kept) throws IOException {
        try (Stream<Path> children = Files.list(folder)) {
            for (Path child : children.filter(c -> c.getFileName().toString().startsWith(PREFIX)).toList()) {
                if (!child.equals(kept)) {
                    Folders.delete(child);
                }
            }
        }
    }
}
