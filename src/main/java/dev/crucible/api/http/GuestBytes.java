package dev.crucible.api.http;

import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.function.LongFunction;

/** Answers with bytes that a program wrote: as they are, and so that no browser takes them for a page of ours. */
final class GuestBytes {
    private static final int CHUNK = 64 * 1024;

    private final Context ctx;
    private final String type;
    private final String disposition;

    GuestBytes(Context ctx, String type, String disposition) {
        this.ctx = ctx;
        this.type = type;
        this.disposition = disposition;
    }

    /** What is there so far, however long that is. */
    void sendLive(InputStream content) throws IOException {
        describe();
        write(content, Long.MAX_VALUE);
    }

    /**
     * The whole, or the part that the request asks for.
     *
     * @param open the content from a byte on
     * @throws PlatformException {@code RANGE_NOT_SATISFIABLE}
     */
    void send(long size, LongFunction<InputStream> open) throws IOException {
        Optional<ByteRange> range = range(size);
        long length = range.map(ByteRange::length).orElse(size);
        // Opened before anything is said about it: what fails here is answered as a problem.
        InputStream content = open.apply(range.map(ByteRange::first).orElse(0L));
        describe();
        ctx.header("Accept-Ranges", "bytes");
        range.ifPresent(part -> ctx.status(206).header("Content-Range", part.contentRange(size)));
        ctx.res().setContentLengthLong(length);
        write(content, length);
    }

    private void describe() {
        ctx.disableCompression();
        ctx.contentType(type);
        ctx.header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox");
        ctx.header("Cache-Control", "no-store");
        ctx.header("Content-Disposition", disposition);
    }

    private Optional<ByteRange> range(long size) {
        try {
            return ByteRange.of(ctx.header("Range"), size);
        } catch (PlatformException e) {
            ctx.header("Content-Range", "bytes */" + size);
            throw e;
        }
    }

    private void write(InputStream content, long length) throws IOException {
        try (content) {
            byte[] chunk = new byte[CHUNK];
            long left = length;
            while (left > 0) {
                int n = content.read(chunk, 0, (int) Math.min(chunk.length, left));
                if (n < 0) {
                    break;
                }
                ctx.outputStream().write(chunk, 0, n);
                left -= n;
            }
        }
    }
}
