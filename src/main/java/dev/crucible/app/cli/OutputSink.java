package dev.crucible.app.cli;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Where a guest's stream goes: byte for byte to a file or a pipe, as safe text to a terminal. */
final class OutputSink extends FilterOutputStream {
    private boolean used;
    private boolean lineEnded = true;

    /** @param filtered whether a terminal would act on what is written */
    OutputSink(OutputStream out, boolean filtered) {
        super(filtered ? new TerminalFilter(out) : out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        if (length > 0) {
            out.write(bytes, offset, length);
            used = true;
            lineEnded = bytes[offset + length - 1] == '\n';
        }
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Whether the last line has no end, so that what follows on a terminal would stick to it. */
    boolean midLine() {
        return used && !lineEnded;
    }

    /** Writes what is held back; the stream below stays open. */
    @Override
    public void close() throws IOException {
        if (out instanceof TerminalFilter filter) {
            filter.close();
        }
        flush();
    }
}
