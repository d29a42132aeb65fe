package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A host that lets the server write to no cgroup: weaker walls, and it says so. */
class SandboxWithoutCgroupsTest {
    @TempDir
    Path folder;

    private ExecutorPart executor;

    @BeforeEach
    void start() {
        ExecutorConfig config = new ExecutorConfig(folder, 2, null, "bare" + ProcessHandle.current().pid());
        Languages languages = Languages.load();
        CgroupMounts none = new CgroupMounts(List.of());
        SandboxEngine engine = new SandboxEngine(config, languages, () -> CgroupDriver.detect("unused", none));
        executor = ExecutorModule.local(config, List.of(engine), languages, InstantSource.system());
        executor.start();
    }

    @AfterEach
    void stop() {
        executor.close();
    }

    private RunResult run(String code) {
        EvaluationId id = new EvaluationId("bare");
        Limits limits = new Limits(
                Duration.ofSeconds(20), Duration.ofSeconds(20), 128L << 20, 1000, 64L << 20, 1 << 20, 16);
        executor.execute(new ExecutionRequest(id, 1, new Submission(
                code, "python", "sandbox", 5, limits, "", List.of(), Map.of(), Map.of(), null, null, null)));
        long out = 0;
        long err = 0;
        while (true) {
            Progress progress = executor.progress(id, out, err, Duration.ofSeconds(5));
            out += progress.stdout().length;
            err += progress.stderr().length;
            if (progress.result() != null) {
                executor.release(id);
                return progress.result();
            }
        }
    }

    @Test
    void it_runs_and_says_what_is_weaker() {
        EngineStatus status = executor.engines().get(0);
        assertThat(status.available()).as(status.detail()).isTrue();
        assertThat(status.weaknesses()).hasSizeGreaterThanOrEqualTo(4).anyMatch(w -> w.contains("memory"));
        assertThat(run("print(1)").reason()).isEqualTo(Reason.OK);
    }

    @Test
    void processes_are_limited_all_the_same() {
        assertThat(run("import os, time\nwhile True:\n    if os.fork() == 0: time.sleep(30)").reason())
                .isEqualTo(Reason.PROCESS_LIMIT);
    }

    @Test
    void memory_is_limited_for_each_process_and_no_kill_is_claimed_that_nobody_saw() {
        RunResult result = run("x = []\nwhile True: x.append(bytearray(1 << 20))");
        assertThat(result.reason()).isEqualTo(Reason.NONZERO_EXIT);
        assertThat(result.usage().peakMemoryBytes()).isNull();
    }

    @Test
    void cpu_time_is_limited() {
        Limits limits = new Limits(
                Duration.ofSeconds(20), Duration.ofMillis(500), 128L << 20, 1000, 64L << 20, 1 << 20, 16);
        EvaluationId id = new EvaluationId("bare-cpu");
        executor.execute(new ExecutionRequest(id, 1, new Submission(
                "while True: pass", "python", "sandbox", 5, limits, "", List.of(), Map.of(), Map.of(), null, null, null)));
        Progress progress = executor.progress(id, 0, 0, Duration.ofSeconds(10));
        while (progress.result() == null) {
            progress = executor.progress(id, 0, 0, Duration.ofSeconds(10));
        }
        assertThat(progress.result().reason()).isEqualTo(Reason.CPU_TIMEOUT);
    }
}
