package dev.crucible.executor.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.SupervisorBinary.Form;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What the scripted supervisor says, keeps and counts, beside what every engine must do. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ScriptedRunTest {
    @TempDir
    static Path folder;

    private ExecutorPart executor;

    @BeforeAll
    void start() {
        ExecutorConfig config = new ExecutorConfig(folder, 2, null, "script" + ProcessHandle.current().pid());
        Languages languages = Languages.load();
        SandboxEngine engine = new SandboxEngine(
                config, languages, () -> CgroupDriver.detect("crucible-" + config.instance()), Optional.of(Form.SCRIPT));
        executor = ExecutorModule.local(config, List.of(engine), languages, InstantSource.system());
        executor.start();
    }

    @AfterAll
    void stop() {
        executor.close();
    }

    private RunResult run(String name, String code, String... artifacts) {
        EvaluationId id = new EvaluationId(name);
        Limits limits = new Limits(
                Duration.ofSeconds(20), Duration.ofSeconds(20), 128L << 20, 2000, 32L << 20, 4 << 20, 16);
        List<SourceFile> files = List.of(new SourceFile("lib/given.txt", "given".getBytes(StandardCharsets.UTF_8)));
        executor.execute(new ExecutionRequest(id, 1, new Submission(
                code, "python", "sandbox", 5, limits, "", List.of(), Map.of(), Map.of(), null, null, null, files, null,
                Isolation.WARM, List.of(), false, List.of(artifacts))));
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
    void the_engine_says_what_a_script_costs_and_how_to_get_the_native_supervisor() {
        assertThat(executor.engines().get(0).weaknesses())
                .anyMatch(weakness -> weakness.contains("scripted") && weakness.contains("apt-get install -y gcc libc6-dev"));
    }

    @Test
    void wanted_files_and_the_result_come_back_and_links_do_not() {
        RunResult result = run("kept", """
                import json, os
                os.makedirs('a/b')
                for path in ('top.csv', 'a/one.csv', 'a/b/two.csv', 'a/b/no.txt', 'tail/x'):
                    os.makedirs(os.path.dirname(path) or '.', exist_ok=True)
                    open(path, 'w').write(path + open('lib/given.txt').read())
                os.symlink('/etc/passwd', 'link.csv')
                os.symlink('/etc', 'etc.csv')
                os.mkfifo('pipe.csv')
                json.dump({'score': 7}, open(os.environ['CRUCIBLE_RESULT'], 'w'))
                """, "*.csv", "a/**/t?o.*", "tail/**", "**/none");
        assertThat(result.reason()).as(result.detail()).isEqualTo(Reason.OK);
        assertThat(result.artifacts()).extracting(SourceFile::path)
                .containsExactlyInAnyOrder("top.csv", "a/b/two.csv", "tail/x");
        assertThat(result.artifacts()).allMatch(file -> new String(file.content(), StandardCharsets.UTF_8)
                .equals(file.path() + "given"));
        assertThat(result.result()).contains("7");
    }

    @Test
    void a_program_that_writes_in_many_small_pieces_is_not_charged_for_passing_them_on() {
        RunResult result = run("chatty", """
                import json, os, time
                for i in range(600_000): os.write(1, b'x\\n')
                json.dump({'cpu': int(time.process_time() * 1000)}, open(os.environ['CRUCIBLE_RESULT'], 'w'))
                """);
        assertThat(result.reason()).as(result.detail()).isEqualTo(Reason.OK);
        assertThat(result.usage().cpuMillis()).isLessThan(Long.parseLong(result.result().replaceAll("\\D", "")) + 60);
    }
}
