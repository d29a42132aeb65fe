package dev.crucible.hostile;

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
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A program cannot tell whether its start was warm or cold: what comes out is the same, byte for byte. */
@Tag("hostile")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DifferentialContract {
    /** The kernel lays memory out anew for each program. */
    private static final Pattern ADDRESS = Pattern.compile("0x[0-9a-f]{6,16}");

    private static final Duration PATIENCE = Duration.ofSeconds(150);

    @TempDir
    static Path folder;

    private final TestEngines engine;
    private ExecutorPart executor;
    private String engineName;
    private int count;

    DifferentialContract(TestEngines engine) {
        this.engine = engine;
    }

    /** All that can be seen of a run but its time and its measure. */
    private record Seen(String stdout, String stderr, Reason reason, Integer exitCode, Integer signal, String result) {}

    @BeforeAll
    void start() {
        // One place, so that the second warm run cannot but use what the first one used.
        ExecutorConfig config = engine.config(folder, 1);
        Languages languages = Languages.load();
        executor = ExecutorModule.local(
                config, List.of(engine.make(config, languages)), languages, InstantSource.system());
        executor.start();
        EngineStatus status = executor.engines().get(0);
        assertThat(status.available()).as(status.detail() + " " + status.remedy()).isTrue();
        engineName = status.name();
    }

    @AfterAll
    void stop() {
        if (executor != null) {
            executor.close();
        }
    }

    List<DifferentialProgram> programs() {
        return DifferentialProgram.all().stream()
                .filter(program -> !engine.tellForksApart().contains(program.name()))
                .toList();
    }

    @Test
    void there_are_as_many_programs_as_were_promised() {
        assertThat(programs()).hasSizeGreaterThanOrEqualTo(100);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("programs")
    void a_warm_start_looks_like_a_cold_one(DifferentialProgram program) {
        Seen cold = run(program.on(engineName, Isolation.COLD));
        assertThat(cold.reason()).as(cold.stderr()).isNotEqualTo(Reason.SANDBOX_ERROR);
        assertThat(run(program.on(engineName, Isolation.WARM))).as("the first warm run").isEqualTo(cold);
        assertThat(run(program.on(engineName, Isolation.WARM))).as("the second warm run").isEqualTo(cold);
    }

    private Seen run(Submission submission) {
        EvaluationId id = new EvaluationId("differential-" + ++count);
        executor.execute(new ExecutionRequest(id, 1, submission));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - deadline < 0) {
            Progress progress = executor.progress(id, out.size(), err.size(), Duration.ofSeconds(5));
            out.writeBytes(progress.stdout());
            err.writeBytes(progress.stderr());
            RunResult result = progress.result();
            if (result != null) {
                executor.release(id);
                return new Seen(text(out), text(err), result.reason(), result.exitCode(), result.signal(), result.result());
            }
        }
        throw new AssertionError(id + " did not end; stdout so far: " + out + "; stderr: " + err);
    }

    private static String text(ByteArrayOutputStream bytes) {
        return ADDRESS.matcher(bytes.toString(StandardCharsets.ISO_8859_1)).replaceAll("0x…");
    }
}
