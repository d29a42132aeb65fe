package dev.crucible.executor;

import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.ByteArrayOutputStream;

/** What a compile step prints: both streams together, the first bytes kept, and a limit to how much it may print at all. */
final class CompileOutput implements GuestRun.Sink {
    private static final long MOST = 10L << 20;

    private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
    private long size;

    @Override
    public boolean append(OutputStreamName stream, byte[] bytes) {
        kept.write(bytes, 0, Math.min(bytes.length, CapturedOutput.INLINE_BYTES - kept.size()));
        size += bytes.length;
        return size <= MOST;
    }

    byte[] bytes() {
        return kept.toByteArray();
    }
}
