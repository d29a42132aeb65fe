package dev.crucible.dispatch;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.Progress;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.InputStream;
import java.time.Duration;

/** The whole of one stream of an execution that has ended, read from the executor chunk by chunk. */
final class ExecutorOutput extends InputStream {
    /** Far beyond any stream, so that the other stream adds nothing to an answer. */
    private static final long NONE = Long.MAX_VALUE;

    private final CodeExecutor executor;
    private final EvaluationId id;
    private final boolean stdout;
    private byte[] chunk = new byte[0];
    private int next;
    private long offset;

    ExecutorOutput(CodeExecutor executor, EvaluationId id, OutputStreamName stream) {
        this.executor = executor;
        this.id = id;
        this.stdout = stream == OutputStreamName.STDOUT;
    }

    @Override
    public int read() {
        return fill() ? chunk[next++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int from, int length) {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int count = Math.min(length, chunk.length - next);
        System.arraycopy(chunk, next, target, from, count);
        next += count;
        return count;
    }

    private boolean fill() {
        if (next < chunk.length) {
            return true;
        }
        Progress progress = executor.progress(id, stdout ? offset : NONE, stdout ? NONE : offset, Duration.ZERO);
        chunk = stdout ? progress.stdout() : progress.stderr();
        next = 0;
        offset += chunk.length;
        return chunk.length > 0;
    }
}
