package dev.crucible.executor;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an execution has shown of itself: its phase, its output, its result. One thread writes, any may read and wait. */
final class Transcript implements GuestRun.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Transcript.class);
    private static final int CHUNK = 64 * 1024;

    private final EvaluationId id;
    private final Path folder;
    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below is guarded by the lock.
    private final OutputSpool stdout;
    private final OutputSpool stderr;
    private ExecutionPhase phase = ExecutionPhase.PROVISIONING;
    private ExecutionPhase toldPhase = ExecutionPhase.PROVISIONING;
    private boolean released;
    private @Nullable RunResult result;

    /**
     * @param name of the files that long output is kept in
     * @param cap bytes kept of each stream
     */
    Transcript(EvaluationId id, Path folder, String name, long cap) {
        this.id = id;
        this.folder = folder;
        this.name = name;
        this.stdout = new OutputSpool(folder.resolve(name + ".stdout"), cap);
        this.stderr = new OutputSpool(folder.resolve(name + ".stderr"), cap);
    }

    /** What a reader knows of one stream. */
    record Extent(long size, boolean truncated) {}

    ExecutionPhase phase() {
        lock.lock();
        try {
            return phase;
        } finally {
            lock.unlock();
        }
    }

    Extent extent(OutputStreamName stream) {
        lock.lock();
        try {
            OutputSpool spool = spool(stream);
            return new Extent(spool.size(), spool.truncated());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void running() {
        lock.lock();
        try {
            phase = ExecutionPhase.RUNNING;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** False when the stream is at its cap and bytes were dropped. After a release nothing is kept and nothing is wrong. */
    @Override
    public boolean append(OutputStreamName stream, byte[] bytes) throws IOException {
        lock.lock();
        try {
            boolean whole = released || spool(stream).append(bytes);
            changed.signalAll();
            return whole;
        } finally {
            lock.unlock();
        }
    }

    /** Where long output of a part of this execution may be kept. */
    Path beside(String part) {
        return folder.resolve(name + "." + part);
    }

    void end(RunResult ended) {
        lock.lock();
        try {
            result = ended;
            phase = ExecutionPhase.ENDED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** As {@link CodeExecutor#progress}. */
    Progress progress(long afterStdout, long afterStderr, Duration wait) {
        long left = wait.toNanos();
        lock.lock();
        try {
            while (!released && !news(afterStdout, afterStderr) && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (released) {
                throw new PlatformException(ErrorCode.NOT_FOUND, "This executor no longer holds " + id + ".");
            }
            toldPhase = phase;
            byte[] out = stdout.read(afterStdout, CHUNK);
            byte[] err = stderr.read(afterStderr, CHUNK);
            boolean whole = afterStdout + out.length >= stdout.size() && afterStderr + err.length >= stderr.size();
            return new Progress(phase, out, err, whole ? result : null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.STOPPING, "The server is stopping.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The kept output cannot be read", e);
        } finally {
            lock.unlock();
        }
    }

    /** Drops the output; whoever waits is told that it is gone. */
    void release() {
        lock.lock();
        try {
            released = true;
            changed.signalAll();
            stdout.close();
            stderr.close();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("eval_id", id).log("Kept output could not be deleted; the next start does");
        } finally {
            lock.unlock();
        }
    }

    /** A phase is news once: to whoever asks first, as a rule the dispatcher. */
    private boolean news(long afterStdout, long afterStderr) {
        return phase != toldPhase || result != null || stdout.size() > afterStdout || stderr.size() > afterStderr;
    }

    private OutputSpool spool(OutputStreamName stream) {
        return stream == OutputStreamName.STDOUT ? stdout : stderr;
    }
}
