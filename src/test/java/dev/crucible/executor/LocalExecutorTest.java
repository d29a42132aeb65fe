package dev.crucible.executor;

import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

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
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an executor of this process does beside what every executor promises. */
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
    void a_run_that_has_ended_leaves_no_box() throws InterruptedException {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        assertThat(executor.running()).extracting(RunningExecution::id).containsExactly(id);
        engine.box.says(SupervisorProtocol.STARTED, "");
        engine.box.says(SupervisorProtocol.EXIT, EXIT_0);
        engine.box.vanishes();

        assertThat(programs.await(id).result().reason()).isEqualTo(Reason.OK);

        engine.box.closed.await();
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
