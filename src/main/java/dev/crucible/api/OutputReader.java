package dev.crucible.api;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.Progress;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.Utf8;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.storage.OutputStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/** Reads what programs wrote: from the executor while it holds the run, from the store afterwards. Thread-safe. */
final class OutputReader {
    /** An answer with output is about this long at most for each stream; the rest comes with the next one. */
    static final int MAX_CHUNK = 1 << 20;

    private final OutputStore outputs;
    private final CodeExecutor executor;

    OutputReader(OutputStore outputs, CodeExecutor executor) {
        this.outputs = outputs;
        this.executor = executor;
    }

    /** Both streams beyond the offsets, so far; empty when the executor does not hold the run. */
    Optional<Live> live(EvaluationId id, long afterStdout, long afterStderr) {
        ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        try {
            Progress progress;
            do {
                progress = executor.progress(id, afterStdout + stdout.size(), afterStderr + stderr.size(), Duration.ZERO);
                stdout.writeBytes(progress.stdout());
                stderr.writeBytes(progress.stderr());
            } while (progress.stdout().length + progress.stderr().length > 0
                    && stdout.size() < MAX_CHUNK && stderr.size() < MAX_CHUNK);
            return Optional.of(new Live(stdout.toByteArray(), stderr.toByteArray()));
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.NOT_FOUND) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** At most {@link #MAX_CHUNK} bytes of a kept stream. */
    byte[] chunk(CapturedOutput output, long from) {
        if (from >= output.size()) {
            return new byte[0];
        }
        try (InputStream in = open(output, from)) {
            return in.readNBytes(MAX_CHUNK);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A kept stream from a byte on. */
    InputStream open(CapturedOutput output, long from) {
        if (output.ref() != null) {
            return outputs.open(output.ref(), from);
        }
        int start = (int) Math.min(from, output.head().length);
        return new ByteArrayInputStream(output.head(), start, output.head().length - start);
    }

    InputStream open(Artifact artifact, long from) {
        return outputs.open(artifact.ref(), from);
    }

    /** One stream of a run that has not ended, from its beginning, as far as it has come when it is read. */
    InputStream openLive(EvaluationId id, OutputStreamName stream) {
        return new InputStream() {
            private long offset;
            private byte[] chunk = new byte[0];
            private int at;

            @Override
            public int read() {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
            }

            @Override
            public int read(byte[] into, int start, int length) {
                if (at == chunk.length) {
                    chunk = next(id, stream, offset);
                    offset += chunk.length;
                    at = 0;
                }
                if (chunk.length == 0) {
                    return -1;
                }
                int n = Math.min(length, chunk.length - at);
                System.arraycopy(chunk, at, into, start, n);
                at += n;
                return n;
            }
        };
    }

    private byte[] next(EvaluationId id, OutputStreamName stream, long offset) {
        return switch (stream) {
            case STDOUT -> live(id, offset, 0).map(Live::stdout).orElse(new byte[0]);
            case STDERR -> live(id, 0, offset).map(Live::stderr).orElse(new byte[0]);
            case COMPILE -> new byte[0];
        };
    }

    static CapturedOutput of(Outcome outcome, OutputStreamName stream) {
        return switch (stream) {
            case STDOUT -> outcome.stdout();
            case STDERR -> outcome.stderr();
            case COMPILE -> outcome.compile();
        };
    }

    /** What is there of both streams. */
    record Live(byte[] stdout, byte[] stderr) {}

    /** The bytes without a character at the end whose rest has not come yet. */
    static byte[] wholeCharacters(byte[] bytes) {
        int unfinished = Utf8.unfinished(bytes);
        return unfinished == 0 ? bytes : Arrays.copyOf(bytes, bytes.length - unfinished);
    }
}
