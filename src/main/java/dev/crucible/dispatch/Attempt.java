package dev.crucible.dispatch;

import dev.crucible.events.EventBus;
import dev.crucible.events.OutputEvent;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.queue.Lease;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.OutputStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt at one task, from the lease to the report. Every step may be repeated without harm: the queue accepts one
 * result, and only under the current lease.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final long FIRST_RETRY_MILLIS = 100;
    private static final long LONGEST_RETRY_MILLIS = 2_000;
    /** After this many tries the output store is taken as broken, and the attempt as lost. */
    private static final int OUTPUT_TRIES = 20;
    /** Less than the half minute after which an executor elsewhere gives up an execution that nobody asks for. */
    private static final Duration UNREACHED = Duration.ofSeconds(20);

    private final Lease lease;
    private final EvaluationId id;
    private final String workerId;
    private final TaskQueue queue;
    private final CodeExecutor executor;
    private final EvaluationLifecycle lifecycle;
    private final OutputStore outputs;
    private final Passage passage;
    private final Head stdout = new Head();
    private final Head stderr = new Head();
    /** The lease is no longer ours: nothing may be reported. */
    private volatile boolean lost;
    /** How the execution is to be stopped, or null. */
    private volatile @Nullable StopMode wanted;

    Attempt(
            Lease lease,
            String workerId,
            TaskQueue queue,
            CodeExecutor executor,
            EvaluationLifecycle lifecycle,
            OutputStore outputs,
            EventBus events) {
        this.lease = lease;
        this.id = lease.task().id();
        this.workerId = workerId;
        this.queue = queue;
        this.executor = executor;
        this.lifecycle = lifecycle;
        this.outputs = outputs;
        this.passage = new Passage(id, lease.attempt(), lifecycle, events);
    }

    void run() {
        try {
            executor.execute(new ExecutionRequest(id, lease.attempt(), lease.task().submission()));
            passage.enter(lifecycle.provisioning(id, lease.attempt(), workerId));
        } catch (PlatformException e) {
            refused(e);
            return;
        }
        boolean interrupted = false;
        try {
            follow();
        } catch (InterruptedException e) {
            giveBack();
            interrupted = true;
        } finally {
            release();
            if (interrupted) {
                Thread.currentThread().interrupt(); // not before, or nothing could be said to an executor elsewhere
            }
        }
    }

    /** Follows the execution to its end and reports it; one that the executor no longer knows of is a lost attempt. */
    private void follow() throws InterruptedException {
        RunResult result;
        try {
            result = watch();
        } catch (PlatformException e) {
            if (!lost) {
                passage.tell();
                fail("the execution was lost: " + e.getMessage());
            }
            return;
        }
        report(result);
    }

    private RunResult watch() throws InterruptedException {
        // A cancel that came between the lease and the execution reached neither; this asks once both exist.
        heartbeat();
        boolean running = false;
        while (true) {
            stopIfWanted();
            Progress progress = progress();
            if (!running && (progress.phase() == ExecutionPhase.RUNNING || ran(progress))) {
                running = true;
                passage.enter(lifecycle.running(id, lease.attempt(), workerId));
            }
            take(OutputStreamName.STDOUT, stdout, progress.stdout());
            take(OutputStreamName.STDERR, stderr, progress.stderr());
            if (progress.result() != null) {
                return progress.result();
            }
            passage.tellWhenDue();
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
    }

    /** Asks again while the executor cannot be reached, as long as it would keep the execution for us. */
    private Progress progress() throws InterruptedException {
        long giveUp = System.nanoTime() + UNREACHED.toNanos();
        while (true) {
            try {
                return executor.progress(id, stdout.size, stderr.size, passage.patience());
            } catch (PlatformException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                if (lost || !e.code().retryable() || System.nanoTime() - giveUp > 0) {
                    throw e;
                }
                passage.tellWhenDue();
                Thread.sleep(FIRST_RETRY_MILLIS);
            }
        }
    }

    /** Done by the attempt's own thread: an executor that does not answer must not hold up anybody's heartbeat. */
    private void stopIfWanted() {
        StopMode mode = wanted;
        if (mode != null && stop(mode)) {
            wanted = null;
        }
    }

    /** False if the executor could not be told. */
    private boolean stop(StopMode mode) {
        try {
            executor.kill(id, mode);
            return true;
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                    .log("The executor could not be told to stop an execution");
            return false;
        }
    }

    private void release() {
        try {
            executor.release(id);
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                    .log("The executor could not be told to forget an execution; it does so by itself");
        }
    }

    private static boolean ran(Progress progress) {
        return progress.result() != null && progress.result().usage().wallMillis() > 0;
    }

    private void take(OutputStreamName stream, Head head, byte[] bytes) {
        if (bytes.length > 0) {
            passage.write(new OutputEvent(id, lease.task().submitter(), stream, head.size, bytes));
            head.append(bytes);
        }
    }

    private void report(RunResult result) throws InterruptedException {
        if (lost) {
            return;
        }
        if (result.reason() == Reason.SANDBOX_ERROR) {
            passage.tell();
            fail(result.detail());
            return;
        }
        Outcome outcome;
        try {
            outcome = outcome(result);
        } catch (PlatformException e) {
            passage.tell();
            fail("the output could not be stored: " + e.getMessage());
            return;
        }
        passage.leaveToEnd();
        complete(outcome);
    }

    private Outcome outcome(RunResult result) throws InterruptedException {
        return new Outcome(
                result.reason(), result.detail(), result.exitCode(), result.signal(), result.usage(),
                captured(OutputStreamName.STDOUT, stdout, result.stdoutTruncated()),
                captured(OutputStreamName.STDERR, stderr, result.stderrTruncated()),
                new CapturedOutput(result.compileOutput(), result.compileOutput().length, false, null),
                lease.task().submission().engine(), result.engineVersion(), result.languageVersion(), result.evidence(),
                result.result(), artifacts(result.artifacts()), result.tests());
    }

    private CapturedOutput captured(OutputStreamName stream, Head head, boolean truncated)
            throws InterruptedException {
        String ref = head.size <= CapturedOutput.INLINE_BYTES ? null : store(
                () -> outputs.put(id, stream, new ExecutorOutput(executor, id, stream)));
        return new CapturedOutput(head.bytes(), head.size, truncated, ref);
    }

    private List<Artifact> artifacts(List<SourceFile> files) throws InterruptedException {
        List<Artifact> kept = new ArrayList<>(files.size());
        for (SourceFile file : files) {
            String ref = store(
                    () -> outputs.putArtifact(id, file.path(), new ByteArrayInputStream(file.content())));
            kept.add(new Artifact(file.path(), file.content().length, ref));
        }
        return kept;
    }

    private String store(Supplier<String> put) throws InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                return put.get();
            } catch (PlatformException e) {
                if (attempt == OUTPUT_TRIES || lost) {
                    throw e;
                }
                Thread.sleep(Math.min(LONGEST_RETRY_MILLIS, FIRST_RETRY_MILLIS << Math.min(10, attempt)));
            }
        }
    }

    private void complete(Outcome outcome) throws InterruptedException {
        long pause = FIRST_RETRY_MILLIS;
        while (!lost) {
            try {
                queue.complete(lease.token(), outcome);
                return;
            } catch (PlatformException e) {
                if (e.code() == ErrorCode.LEASE_LOST) {
                    lifecycle.forget(id, lease.attempt());
                    LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("attempt", lease.attempt())
                            .log("The lease was lost before the result came; the result of a later attempt counts");
                    return;
                }
                LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                        .log("The result could not be reported; it is kept and tried again");
                Thread.sleep(pause);
                pause = Math.min(LONGEST_RETRY_MILLIS, pause * 2);
            }
        }
    }

    /** An executor that is full or stopping says nothing about the task, so that counts as no attempt of it. */
    private void refused(PlatformException refusal) {
        if (refusal.code() == ErrorCode.EXECUTOR_UNAVAILABLE) {
            giveBack();
        } else {
            fail(refusal.getMessage());
        }
    }

    private void fail(String error) {
        try {
            queue.fail(lease.token(), error);
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                    .log("A failed attempt could not be reported; the task comes back when its lease runs out");
        }
    }

    /** Extends the lease; learns of a wanted cancel, or that the lease is gone. Called by the heartbeat thread too. */
    void heartbeat() {
        try {
            if (queue.extend(lease.token()).cancelRequested() && wanted == null) {
                wanted = StopMode.TERMINATE;
            }
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.LEASE_LOST) {
                lost = true;
                wanted = StopMode.KILL;
            }
        } catch (RuntimeException e) {
            LOG.atWarn().setCause(e).addKeyValue("eval_id", id).log("A heartbeat failed; the next one follows");
        }
    }

    /** Hands the task back to the queue, so that another worker runs it from the start, and stops what runs here. */
    void giveBack() {
        lost = true;
        try {
            queue.release(lease.token(), "the worker stopped before it was done");
        } catch (PlatformException e) {
            LOG.atInfo().addKeyValue("eval_id", id).addKeyValue("error_code", e.code().code())
                    .log("The task could not be handed back; it comes back when its lease runs out");
        }
        stop(StopMode.KILL);
    }

    /** The first bytes of a stream, and how many there were. */
    private static final class Head {
        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
        private long size;

        void append(byte[] bytes) {
            int room = CapturedOutput.INLINE_BYTES - kept.size();
            kept.write(bytes, 0, Math.min(room, bytes.length));
            size += bytes.length;
        }

        byte[] bytes() {
            return kept.toByteArray();
        }
    }
}
