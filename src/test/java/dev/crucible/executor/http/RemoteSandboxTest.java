package dev.crucible.executor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.StopMode;
import dev.crucible.executor.sandbox.SandboxEngine;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.platform.http.WireFormat;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real programs in real sandboxes, with the wire in between. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class RemoteSandboxTest {
    @TempDir
    static Path folder;

    private ExecutorPart local;
    private ExecutorEdge edge;

    @BeforeAll
    void start() {
        ExecutorConfig config = new ExecutorConfig(folder, 2, null, "wire" + ProcessHandle.current().pid());
        Languages languages = Languages.load();
        local = ExecutorModule.local(
                config, List.of(new SandboxEngine(config, languages)), languages, InstantSource.system());
        local.start();
        edge = Edges.start(local);
    }

    @AfterAll
    void stop() {
        edge.close();
        local.close();
    }

    private RemoteExecutor remote(WireFormat format) {
        return new RemoteExecutor(Edges.address(edge.uri(), format));
    }

    private static Submission python(String code, List<TestCase> tests, String... artifacts) {
        return new Submission(
                code, "python", "sandbox", 5, Limits.DEFAULTS, tests.isEmpty() ? "héllo" : "", tests.isEmpty() ? List.of("a b") : List.of(),
                Map.of("GREETING", "hi"), Map.of(), null, null, null,
                List.of(new SourceFile("data/in.bin", new byte[] {0, -1, 7})), null, Isolation.WARM, tests, false, List.of(artifacts));
    }

    private record Ran(RunResult result, byte[] out, byte[] err) {}

    private static Ran follow(RemoteExecutor remote, EvaluationId id) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        while (true) {
            Progress progress = remote.progress(id, out.size(), err.size(), Duration.ofSeconds(5));
            out.writeBytes(progress.stdout());
            err.writeBytes(progress.stderr());
            if (progress.result() != null) {
                remote.release(id);
                return new Ran(progress.result(), out.toByteArray(), err.toByteArray());
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_program_gets_what_it_was_sent_and_all_that_it_leaves_comes_back(WireFormat format) {
        EvaluationId id = new EvaluationId("whole-" + format);
        try (RemoteExecutor remote = remote(format)) {
            remote.execute(new ExecutionRequest(id, 1, python("""
                    import json, os, sys
                    sys.stdout.buffer.write(b'\\xff\\xfe\\x00' + sys.stdin.read().encode() + b'x' * 100_000)
                    sys.stderr.write(sys.argv[1] + os.environ['GREETING'])
                    os.mkdir('out')
                    open('out/a.bin', 'wb').write(open('data/in.bin', 'rb').read() * 2)
                    json.dump({'score': 0.5}, open(os.environ['CRUCIBLE_RESULT'], 'w'))
                    sys.exit(3)
                    """, List.of(), "out/*")));

            Ran ran = follow(remote, id);

            assertThat(ran.result().reason()).as(ran.result().detail()).isEqualTo(Reason.NONZERO_EXIT);
            assertThat(ran.result().exitCode()).isEqualTo(3);
            byte[] head = {-1, -2, 0, 'h', (byte) 0xc3, (byte) 0xa9, 'l', 'l', 'o'};
            assertThat(Arrays.copyOf(ran.out(), head.length)).isEqualTo(head);
            assertThat(ran.out()).hasSize(head.length + 100_000);
            assertThat(ran.err()).asString().isEqualTo("a bhi");
            assertThat(ran.result().result()).contains("0.5");
            assertThat(ran.result().artifacts()).containsExactly(new SourceFile("out/a.bin", new byte[] {0, -1, 7, 0, -1, 7}));
            assertThat(ran.result().usage().peakMemoryBytes()).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void every_test_has_its_own_outcome(WireFormat format) {
        EvaluationId id = new EvaluationId("tests-" + format);
        try (RemoteExecutor remote = remote(format)) {
            remote.execute(new ExecutionRequest(id, 1, python(
                    "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read() + b'\\xff')", List.of(
                            new TestCase("plain", "1", List.of(), null, TestCase.Match.EXACT),
                            new TestCase("other", "2", List.of(), "3", TestCase.Match.EXACT)))));

            List<TestOutcome> tests = follow(remote, id).result().tests();

            assertThat(tests).extracting(TestOutcome::name).containsExactly("plain", "other");
            assertThat(tests).extracting(TestOutcome::passed).containsExactly(true, false);
            assertThat(tests.get(0).output()).containsExactly('1', 0xff);
        }
    }

    @ParameterizedTest
    @EnumSource(StopMode.class)
    void a_program_is_stopped_and_what_it_wrote_is_kept(StopMode mode) {
        EvaluationId id = new EvaluationId("stop-" + mode);
        try (RemoteExecutor remote = remote(WireFormat.JSON)) {
            remote.execute(new ExecutionRequest(id, 1, python("print('begun', flush=True)\nimport time\ntime.sleep(25)", List.of())));
            await().atMost(Duration.ofSeconds(30)).until(() -> {
                Progress progress = remote.progress(id, 0, 0, Duration.ofSeconds(5));
                return progress.phase() == ExecutionPhase.RUNNING && progress.stdout().length > 0;
            });

            assertThat(remote.kill(id, mode)).isTrue();

            Ran ran = follow(remote, id);
            assertThat(ran.result().reason()).isEqualTo(Reason.KILLED);
            assertThat(ran.out()).asString().isEqualTo("begun\n");
        }
    }
}
