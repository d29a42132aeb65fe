package dev.crucible.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.testing.FakePlatform;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReconcilerTest {
    private FakePlatform platform;
    private Reconciler reconciler;

    @BeforeEach
    void start() {
        platform = new FakePlatform();
        reconciler = new Reconciler(platform.store, platform.queue, platform.clock());
    }

    @AfterEach
    void stop() {
        reconciler.close();
        platform.close();
    }

    private EvaluationId submit() {
        return platform.evaluations.submit(platform.evaluations.draft("python", "1")).id();
    }

    @Test
    void what_is_missing_from_the_queue_at_two_looks_is_queued_again() {
        EvaluationId lost = submit();
        EvaluationId waiting = submit();
        platform.queue.lose(lost);
        platform.advance(Duration.ofSeconds(11));

        assertThat(reconciler.look()).isZero();
        assertThat(reconciler.look()).isEqualTo(1);
        assertThat(reconciler.look()).isZero();
        assertThat(platform.queue.find(lost)).isPresent();
        assertThat(platform.queue.find(waiting)).isPresent();
    }

    @Test
    void what_may_still_be_under_way_is_left_alone() {
        platform.queue.lose(submit());

        assertThat(reconciler.look()).isZero();
        assertThat(reconciler.look()).isZero();
    }

    @Test
    void what_was_handed_out_or_has_ended_is_never_queued_again() {
        submit();
        platform.startNext();
        submit();
        platform.runNext("1");
        platform.advance(Duration.ofSeconds(11));

        assertThat(reconciler.look()).isZero();
        assertThat(reconciler.look()).isZero();
        assertThat(platform.queue.status().queued()).isZero();
    }

    @Test
    void it_can_be_closed_before_it_was_started_and_twice() {
        reconciler.close();
        reconciler.start();
        reconciler.close();
        reconciler.close();
    }
}
