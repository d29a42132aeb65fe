package dev.crucible.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.RunResult;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.queue.LeaseToken;
import dev.crucible.storage.Evaluation;
import dev.crucible.testing.FakePlatform;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The worker over a scripted executor. */
class DispatcherTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private FakePlatform platform;
    private Dispatcher dispatcher;

    @BeforeEach
    void start() {
        platform = new FakePlatform();
        dispatcher = new Dispatcher(
                new DispatchConfig("worker", 1, Duration.ofSeconds(30), Duration.ZERO), platform.queue,
                platform.executor, platform.lifecycle, platform.outputs, platform.bus);
    }

    @AfterEach
    void stop() {
        dispatcher.close();
        platform.close();
    }

    private Evaluation run(byte[] stdout, RunResult result) {
        platform.executor.endsWith(stdout, request -> result);
        EvaluationId id = platform.evaluations.submit(platform.evaluations.draft("python", "1")).id();
        dispatcher.start();
        return platform.evaluations.await(id, PATIENCE);
    }

    private static RunResult ended(List<SourceFile> artifacts, List<TestOutcome> tests) {
        return new RunResult(
                Reason.OK, "It ended.", 0, null, new Outcome.Usage(5, 4L, 3L, 2), 0, false, 0, false,
                "warning".getBytes(StandardCharsets.US_ASCII), "1.0", "3.11",
                new Outcome.Evidence("clock", "ms", 10L, 11L), "{\"score\": 1}", artifacts, tests);
    }

    private byte[] kept(Artifact artifact) throws IOException {
        try (InputStream in = platform.outputs.open(artifact.ref(), 0)) {
            return in.readAllBytes();
        }
    }

    @Test
    void what_a_run_left_is_kept_with_its_record() throws IOException {
        TestOutcome test = new TestOutcome(
                "1", Reason.OK, true, "It passed.", 0, null, Outcome.Usage.NONE, new byte[] {1}, 1, new byte[0], 0);
        SourceFile empty = new SourceFile("out/empty", new byte[0]);
        SourceFile file = new SourceFile("out/a.bin", new byte[] {0, -1, 2});

        Outcome outcome = run(new byte[0], ended(List.of(file, empty), List.of(test))).outcome();

        assertThat(outcome.evidence()).isEqualTo(new Outcome.Evidence("clock", "ms", 10L, 11L));
        assertThat(outcome.result()).isEqualTo("{\"score\": 1}");
        assertThat(outcome.compile().text()).isEqualTo("warning");
        assertThat(outcome.tests()).containsExactly(test);
        assertThat(outcome.artifacts()).extracting(Artifact::path, Artifact::size)
                .containsExactly(tuple("out/a.bin", 3L),
                        tuple("out/empty", 0L));
        assertThat(kept(outcome.artifacts().get(0))).isEqualTo(file.content());
        assertThat(kept(outcome.artifacts().get(1))).isEmpty();
    }

    @Test
    void a_store_that_fails_for_a_moment_loses_neither_output_nor_artifact() throws IOException {
        platform.outputs.failures(2);
        byte[] stdout = new byte[70_000];

        Outcome outcome = run(stdout, ended(List.of(new SourceFile("a", new byte[] {7})), List.of())).outcome();

        assertThat(outcome.stdout().ref()).isNotNull();
        assertThat(outcome.stdout().size()).isEqualTo(70_000);
        assertThat(kept(outcome.artifacts().get(0))).containsExactly(7);
    }

    @Test
    void an_artifact_alone_is_tried_again_too() throws IOException {
        platform.outputs.failures(1);

        Outcome outcome = run(new byte[0], ended(List.of(new SourceFile("a", new byte[] {7})), List.of())).outcome();

        assertThat(kept(outcome.artifacts().get(0))).containsExactly(7);
    }

    @Test
    void an_executor_that_cannot_be_reached_for_a_moment_loses_nothing() {
        platform.executor.unreachable(5);

        Outcome outcome = run(new byte[] {'h', 'i'}, ended(List.of(), List.of())).outcome();

        assertThat(outcome.reason()).isEqualTo(Reason.OK);
        assertThat(outcome.stdout().text()).isEqualTo("hi");
    }

    @Test
    void an_execution_that_its_executor_has_forgotten_is_a_lost_attempt() {
        EvaluationId id = platform.evaluations.submit(platform.evaluations.draft("python", "1")).id();
        dispatcher.start();
        await().until(() -> !platform.executor.running().isEmpty());

        platform.executor.release(id);

        Outcome outcome = platform.evaluations.await(id, PATIENCE).outcome();
        assertThat(outcome.reason()).isEqualTo(Reason.SANDBOX_ERROR);
        assertThat(outcome.detail()).contains("the execution was lost", "not held");
    }

    @Test
    void a_stop_that_does_not_reach_the_executor_is_sent_again() {
        dispatcher.close();
        dispatcher = new Dispatcher(
                new DispatchConfig("worker", 1, Duration.ofMillis(30), Duration.ZERO), platform.queue,
                platform.executor, platform.lifecycle, platform.outputs, platform.bus);
        List<StopMode> kills = new CopyOnWriteArrayList<>();
        EvaluationId id = platform.evaluations.submit(platform.evaluations.draft("python", "1")).id();
        platform.executor.onKill((killed, mode) -> {
            if (kills.isEmpty()) {
                kills.add(mode);
                throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "It cannot be reached.");
            }
            platform.executor.ends(id, ended(List.of(), List.of()));
            kills.add(mode);
        });
        dispatcher.start();
        await().until(() -> !platform.executor.running().isEmpty());

        platform.queue.cancel(id, "somebody");

        platform.evaluations.await(id, PATIENCE);
        assertThat(kills).containsExactly(StopMode.TERMINATE, StopMode.TERMINATE);
    }

    @Test
    void heartbeats_go_on_after_one_that_found_its_lease_lost() {
        dispatcher.close();
        dispatcher = new Dispatcher(
                new DispatchConfig("worker", 2, Duration.ofMillis(30), Duration.ZERO), platform.queue,
                platform.executor, platform.lifecycle, platform.outputs, platform.bus);
        List<EvaluationId> killed = new CopyOnWriteArrayList<>();
        EvaluationId lost = platform.evaluations.submit(platform.evaluations.draft("python", "1")).id();
        EvaluationId cancelled = platform.evaluations.submit(platform.evaluations.draft("python", "2")).id();
        platform.executor.onKill((id, mode) -> {
            killed.add(id);
            if (id.equals(lost)) {
                throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "It cannot be reached.");
            }
            platform.executor.ends(id, ended(List.of(), List.of()));
        });
        dispatcher.start();
        await().until(() -> platform.executor.running().size() == 2);

        platform.queue.release(new LeaseToken(lost, 1, 1), "taken away");
        await().until(() -> killed.contains(lost));
        platform.queue.cancel(cancelled, "somebody");

        assertThat(platform.evaluations.await(cancelled, PATIENCE).outcome().reason()).isEqualTo(Reason.OK);
    }
}
