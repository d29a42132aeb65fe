package dev.crucible.platform.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Content on its way out: knows whether any of it was taken, and stays the caller's to close. */
final class UploadContent extends FilterInputStream {
    private volatile boolean begun;

    UploadContent(InputStream content) {
        super(content);
    }

    /** Whether sending it again would leave something out. */
    boolean begun() {
        return begun;
    }

    @Override
    public int read() throws IOException {
        begun = true;
        return super.read();
    }

    @Override
    public int read(byte[] block, int offset, int length) throws IOException {
        begun = true;
        return super.read(block, offset, length);
    }

    @Override
    public void close() {
        // The client closes it when a connection fails, and may then ask for it once more.
    }
}
