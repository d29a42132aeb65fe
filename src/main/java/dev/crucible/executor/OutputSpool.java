package dev.crucible.executor;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One stream's bytes: in memory at first, in a file from {@link #MEMORY_BYTES} on, never more than the cap. Not
 * thread-safe: the session's lock guards it.
 */
final class OutputSpool implements Closeable {
    static final int MEMORY_BYTES = 64 * 1024;

    private final Path path;
    private final long cap;
    private byte[] memory = new byte[0];
    private @Nullable FileChannel file;
    private long size;
    private boolean truncated;

    OutputSpool(Path path, long cap) {
        this.path = path;
        this.cap = cap;
    }

    /** Keeps what fits below the cap. False when bytes were dropped. */
    boolean append(byte[] bytes) throws IOException {
        int keep = (int) Math.min(bytes.length, cap - size);
        if (keep > 0) {
            store(bytes, keep);
            size += keep;
        }
        truncated |= keep < bytes.length;
        return keep == bytes.length;
    }

    /** At most {@code max} bytes from {@code offset} on; none beyond the end. */
    byte[] read(long offset, int max) throws IOException {
        int length = (int) Math.max(0, Math.min(max, size - offset));
        if (offset < 0 || length == 0) {
            return new byte[0];
        }
        if (file == null) {
            return Arrays.copyOfRange(memory, (int) offset, (int) offset + length);
        }
        ByteBuffer chunk = ByteBuffer.allocate(length);
        while (chunk.hasRemaining() && file.read(chunk, offset + chunk.position()) >= 0) {
            continue;
        }
        return chunk.array();
    }

    long size() {
        return size;
    }

    boolean truncated() {
        return truncated;
    }

    @Override
    public void close() throws IOException {
        memory = new byte[0];
        size = 0;
        if (file != null) {
            file.close();
            file = null;
            Files.deleteIfExists(path);
        }
    }

    private void store(byte[] bytes, int length) throws IOException {
        if (file == null && size + length <= MEMORY_BYTES) {
            if (size + length > memory.length) {
                int grown = (int) Math.min(MEMORY_BYTES, Math.max(size + length, 2L * memory.length));
                memory = Arrays.copyOf(memory, grown);
            }
            System.arraycopy(bytes, 0, memory, (int) size, length);
            return;
        }
        if (file == null) {
            file = FileChannel.open(
                    path, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
            writeFully(file, ByteBuffer.wrap(memory, 0, (int) size), 0);
            memory = new byte[0];
        }
        writeFully(file, ByteBuffer.wrap(bytes, 0, length), size);
    }

    private static void writeFully(FileChannel to, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += to.write(bytes, at);
        }
    }
}
