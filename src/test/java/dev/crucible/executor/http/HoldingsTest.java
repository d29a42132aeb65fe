package dev.crucible.executor.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.RunResult;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.testing.FakeExecutor;
import dev.crucible.testing.ManualTime;
import dev.crucible.testing.Submissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HoldingsTest {
    private static final RunResult ENDED = new RunResult(
            Reason.OK, "It ended.", 0, null, Outcome.Usage.NONE, 0, false, 0, false, new byte[0], null, null, null, null,
            List.of(), List.of());

    private final FakeExecutor executor = new FakeExecutor();
    private final ManualTime time = new ManualTime();
    private final Holdings holdings = new Holdings(executor, time::nanos);

    private static ExecuteOrder order(String id, int attempt, @Nullable String token, @Nullable Duration abandonAfter) {
        return new ExecuteOrder(
                new ExecutionRequest(new EvaluationId(id), attempt, Submissions.python("1")), token, abandonAfter);
    }

    private void begin(String id) {
        holdings.begin(order(id, 1, null, null));
    }

    private void end(String id) {
        executor.ends(new EvaluationId(id), ENDED);
    }

    private boolean holds(String id) {
        try {
            executor.progress(new EvaluationId(id), 0, 0, Duration.ZERO);
            return true;
        } catch (PlatformException e) {
            return false;
        }
    }

    private void pass(Duration duration) {
        time.advance(duration);
        holdings.tidy();
    }

    @Test
    void what_has_ended_is_kept_ten_minutes_from_its_last_reader() {
        begin("a");
        end("a");
        pass(Duration.ofMinutes(9));
        holdings.asked(new EvaluationId("a"));
        pass(Duration.ofMinutes(9));
        assertThat(holds("a")).isTrue();
        pass(Duration.ofMinutes(2));
        assertThat(holds("a")).isFalse();
        assertThat(holdings.size()).isZero();
    }

    @Test
    void what_runs_is_kept_however_long_and_ten_minutes_from_its_end() {
        begin("a");
        pass(Duration.ofHours(2));
        assertThat(holds("a")).isTrue();
        end("a");
        pass(Duration.ofMinutes(9));
        assertThat(holds("a")).isTrue();
        pass(Duration.ofMinutes(2));
        assertThat(holds("a")).isFalse();
    }

    @Test
    void what_runs_for_a_client_that_promised_to_ask_goes_with_it() {
        holdings.begin(order("a", 1, null, Duration.ofSeconds(30)));
        pass(Duration.ofSeconds(29));
        holdings.asked(new EvaluationId("a"));
        pass(Duration.ofSeconds(29));
        assertThat(holds("a")).isTrue();
        pass(Duration.ofSeconds(2));
        assertThat(holds("a")).isFalse();
    }

    @Test
    void of_too_many_that_have_ended_those_go_that_were_asked_for_longest_ago() {
        for (int i = 0; i <= Holdings.MOST_ENDED; i++) {
            begin("run" + i);
            end("run" + i);
            time.advance(Duration.ofMillis(1));
        }
        holdings.asked(new EvaluationId("run0"));

        begin("runs");

        assertThat(holds("run0")).isTrue();
        assertThat(holds("run1")).isFalse();
        assertThat(holds("run2")).isTrue();
        assertThat(holds("runs")).isTrue();
        assertThat(holdings.size()).isEqualTo(Holdings.MOST_ENDED + 1);
    }

    @Test
    void what_others_began_is_left_alone() {
        executor.writes(new EvaluationId("theirs"), new byte[0], new byte[0]);
        end("theirs");
        pass(Duration.ofDays(1));
        assertThat(holds("theirs")).isTrue();
        assertThat(holdings.release(new EvaluationId("theirs"))).isFalse();
    }

    @Test
    void the_same_order_sent_again_begins_nothing_again() throws Exception {
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch may = new CountDownLatch(1);
        executor.onExecute(request -> {
            begun.incrementAndGet();
            await(may);
        });
        CompletableFuture<Void> first = CompletableFuture.runAsync(() -> holdings.begin(order("a", 1, "t", null)));
        CompletableFuture<Void> again = CompletableFuture.runAsync(() -> holdings.begin(order("a", 1, "t", null)));
        may.countDown();

        CompletableFuture.allOf(first, again).get();

        assertThat(begun).hasValue(1);
        assertThatThrownBy(() -> holdings.begin(order("a", 1, "other", null)))
                .isInstanceOfSatisfying(PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STATE_CONFLICT));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_order_that_was_refused_may_be_sent_again() {
        executor.onExecute(request -> {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "Every slot is taken.");
        });
        assertThatThrownBy(() -> holdings.begin(order("a", 1, "t", null))).hasMessageContaining("slot");
        executor.onExecute(request -> executor.writes(request.id(), new byte[0], new byte[0]));
        holdings.begin(order("a", 1, "t", null));
        assertThat(holds("a")).isTrue();
    }

    @Test
    void a_later_attempt_takes_the_place_of_an_earlier_one() {
        begin("a");
        end("a");
        holdings.begin(order("a", 2, null, null));
        assertThat(executor.running()).hasSize(1);
        assertThatThrownBy(() -> begin("a")).hasMessageContaining("already");
    }
}
