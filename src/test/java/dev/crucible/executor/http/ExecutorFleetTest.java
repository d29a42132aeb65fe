package dev.crucible.executor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Language;
import dev.crucible.executor.RunningExecution;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.testing.FakeExecutor;
import dev.crucible.testing.Submissions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A fleet of two, and of one that cannot be reached. */
@Timeout(60)
class ExecutorFleetTest {
    private final FakeExecutor left = new FakeExecutor();
    private final FakeExecutor right = new FakeExecutor();
    private ExecutorEdge leftEdge;
    private ExecutorEdge rightEdge;
    private ExecutorFleet fleet;

    @BeforeEach
    void start() {
        leftEdge = Edges.start(left);
        rightEdge = Edges.start(right);
    }

    @AfterEach
    void stop() {
        fleet.close();
        leftEdge.close();
        rightEdge.close();
    }

    private void fleet(URI... uris) {
        fleet = new ExecutorFleet(List.of(uris).stream().map(uri -> Edges.address(uri, WireFormat.JSON)).toList());
        fleet.start();
    }

    private static EvaluationId id(String id) {
        return new EvaluationId(id);
    }

    private static ExecutionRequest request(String id) {
        return new ExecutionRequest(id(id), 1, Submissions.python("1"));
    }

    /** Takes connections, and says nothing. */
    private static ServerSocket mute() throws IOException {
        return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    private static URI at(ServerSocket socket) {
        return URI.create("http://127.0.0.1:" + socket.getLocalPort());
    }

    private static URI nowhere() throws IOException {
        try (ServerSocket socket = mute()) {
            return at(socket);
        }
    }

    @Test
    void a_run_goes_where_most_slots_are_free_and_what_concerns_it_goes_there_too() {
        left.writes(id("other"), new byte[0], new byte[0]);
        fleet(leftEdge.uri(), rightEdge.uri());

        fleet.execute(request("a"));

        assertThat(right.running()).extracting(RunningExecution::id).containsExactly(id("a"));
        right.writes(id("a"), new byte[] {-1, 'x'}, new byte[0]);
        assertThat(fleet.progress(id("a"), 0, 0, Duration.ofSeconds(5)).stdout()).containsExactly(-1, 'x');
        List<EvaluationId> killed = new CopyOnWriteArrayList<>();
        right.onKill((id, mode) -> killed.add(id));
        assertThat(fleet.kill(id("a"), StopMode.KILL)).isTrue();
        assertThat(killed).containsExactly(id("a"));
        fleet.release(id("a"));
        assertThat(right.running()).isEmpty();
    }

    @Test
    void what_a_member_began_by_itself_is_found_there() {
        fleet(leftEdge.uri(), rightEdge.uri());
        right.writes(id("theirs"), new byte[] {'x'}, new byte[0]);

        assertThat(fleet.running()).extracting(RunningExecution::id).containsExactly(id("theirs"));
        assertThat(fleet.progress(id("theirs"), 0, 0, Duration.ZERO).stdout()).containsExactly('x');
        assertThat(fleet.kill(id("theirs"), StopMode.TERMINATE)).isTrue();

        right.release(id("theirs"));
        left.writes(id("theirs"), new byte[] {'y'}, new byte[0]);
        assertThat(fleet.progress(id("theirs"), 0, 0, Duration.ZERO).stdout()).containsExactly('y');
    }

    @Test
    void slots_and_languages_of_all_are_told_together() {
        left.writes(id("a"), new byte[0], new byte[0]);
        fleet(leftEdge.uri(), rightEdge.uri());
        assertThat(fleet.capacity()).extracting(Capacity::running, Capacity::maxConcurrent).containsExactly(1, 4);
        assertThat(fleet.languages()).extracting(Language::name).containsExactly("python", "bash", "javascript");
    }

    @Test
    void an_engine_is_there_when_any_has_it_and_says_where_it_is_not() {
        left.engines(List.of(
                FakeExecutor.missing("docker", "no socket", "install Docker"),
                FakeExecutor.working("sandbox", Map.of("python", new LanguageStatus(true, "3.11", null, null)))));
        right.engines(List.of(
                FakeExecutor.working("docker", Map.of("python", new LanguageStatus(true, "3.12", null, null))),
                FakeExecutor.working("sandbox", Map.of("bash", new LanguageStatus(true, "5", null, null)))));
        fleet(leftEdge.uri(), rightEdge.uri());

        List<EngineStatus> engines = fleet.engines();

        assertThat(engines).extracting(EngineStatus::name).containsExactly("docker", "sandbox");
        assertThat(engines.get(0).available()).isTrue();
        assertThat(engines.get(0).detail()).contains("docker works", "Not on " + leftEdge.uri(), "no socket");
        assertThat(engines.get(0).remedy()).isNull();
        assertThat(engines.get(1).detail()).isEqualTo("sandbox works");
        assertThat(engines.get(1).languages()).containsOnlyKeys("python", "bash");
        Submission onDocker = Submissions.python("1").on("docker", null);
        fleet.execute(new ExecutionRequest(id("d"), 1, onDocker));
        assertThat(right.running()).hasSize(1);
    }

    @Test
    void one_that_cannot_be_reached_leaves_the_others_as_they_are() throws IOException {
        try (ServerSocket mute = mute()) {
            fleet(nowhere(), at(mute), rightEdge.uri());

            EngineStatus sandbox = fleet.engines().get(2);
            assertThat(sandbox.name()).isEqualTo("sandbox");
            assertThat(sandbox.available()).isTrue();
            assertThat(sandbox.detail()).contains("sandbox works", "Not on " + at(mute), "did not answer in time", "cannot be reached");

            fleet.execute(request("a"));
            assertThat(right.running()).hasSize(1);
            assertThat(fleet.progress(id("a"), 0, 0, Duration.ZERO).result()).isNull();
            assertThat(fleet.running()).hasSize(1);
            assertThat(fleet.capacity().maxConcurrent()).isEqualTo(2);
            assertThat(fleet.kill(id("nobody"), StopMode.KILL)).isFalse();
            assertThatThrownBy(() -> fleet.progress(id("nobody"), 0, 0, Duration.ZERO))
                    .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));
        }
    }

    @Test
    void one_that_goes_away_takes_its_engines_along_and_brings_them_back() {
        left.engines(List.of(FakeExecutor.missing("docker", "no socket", "install Docker")));
        fleet(leftEdge.uri(), rightEdge.uri());
        fleet.execute(request("a"));
        assertThat(right.running()).hasSize(1);

        int port = rightEdge.uri().getPort();
        rightEdge.close();
        await().until(() -> fleet.engines().stream().noneMatch(EngineStatus::available));

        assertThat(fleet.engines()).filteredOn(engine -> engine.name().equals("sandbox"))
                .allSatisfy(engine -> assertThat(engine.detail()).contains("cannot be reached"));
        assertThatThrownBy(() -> fleet.execute(request("b")))
                .isInstanceOfSatisfying(PlatformException.class, e -> {
                    assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE);
                    assertThat(e.getMessage()).contains("cannot be reached");
                });
        assertThatThrownBy(() -> fleet.progress(id("a"), 0, 0, Duration.ZERO))
                .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE));

        rightEdge = Edges.start(right, port);
        await().until(() -> fleet.engines().stream().anyMatch(EngineStatus::available));
        assertThat(fleet.progress(id("a"), 0, 0, Duration.ZERO).result()).isNull();
    }

    @Test
    void with_nobody_to_reach_it_says_so() throws IOException {
        fleet(nowhere());

        assertThat(fleet.engines()).extracting(EngineStatus::name).containsExactly("gvisor", "docker", "sandbox");
        assertThat(fleet.engines()).allSatisfy(engine -> {
            assertThat(engine.available()).isFalse();
            assertThat(engine.detail()).contains("cannot be reached");
        });
        assertThat(fleet.running()).isEmpty();
        for (Runnable call : List.<Runnable>of(fleet::capacity, fleet::languages, () -> fleet.execute(request("a")))) {
            assertThatThrownBy(call::run).isInstanceOfSatisfying(
                    PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE));
        }
    }
}
