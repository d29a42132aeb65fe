package dev.crucible.executor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.testing.FakeExecutor;
import dev.crucible.testing.Submissions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What stands between an executor and who uses it. */
@Timeout(60)
class RemoteExecutorTest {
    private static final EvaluationId ID = new EvaluationId("a");

    private static void everyCallIsUnavailable(CodeExecutor executor, String why) {
        List<Consumer<CodeExecutor>> calls = List.of(
                each -> each.execute(new ExecutionRequest(ID, 1, Submissions.python("1"))),
                each -> each.progress(ID, 0, 0, Duration.ZERO), each -> each.kill(ID, StopMode.KILL),
                each -> each.release(ID), CodeExecutor::running, CodeExecutor::capacity, CodeExecutor::engines,
                CodeExecutor::languages);
        for (Consumer<CodeExecutor> call : calls) {
            assertThatThrownBy(() -> call.accept(executor)).isInstanceOfSatisfying(PlatformException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE);
                assertThat(e.getMessage()).contains(why);
            });
        }
    }

    @Test
    void a_key_that_is_not_taken_is_no_fault_of_who_asks() {
        try (ExecutorEdge edge = Edges.start(new FakeExecutor());
                RemoteExecutor remote = new RemoteExecutor(new ServiceAddress(edge.uri(), "wrong"))) {
            everyCallIsUnavailable(remote, "key");
        }
    }

    @Test
    void one_that_stops_takes_nothing_more() {
        try (ExecutorEdge edge = Edges.start(new FakeExecutor());
                RemoteExecutor remote = new RemoteExecutor(new ServiceAddress(edge.uri(), Edges.KEY))) {
            edge.refuseRequests();
            everyCallIsUnavailable(remote, "serves nothing now");
        }
    }

    @Test
    void one_that_went_away_cannot_be_reached() {
        ExecutorEdge edge = Edges.start(new FakeExecutor());
        try (RemoteExecutor remote = new RemoteExecutor(new ServiceAddress(edge.uri(), Edges.KEY))) {
            assertThat(remote.capacity().maxConcurrent()).isEqualTo(2);
            String uri = edge.uri().toString();
            edge.close();
            everyCallIsUnavailable(remote, uri);
        } finally {
            edge.close();
        }
    }

    @Test
    void one_that_says_nothing_is_not_waited_for_without_end() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                RemoteExecutor remote = new RemoteExecutor(
                        new ServiceAddress(URI.create("http://127.0.0.1:" + mute.getLocalPort()), null), Duration.ofMillis(300))) {
            assertThatThrownBy(remote::capacity).hasMessageContaining("did not answer in time");
        }
    }

    @Test
    void what_it_can_run_is_not_asked_for_each_time() {
        FakeExecutor executor = new FakeExecutor();
        try (ExecutorEdge edge = Edges.start(executor);
                RemoteExecutor remote = new RemoteExecutor(new ServiceAddress(edge.uri(), Edges.KEY))) {
            assertThat(remote.languages()).isSameAs(remote.languages());
        }
    }
}
