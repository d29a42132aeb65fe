package dev.crucible.executor;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Submission;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Runs programs on an executor the way the dispatcher does, and gathers what they did. */
final class Programs {
    private static final AtomicLong COUNT = new AtomicLong();
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final CodeExecutor executor;
    private final String engine;

    Programs(CodeExecutor executor, String engine) {
        this.executor = executor;
        this.engine = engine;
    }

    /** What a program did. */
    record Ran(RunResult result, byte[] out, byte[] err) {
        String stdout() {
            return new String(out, StandardCharsets.UTF_8);
        }

        String stderr() {
            return new String(err, StandardCharsets.UTF_8);
        }
    }

    /** A submission in the making. */
    static final class Asked {
        private final String language;
        private final String code;
        private Limits limits = Programs.limits(Duration.ofSeconds(20));
        private String stdin = "";
        private List<String> args = List.of();
        private Map<String, String> env = Map.of();
        private List<String> artifacts = List.of();
        private Isolation isolation = Isolation.WARM;

        Asked(String language, String code) {
            this.language = language;
            this.code = code;
        }

        Asked limits(Limits limits) {
            this.limits = limits;
            return this;
        }

        Asked timeout(Duration timeout) {
            return limits(Programs.limits(timeout));
        }

        Asked stdin(String stdin) {
            this.stdin = stdin;
            return this;
        }

        Asked args(String... args) {
            this.args = List.of(args);
            return this;
        }

        Asked artifacts(String... patterns) {
            this.artifacts = List.of(patterns);
            return this;
        }

        Asked env(Map<String, String> env) {
            this.env = env;
            return this;
        }

        Asked cold() {
            this.isolation = Isolation.COLD;
            return this;
        }
    }

    static Asked python(String code) {
        return new Asked("python", code);
    }

    static Asked bash(String code) {
        return new Asked("bash", code);
    }

    static Limits limits(Duration timeout) {
        Limits usual = Limits.DEFAULTS;
        return new Limits(
                timeout, timeout, usual.memoryBytes(), usual.cpuMillis(), usual.diskBytes(), usual.outputBytes(), usual.pids());
    }

    /** Starts it and returns its id. */
    EvaluationId start(Asked asked) {
        EvaluationId id = new EvaluationId("test-" + COUNT.incrementAndGet());
        executor.execute(new ExecutionRequest(id, 1, submission(asked)));
        return id;
    }

    Submission submission(Asked asked) {
        return new Submission(
                asked.code, asked.language, engine, 5, asked.limits, asked.stdin, asked.args, asked.env, Map.of(), null, null, null,
                List.of(), null, asked.isolation, List.of(), false, asked.artifacts);
    }

    /** Follows it to its end and releases it. */
    Ran await(EvaluationId id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        @Nullable RunResult result = null;
        while (result == null) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError(id + " did not end; stdout so far: " + out + "; stderr: " + err);
            }
            Progress progress = executor.progress(id, out.size(), err.size(), Duration.ofSeconds(5));
            out.writeBytes(progress.stdout());
            err.writeBytes(progress.stderr());
            result = progress.result();
        }
        executor.release(id);
        return new Ran(result, out.toByteArray(), err.toByteArray());
    }

    Ran run(Asked asked) {
        return await(start(asked));
    }
}
