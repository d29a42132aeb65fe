package dev.crucible.platform.db;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The right to use a folder: one process at a time, given back by the kernel when its holder dies. */
public final class FolderLock implements AutoCloseable {
    /**
     * POSIX drops a process's lock when it closes any descriptor of the file, so a second try in the same process must
     * not even open it.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private FolderLock(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @throws PlatformException {@code STORAGE_UNAVAILABLE} if another holds it, naming its process */
    public static FolderLock take(Path folder) throws IOException {
        Path file = folder.toRealPath().resolve("lock");
        if (!HELD_HERE.add(file)) {
            throw taken(folder, "this process");
        }
        try {
            return lock(folder, file);
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(file);
            throw e;
        }
    }

    private static FolderLock lock(Path folder, Path file) throws IOException {
        FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw taken(folder, "process " + Files.readString(file).strip());
        }
        String pid = ProcessHandle.current().pid() + "\n";
        channel.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
        return new FolderLock(file, channel);
    }

    private static PlatformException taken(Path folder, String owner) {
        return new PlatformException(
                ErrorCode.STORAGE_UNAVAILABLE,
                "The data folder " + folder + " is in use by " + owner
                        + ". Stop that server first, or give this one another data folder");
    }

    /** Idempotent. */
    @Override
    public void close() throws IOException {
        if (channel.isOpen()) {
            channel.close();
            HELD_HERE.remove(file);
        }
    }
}
