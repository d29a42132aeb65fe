package dev.crucible.storage;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps outputs as files named by the SHA-256 of their content: {@code ab/cdef…}. One process at a time may use a
 * folder, since a start removes the drafts that a killed process left.
 */
final class FileOutputStore implements OutputStore {
    private static final Logger LOG = LoggerFactory.getLogger(FileOutputStore.class);
    private static final String PREFIX = "sha256-";
    /** A ref comes back from outside: this form leaves no room for a path. */
    private static final Pattern REF = Pattern.compile(PREFIX + "[0-9a-f]{64}");

    private static final int FOLDER_LENGTH = 2;

    private final Path folder;
    private final Path drafts;
    private long totalBytes;

    /** @throws PlatformException {@code STORAGE_UNAVAILABLE} if the folder cannot be used */
    FileOutputStore(Path folder) {
        this.folder = requireNonNull(folder, "folder is null").toAbsolutePath().normalize();
        this.drafts = this.folder.resolve("drafts");
        try {
            Files.createDirectories(folder);
            // Outputs are their submitters' business: nobody else on this host reads them.
            Files.setPosixFilePermissions(this.folder, PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(drafts);
            removeDrafts();
            totalBytes = measure();
        } catch (IOException e) {
            throw unavailable("The folder " + folder + " for outputs cannot be used", e);
        }
    }

    private void removeDrafts() throws IOException {
        try (Stream<Path> left = Files.list(drafts)) {
            for (Path draft : left.toList()) {
                Files.delete(draft);
            }
        }
    }

    private long measure() throws IOException {
        long bytes = 0;
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path file : tree.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    @Override
    public String put(EvaluationId id, OutputStreamName stream, InputStream content) {
        return put(id, "stream", stream.wire(), content);
    }

    @Override
    public String putArtifact(EvaluationId id, String path, InputStream content) {
        return put(id, "artifact", path, content);
    }

    private String put(EvaluationId id, String kind, String name, InputStream content) {
        Path draft = null;
        try {
            draft = Files.createTempFile(drafts, "output-", "");
            String hash = write(content, draft);
            keep(draft, hash);
            return PREFIX + hash;
        } catch (IOException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", id).addKeyValue(kind, name)
                    .log("An output could not be kept; the caller is told to try again");
            throw unavailable("The output cannot be kept: check the free space in the data folder", e);
        } finally {
            discard(draft);
        }
    }

    private static String write(InputStream content, Path draft) throws IOException {
        MessageDigest digest = sha256();
        try (FileChannel file = FileChannel.open(draft, StandardOpenOption.WRITE);
                OutputStream out = new DigestOutputStream(Channels.newOutputStream(file), digest)) {
            content.transferTo(out);
            file.force(true);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** One at a time, so that the same content from two callers is counted once. */
    private synchronized void keep(Path draft, String hash) throws IOException {
        Path kept = path(hash);
        if (Files.exists(kept)) {
            Files.delete(draft);
            return;
        }
        Path parent = kept.getParent();
        if (!Files.exists(parent)) {
            Files.createDirectory(parent);
            force(folder);
        }
        long size = Files.size(draft);
        Files.move(draft, kept, StandardCopyOption.ATOMIC_MOVE);
        // A file is durable only when its name is.
        force(parent);
        totalBytes += size;
    }

    private static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** What was kept has left its draft behind, so there is none. */
    private static void discard(@Nullable Path draft) {
        try {
            if (draft != null) {
                Files.deleteIfExists(draft);
            }
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("file", draft).log("A draft is left; the next start removes it");
        }
    }

    @Override
    public InputStream open(String ref, long from) {
        if (from < 0) {
            throw new IllegalArgumentException("from is negative");
        }
        if (!REF.matcher(ref).matches()) {
            throw missing();
        }
        try {
            FileChannel file = FileChannel.open(path(ref.substring(PREFIX.length())), StandardOpenOption.READ);
            return Channels.newInputStream(file.position(from));
        } catch (NoSuchFileException e) {
            throw missing();
        } catch (IOException e) {
            throw unavailable("The output cannot be read", e);
        }
    }

    private Path path(String hash) {
        return folder.resolve(hash.substring(0, FOLDER_LENGTH)).resolve(hash.substring(FOLDER_LENGTH));
    }

    @Override
    public synchronized long totalBytes() {
        return totalBytes;
    }

    private static PlatformException missing() {
        return new PlatformException(ErrorCode.NOT_FOUND, "There is no such output");
    }

    private static PlatformException unavailable(String detail, IOException cause) {
        return new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, detail, cause);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
