package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Programs.Asked;
import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.testing.ManualTime;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LocalExecutorTest {
    private static final String EXIT_0 = "exit=0\nwall_us=1000\ncpu_us=1000\ntimeout=none\ndisk_full=0\nfork_denied=0\n";

    @TempDir
    Path folder;

    private ScriptedEngine engine = new ScriptedEngine(true);
    private ExecutorPart executor;
    private Programs programs;

    private void start(ScriptedEngine with) {
        engine = with;
        executor = new LocalExecutor(
                new ExecutorConfig(folder, 1, null, "unit"), List.of(with), Languages.load(), InstantSource.system(),
                new Patience(), (proven, status) -> List.of());
        executor.start();
        programs = new Programs(executor, "scripted");
    }

    @AfterEach
    void stop() {
        engine.mayOpen.countDown();
        engine.box.vanishes();
        executor.close();
        executor.close();
        assertThat(engine.closed).isTrue();
    }

    private static void refuses(ThrowingCallable call, ErrorCode code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PlatformException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.getMessage()).contains(List.of(words));
        });
    }

    private void awaitRunning(EvaluationId id) {
        engine.box.says(SupervisorProtocol.STARTED, "");
        await().until(() -> executor.progress(id, 0, 0, Duration.ofSeconds(1)).phase() == ExecutionPhase.RUNNING);
    }

    @Test
    void a_run_goes_through_its_phases_and_its_box_is_closed() throws InterruptedException {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        assertThat(executor.running()).extracting(RunningExecution::id).containsExactly(id);
        engine.box.says(SupervisorProtocol.STARTED, "");
        Progress running = executor.progress(id, 0, 0, Duration.ofSeconds(10));
        assertThat(running.phase()).isEqualTo(ExecutionPhase.RUNNING);
        assertThat(running.result()).isNull();
        engine.box.says(SupervisorProtocol.STDOUT, "1\n");
        engine.box.says(SupervisorProtocol.EXIT, EXIT_0);
        engine.box.vanishes();

        Ran ran = programs.await(id);

        assertThat(ran.stdout()).isEqualTo("1\n");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        assertThat(ran.result().languageVersion()).isEqualTo("3.0");
        engine.box.closed.await();
        refuses(() -> executor.progress(id, 0, 0, Duration.ZERO), ErrorCode.NOT_FOUND, id.value());
    }

    @Test
    void the_result_waits_until_the_reader_has_every_byte() {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        engine.box.says(SupervisorProtocol.STARTED, "");
        for (int i = 0; i < 3; i++) {
            engine.box.says(SupervisorProtocol.STDOUT, "x".repeat(50_000));
        }
        engine.box.says(SupervisorProtocol.EXIT, EXIT_0);
        engine.box.vanishes();
        Progress progress = executor.progress(id, 0, 0, Duration.ofSeconds(10));
        while (progress.phase() != ExecutionPhase.ENDED) {
            progress = executor.progress(id, 0, 0, Duration.ofSeconds(10));
        }
        assertThat(progress.stdout()).hasSize(64 * 1024);
        assertThat(progress.result()).isNull();
        assertThat(executor.progress(id, 131_072, 0, Duration.ZERO).result()).isNotNull();
    }

    @Test
    void a_kill_while_the_box_is_made_cancels_and_starts_nothing() throws InterruptedException {
        start(new ScriptedEngine(false));
        EvaluationId id = programs.start(python("print(1)"));
        engine.opening.await();
        assertThat(executor.kill(id, StopMode.TERMINATE)).isTrue();
        engine.mayOpen.countDown();
        assertThat(programs.await(id).result().reason()).isEqualTo(Reason.CANCELLED);
        engine.box.killed.await();
        assertThat(engine.box.told.size()).isZero();
    }

    @Test
    void a_box_that_cannot_be_made_is_our_fault() {
        ScriptedEngine scripted = new ScriptedEngine(true);
        scripted.broken = true;
        start(scripted);
        RunResult result = programs.run(python("print(1)")).result();
        assertThat(result.reason()).isEqualTo(Reason.SANDBOX_ERROR);
        assertThat(result.detail()).isEqualTo("The walls fell down.");
    }

    @Test
    void a_supervisor_that_vanishes_or_talks_nonsense_or_reports_a_fault_is_our_fault() {
        start(new ScriptedEngine(true));
        engine.box.says(SupervisorProtocol.STARTED, "");
        engine.box.vanishes();
        assertThat(programs.run(python("x")).result().reason()).isEqualTo(Reason.SANDBOX_ERROR);

        stop();
        start(new ScriptedEngine(true));
        engine.box.says((byte) '?', "what");
        engine.box.vanishes();
        assertThat(programs.run(python("x")).result().reason()).isEqualTo(Reason.SANDBOX_ERROR);

        stop();
        start(new ScriptedEngine(true));
        engine.box.says(SupervisorProtocol.FAULT, "The sandbox cannot execute python3: No such file or directory");
        engine.box.vanishes();
        assertThat(programs.run(python("x")).result().detail()).isEqualTo("The sandbox cannot execute python3: No such file or directory.");
    }

    @Test
    void a_supervisor_that_dies_with_the_kernels_word_for_memory_is_no_fault_of_ours() {
        start(new ScriptedEngine(true));
        engine.box.evidence = new Evidence(true, 0, null, null);
        engine.box.says(SupervisorProtocol.STARTED, "");
        engine.box.vanishes();
        assertThat(programs.run(python("x")).result().reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    }

    @Test
    void a_supervisor_that_does_not_answer_at_its_deadline_is_ended_from_outside() throws InterruptedException {
        start(new ScriptedEngine(true));
        engine.box.says(SupervisorProtocol.STARTED, "");
        Ran ran = programs.run(python("x").timeout(Duration.ofMillis(200)));
        engine.box.killed.await();
        assertThat(ran.result().reason()).isEqualTo(Reason.WALL_TIMEOUT);
    }

    @Test
    void a_supervisor_that_ignores_a_kill_is_ended_from_outside() throws InterruptedException {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("x"));
        awaitRunning(id);
        executor.kill(id, StopMode.KILL);
        assertThat(programs.await(id).result().reason()).isEqualTo(Reason.KILLED);
        engine.box.killed.await();
    }

    @Test
    void what_cannot_run_is_refused_with_the_remedy() {
        ScriptedEngine missing = new ScriptedEngine(true);
        missing.available = false;
        start(missing);
        refuses(() -> programs.start(python("x")), ErrorCode.ENGINE_UNAVAILABLE, "It is a script.", "Type: get one");
        stop();

        start(new ScriptedEngine(true));
        refuses(() -> programs.start(bash("x")), ErrorCode.ENGINE_UNAVAILABLE, "bash is missing", "Type: get bash");
        refuses(() -> programs.start(new Asked("cobol", "x")), ErrorCode.ENGINE_UNAVAILABLE, "cobol");
        refuses(() -> new Programs(executor, "docker").start(python("x")), ErrorCode.ENGINE_UNAVAILABLE, "docker");
    }

    @Test
    void words_that_the_kernel_would_refuse_or_split_are_refused_first() {
        start(new ScriptedEngine(true));
        refuses(() -> programs.start(python("x").args("a\0b")), ErrorCode.VALIDATION, "NUL");
        refuses(() -> programs.start(python("x").env(Map.of("A", "b\0C=d"))), ErrorCode.VALIDATION, "NUL");
        refuses(() -> programs.start(python("x").args("y".repeat(200_000))), ErrorCode.VALIDATION, "128 KiB");
    }

    @Test
    void no_more_runs_than_slots_and_no_id_twice() {
        start(new ScriptedEngine(false));
        EvaluationId id = programs.start(python("x"));
        assertThat(executor.capacity().canAccept()).isFalse();
        refuses(() -> programs.start(python("x")), ErrorCode.EXECUTOR_UNAVAILABLE, "slot");
        executor.release(id);
        engine.mayOpen.countDown();
        engine.box.vanishes();
        await().until(() -> executor.capacity().canAccept());
        EvaluationId second = programs.start(python("x"));
        assertThat(second).isNotEqualTo(id);
        engine.box.vanishes();
        await().until(() -> executor.running().isEmpty());
        refuses(
                () -> executor.execute(new ExecutionRequest(second, 2, programs.submission(python("x")))),
                ErrorCode.STATE_CONFLICT, "already");
    }

    @Test
    void a_run_that_comes_while_another_is_being_cleared_away_waits_for_its_slot() {
        start(new ScriptedEngine(false));
        EvaluationId first = programs.start(python("x"));
        CompletableFuture<EvaluationId> second = CompletableFuture.supplyAsync(() -> programs.start(python("x")));
        executor.release(first);
        engine.mayOpen.countDown();
        engine.box.vanishes();

        assertThat(second.join()).isNotEqualTo(first);

        engine.box.vanishes();
        await().until(() -> executor.running().isEmpty());
    }

    @Test
    void a_closed_executor_takes_nothing_more_and_stops_what_runs() throws InterruptedException {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("x").limits(Limits.DEFAULTS));
        awaitRunning(id);
        executor.close();
        engine.box.killed.await();
        refuses(() -> programs.start(python("x")), ErrorCode.EXECUTOR_UNAVAILABLE, "stopping");
        assertThat(executor.kill(id, StopMode.KILL)).isFalse();
    }

    @Test
    void leftovers_are_swept_at_the_start_and_every_five_minutes() {
        ManualTime time = new ManualTime();
        LocalExecutor watched = new LocalExecutor(
                new ExecutorConfig(folder, 1, null, "unit"), List.of(engine), Languages.load(), time, new Patience(),
                (proven, status) -> List.of());
        executor = watched;
        watched.start();
        assertThat(engine.sweeps).hasValue(1);

        time.advance(Duration.ofMinutes(4));
        watched.round();
        assertThat(engine.sweeps).hasValue(1);
        time.advance(Duration.ofMinutes(1));
        watched.round();
        watched.round();

        assertThat(engine.sweeps).hasValue(2);
    }

    @Test
    void an_executor_that_was_never_started_can_be_closed() {
        executor = ExecutorModule.local(
                new ExecutorConfig(folder, 1, null, "unit"), List.of(engine), Languages.load(), InstantSource.system());
        executor.close();
    }
}
