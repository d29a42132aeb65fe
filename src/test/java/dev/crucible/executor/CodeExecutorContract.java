package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Programs.Asked;
import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
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

/** What every executor promises, wherever it is: over an engine whose supervisor says what a test has it say. */
@Timeout(60)
public abstract class CodeExecutorContract {
    private static final String EXIT_0 = "exit=0\nwall_us=1000\ncpu_us=1000\ntimeout=none\ndisk_full=0\nfork_denied=0\n";

    @TempDir
    Path folder;

    private final ScriptedEngine elsewhere = new ScriptedEngine(true);
    private ScriptedEngine engine = new ScriptedEngine(true);
    private ExecutorPart local;
    private CodeExecutor executor;
    private Programs programs;

    /** The executor that is held to the promises, whose one free slot is that of {@code local}; called once for a test. */
    protected abstract CodeExecutor over(ExecutorPart local);

    /** Closes what {@link #over} made. */
    protected void closed() {}

    private void start(ScriptedEngine with) {
        engine = with;
        local = scripted(folder, with, "unit");
        executor = over(local);
        programs = new Programs(executor, "scripted");
    }

    /** A started executor with one slot. */
    static ExecutorPart scripted(Path folder, ScriptedEngine engine, String instance) {
        LocalExecutor made = new LocalExecutor(
                new ExecutorConfig(folder, 1, null, instance), List.of(engine), Languages.load(), InstantSource.system(),
                new Patience(), (proven, status) -> List.of());
        made.start();
        return made;
    }

    /** A started executor like the one under test, whose one slot, if its engine works, is taken by somebody else's run. */
    protected ExecutorPart full(Path folder) {
        elsewhere.available = engine.available;
        ExecutorPart full = scripted(folder, elsewhere, "full");
        if (engine.available) {
            new Programs(full, "scripted").start(python("x"));
        }
        return full;
    }

    @AfterEach
    void stop() {
        elsewhere.box.vanishes();
        closed();
        engine.mayOpen.countDown();
        engine.box.vanishes();
        local.close();
    }

    private static void refuses(ThrowingCallable call, ErrorCode code, String... words) {
        assertThatThrownBy(call).isInstanceOfSatisfying(PlatformException.class, e -> {
            assertThat(e.code()).as(e.getMessage()).isEqualTo(code);
            assertThat(e.getMessage()).contains(List.of(words));
        });
    }

    private boolean runs(EvaluationId id) {
        return executor.running().stream().anyMatch(execution -> execution.id().equals(id));
    }

    private void ends(String stdout) {
        engine.box.says(SupervisorProtocol.STARTED, "");
        engine.box.says(SupervisorProtocol.STDOUT, stdout);
        engine.box.says(SupervisorProtocol.EXIT, EXIT_0);
        engine.box.vanishes();
    }

    @Test
    void a_run_goes_through_its_phases() {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        assertThat(executor.running())
                .filteredOn(execution -> execution.id().equals(id))
                .extracting(RunningExecution::attempt, RunningExecution::engine)
                .containsExactly(tuple(1, "scripted"));
        engine.box.says(SupervisorProtocol.STARTED, "");
        await().until(() -> executor.progress(id, 0, 0, Duration.ofSeconds(1)).phase() == ExecutionPhase.RUNNING);
        engine.box.says(SupervisorProtocol.STDOUT, "1\n");
        engine.box.says(SupervisorProtocol.STDERR, "two\n");
        engine.box.says(SupervisorProtocol.EXIT, EXIT_0);
        engine.box.vanishes();

        Ran ran = programs.await(id);

        assertThat(ran.stdout()).isEqualTo("1\n");
        assertThat(ran.stderr()).isEqualTo("two\n");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        assertThat(ran.result().exitCode()).isZero();
        assertThat(ran.result().usage()).extracting(Outcome.Usage::wallMillis, Outcome.Usage::cpuMillis).containsExactly(1L, 1L);
        assertThat(ran.result().languageVersion()).isEqualTo("3.0");
        refuses(() -> executor.progress(id, 0, 0, Duration.ZERO), ErrorCode.NOT_FOUND, id.value());
    }

    @Test
    void output_is_given_beyond_the_offsets_that_are_asked_for() {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        ends("first second");
        await().until(() -> executor.progress(id, 0, 0, Duration.ofSeconds(1)).phase() == ExecutionPhase.ENDED);

        assertThat(executor.progress(id, 6, 0, Duration.ZERO).stdout()).asString().isEqualTo("second");
        assertThat(executor.progress(id, 12, 0, Duration.ZERO).stdout()).isEmpty();
        assertThat(executor.progress(id, Long.MAX_VALUE, Long.MAX_VALUE, Duration.ZERO).result()).isNotNull();
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
    void who_waits_hears_of_a_byte_when_it_comes() {
        start(new ScriptedEngine(true));
        EvaluationId id = programs.start(python("print(1)"));
        engine.box.says(SupervisorProtocol.STARTED, "");
        await().until(() -> executor.progress(id, 0, 0, Duration.ofSeconds(1)).phase() == ExecutionPhase.RUNNING);
        CompletableFuture<Progress> waits =
                CompletableFuture.supplyAsync(() -> executor.progress(id, 0, 0, Duration.ofSeconds(15)));
        engine.box.says(SupervisorProtocol.STDOUT, "now");

        assertThat(waits.join().stdout()).asString().isEqualTo("now");

        assertThat(executor.kill(id, StopMode.KILL)).isTrue();
    }

    @Test
    void a_kill_while_the_box_is_made_cancels_and_starts_nothing() {
        start(new ScriptedEngine(false));
        EvaluationId id = programs.start(python("print(1)"));
        assertThat(executor.kill(id, StopMode.TERMINATE)).isTrue();
        engine.mayOpen.countDown();
        assertThat(programs.await(id).result().reason()).isEqualTo(Reason.CANCELLED);
    }

    @Test
    void what_has_ended_or_is_not_held_cannot_be_killed_and_can_be_released() {
        start(new ScriptedEngine(true));
        EvaluationId unknown = new EvaluationId("nobody");
        assertThat(executor.kill(unknown, StopMode.KILL)).isFalse();
        executor.release(unknown);
        refuses(() -> executor.progress(unknown, 0, 0, Duration.ZERO), ErrorCode.NOT_FOUND, "nobody");
        refuses(() -> executor.progress(unknown, 0, 0, Duration.ofSeconds(5)), ErrorCode.NOT_FOUND, "nobody");
        EvaluationId id = programs.start(python("x"));
        ends("");
        await().until(() -> !runs(id));
        assertThat(executor.kill(id, StopMode.KILL)).isFalse();
        executor.release(id);
        executor.release(id);
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
    void what_cannot_run_is_refused_with_the_remedy() {
        start(new ScriptedEngine(true));
        refuses(() -> programs.start(bash("x")), ErrorCode.ENGINE_UNAVAILABLE, "bash is missing", "Type: get bash");
        refuses(() -> programs.start(new Asked("cobol", "x")), ErrorCode.ENGINE_UNAVAILABLE, "cobol");
        refuses(() -> new Programs(executor, "docker").start(python("x")), ErrorCode.ENGINE_UNAVAILABLE, "docker");
    }

    @Test
    void an_engine_that_does_not_work_runs_nothing_and_says_why() {
        ScriptedEngine missing = new ScriptedEngine(true);
        missing.available = false;
        start(missing);
        refuses(() -> programs.start(python("x")), ErrorCode.ENGINE_UNAVAILABLE, "It is a script.", "Type: get one");
    }

    @Test
    void words_that_the_kernel_would_refuse_or_split_are_refused_first() {
        start(new ScriptedEngine(true));
        refuses(() -> programs.start(python("x").args("a\0b")), ErrorCode.VALIDATION, "args", "NUL");
        refuses(() -> programs.start(python("x").env(Map.of("A", "b\0C=d"))), ErrorCode.VALIDATION, "env", "NUL");
        refuses(() -> programs.start(python("x").args("y".repeat(200_000))), ErrorCode.VALIDATION, "args");
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
        await().until(() -> !runs(second));
        refuses(
                () -> executor.execute(new ExecutionRequest(second, 1, programs.submission(python("x")))),
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
        await().until(() -> !runs(second.join()));
    }

    @Test
    void engines_and_languages_are_told_whole() {
        start(new ScriptedEngine(true));
        EngineStatus there = local.engines().get(0);

        EngineStatus told = executor.engines().get(0);

        assertThat(told).usingRecursiveComparison().isEqualTo(there);
        assertThat(executor.languages()).usingRecursiveComparison().ignoringFields("mounts").isEqualTo(local.languages());
    }
}
