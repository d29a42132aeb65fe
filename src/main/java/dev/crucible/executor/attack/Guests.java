package dev.crucible.executor.attack;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Runs programs on one engine and gathers what they did. Thread-safe. */
final class Guests {
    /** How much longer than its own timeout a run may take in all, on the busiest host. */
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private static final Duration STEP = Duration.ofSeconds(5);

    private final CodeExecutor executor;
    private final String engine;
    /** Ids are found in the environments of the host's processes: nobody else may have one of ours. */
    private final String prefix = "attack-" + UUID.randomUUID() + "-";

    private final AtomicLong count = new AtomicLong();

    Guests(CodeExecutor executor, String engine) {
        this.executor = executor;
        this.engine = engine;
    }

    /**
     * What a program did.
     *
     * @param result null when it did not end in time
     */
    record Ran(EvaluationId id, @Nullable RunResult result, byte[] out, byte[] err) {
        /** What it wrote to both streams, each byte a character. */
        String output() {
            return stdout() + "\n" + new String(err, StandardCharsets.ISO_8859_1);
        }

        String stdout() {
            return new String(out, StandardCharsets.ISO_8859_1);
        }
    }

    Submission submission(Attack attack, String code, Map<String, String> env) {
        return new Submission(
                code, attack.language(), engine, Submission.DEFAULT_PRIORITY, attack.limits(), attack.stdin(),
                attack.args(), env, Map.of(), null, null, null, List.of(), null, Isolation.WARM, List.of(), false,
                attack.artifacts());
    }

    Submission plain(String code, Limits limits, Map<String, String> env) {
        return new Submission(
                code, "python", engine, Submission.DEFAULT_PRIORITY, limits, "", List.of(), env, Map.of(), null, null, null);
    }

    /** Starts it; waits for a place where all are taken for the moment. */
    EvaluationId start(Submission submission) {
        EvaluationId id = new EvaluationId(prefix + count.incrementAndGet());
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                executor.execute(new ExecutionRequest(id, 1, submission));
                return id;
            } catch (PlatformException e) {
                if (e.code() != ErrorCode.EXECUTOR_UNAVAILABLE || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    /** Waits until the program runs, or has ended. */
    void awaitRunning(EvaluationId id) {
        Progress progress = executor.progress(id, 0, 0, Duration.ZERO);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (progress.phase() != ExecutionPhase.RUNNING && progress.phase() != ExecutionPhase.ENDED
                && System.nanoTime() - deadline < 0) {
            progress = executor.progress(id, 0, 0, Duration.ofMillis(200));
        }
    }

    /** Follows it to its end and releases it; one that does not end is stopped. */
    Ran await(EvaluationId id, Limits limits) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + limits.timeout().plus(PATIENCE).toNanos();
        try {
            while (System.nanoTime() - deadline < 0) {
                Progress progress = executor.progress(id, out.size(), err.size(), STEP);
                out.writeBytes(progress.stdout());
                err.writeBytes(progress.stderr());
                if (progress.result() != null) {
                    return new Ran(id, progress.result(), out.toByteArray(), err.toByteArray());
                }
            }
            executor.kill(id, StopMode.KILL);
            return new Ran(id, null, out.toByteArray(), err.toByteArray());
        } finally {
            executor.release(id);
        }
    }

    Ran run(Submission submission) {
        return await(start(submission), submission.limits());
    }
}
