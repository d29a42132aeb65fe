package dev.crucible.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.api.Reconciler;
import dev.crucible.api.http.Api.Answer;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.queue.Lease;
import dev.crucible.testing.FakePlatform;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CancelTest {
    private FakePlatform platform;
    private Api api;

    @BeforeEach
    void start() {
        platform = new FakePlatform();
        api = new Api(platform.gateway.uri());
    }

    @AfterEach
    void stop() {
        platform.close();
    }

    private EvaluationId submit() {
        return new EvaluationId(api.post("/api/eval", "{\"code\": \"1\"}").json().path("eval_id").asText());
    }

    /** A run that a kill ends, with what it had written. */
    private List<StopMode> killable(Lease lease) {
        List<StopMode> modes = new CopyOnWriteArrayList<>();
        platform.executor.onKill((id, mode) -> {
            modes.add(mode);
            platform.finish(lease, Reason.KILLED, 137, "partial".getBytes(StandardCharsets.UTF_8), new byte[0]);
        });
        return modes;
    }

    @Test
    void a_waiting_evaluation_is_gone_at_once() {
        EvaluationId id = submit();

        Answer answer = api.order("/api/eval/" + id + "/cancel");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asText()).isEqualTo("cancelled");
        assertThat(platform.queue.find(id)).isEmpty();
        assertThat(api.get("/api/eval/" + id).json().path("reason").asText()).isEqualTo("cancelled");
        assertThat(platform.store.timeline(id).get(1).actor()).isEqualTo("user:local");
    }

    @Test
    void a_running_one_is_asked_to_end_and_its_partial_output_is_kept() {
        EvaluationId id = submit();
        List<StopMode> modes = killable(platform.startNext());

        JsonNode answer = api.order("/api/eval/" + id + "/cancel?terminate=false").json();

        assertThat(answer.path("status").asText()).isEqualTo("cancelled");
        assertThat(answer.path("message").asText()).isEqualTo("Task cancelled");
        assertThat(modes).containsExactly(StopMode.TERMINATE);
        assertThat(api.get("/api/eval/" + id + "/status").json().path("output").asText()).isEqualTo("partial");
    }

    @Test
    void terminate_kills_at_once() {
        EvaluationId id = submit();
        List<StopMode> modes = killable(platform.startNext());

        JsonNode answer = api.order("/api/eval/" + id + "/cancel?terminate=true").json();

        assertThat(answer.path("message").asText()).isEqualTo("Task forcefully terminated");
        assertThat(modes).containsExactly(StopMode.KILL);
    }

    @Test
    void a_task_between_its_lease_and_its_sandbox_is_stopped_as_soon_as_it_can_be() {
        EvaluationId id = submit();
        Lease lease = platform.startNext();
        platform.executor.release(id);
        killable(lease);
        CompletableFuture<Answer> answer =
                CompletableFuture.supplyAsync(() -> api.order("/api/eval/" + id + "/cancel"));
        Awaitility.await().until(() -> platform.queue.extend(lease.token()).cancelRequested());

        platform.executor.writes(id, new byte[0], new byte[0]);

        assertThat(answer.join().json().path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void one_that_has_ended_stays_as_it_is() {
        EvaluationId id = submit();
        platform.runNext("1");

        Answer answer = api.order("/api/eval/" + id + "/cancel");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("status").asText()).isEqualTo("completed");
    }

    @Test
    void one_that_the_queue_never_heard_of_is_cancelled_too() {
        EvaluationId id = submit();
        platform.queue.lose(id);

        assertThat(api.order("/api/eval/" + id + "/cancel").json().path("status").asText()).isEqualTo("cancelled");
    }

    @Test
    void kill_takes_running_ones_only() {
        EvaluationId id = submit();
        assertThat(api.order("/api/eval/" + id + "/kill").status()).isEqualTo(409);
        List<StopMode> modes = killable(platform.startNext());

        assertThat(api.order("/api/eval/" + id + "/kill").json().path("status").asText()).isEqualTo("cancelled");
        assertThat(modes).containsExactly(StopMode.KILL);
        assertThat(api.order("/api/eval/" + id + "/kill").json().path("code").asText()).isEqualTo("state_conflict");
    }

    @Test
    void one_that_ended_by_itself_before_the_kill_reached_it_is_not_running_whenever_that_is_seen() {
        EvaluationId meanwhile = submit();
        Lease lease = platform.startNext();
        platform.executor.onKill((id, mode) -> platform.finish(lease, Reason.OK, 0, new byte[0], new byte[0]));

        Answer late = api.order("/api/eval/" + meanwhile + "/kill");
        Answer later = api.order("/api/eval/" + meanwhile + "/kill");

        assertThat(List.of(late.status(), later.status())).containsOnly(409);
        assertThat(late.json().path("detail").asText()).isEqualTo("The evaluation is not running: it is completed.")
                .isEqualTo(later.json().path("detail").asText());
        assertThat(api.get("/openapi.json").json().at("/paths/~1api~1eval~1{id}~1kill/post/responses/409/description").asText())
                .contains("ended before the kill reached it");
    }

    @Test
    void what_a_crash_kept_from_the_queue_is_queued_at_the_next_start() {
        EvaluationId lost = submit();
        EvaluationId waiting = submit();
        platform.queue.lose(lost);

        try (Reconciler reconciler = new Reconciler(platform.store, platform.queue, platform.clock())) {
            reconciler.start();
        }

        assertThat(platform.queue.find(lost)).isPresent();
        assertThat(platform.queue.find(waiting)).isPresent();
        assertThat(platform.queue.status().queued()).isEqualTo(2);
        assertThat(platform.store.find(lost).orElseThrow().status()).isEqualTo(EvaluationStatus.QUEUED);
    }
}
