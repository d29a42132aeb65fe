package dev.crucible.storage.http;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import io.javalin.http.Context;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** The bytes of a request as they come, counted, and no more than are taken here. */
final class BoundedUpload extends FilterInputStream {
    private final long most;
    private long size;

    BoundedUpload(InputStream content, long most) {
        super(content);
        this.most = most;
    }

    /** @throws PlatformException {@code BODY_TOO_LARGE}, now or while it is read */
    static BoundedUpload of(Context ctx) throws IOException {
        if (ctx.req().getContentLengthLong() > Bounds.OUTPUT_BYTES) {
            throw tooLarge(Bounds.OUTPUT_BYTES);
        }
        return new BoundedUpload(ctx.req().getInputStream(), Bounds.OUTPUT_BYTES);
    }

    /** How many bytes were read so far. */
    long size() {
        return size;
    }

    @Override
    public int read() throws IOException {
        int value = super.read();
        count(value < 0 ? 0 : 1);
        return value;
    }

    @Override
    public int read(byte[] block, int offset, int length) throws IOException {
        int n = super.read(block, offset, length);
        count(Math.max(n, 0));
        return n;
    }

    private void count(int more) {
        size += more;
        if (size > most) {
            throw tooLarge(most);
        }
    }

    private static PlatformException tooLarge(long most) {
        return new PlatformException(
                ErrorCode.BODY_TOO_LARGE, "The output is larger than the " + most + " bytes that are taken here.");
    }
}
