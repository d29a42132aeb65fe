package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.testing.ManualTime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EngineBoardTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTime time = new ManualTime();
    private final ScriptedEngine engine = new ScriptedEngine(true);
    private final AtomicInteger proofs = new AtomicInteger();
    private volatile boolean memoryHolds = true;
    private volatile boolean provable = true;
    private final EngineBoard board = new EngineBoard(List.of(engine), time, (proven, status) -> prove());

    private List<LimitProof> prove() {
        proofs.incrementAndGet();
        if (!provable) {
            throw new IllegalStateException("the box fell over");
        }
        return List.of(
                new LimitProof("disk", true, "It was refused.", time.instant()),
                new LimitProof("memory", memoryHolds, memoryHolds ? "It was ended." : "It took all.", time.instant()));
    }

    @AfterEach
    void close() {
        board.close();
    }

    private EngineStatus status() {
        return board.of(engine);
    }

    /** Until a look of this moment has been made, and what it led to. */
    private void lookAgain() {
        int before = engine.looks.get();
        status();
        await().until(() -> engine.looks.get() > before);
    }

    @Test
    void an_engine_is_proven_behind_the_first_look_at_it() {
        assertThat(status().available()).isTrue();

        await().untilAsserted(() -> assertThat(status().proofs()).hasSize(2));
        assertThat(status().detail()).isEqualTo("It is a script.");
        assertThat(proofs).hasValue(1);
    }

    @Test
    void an_engine_that_does_not_hold_a_limit_is_withdrawn_with_the_reason_and_what_to_do() {
        memoryHolds = false;

        EngineStatus withdrawn = board.prove().get(0);

        assertThat(withdrawn.available()).isFalse();
        assertThat(withdrawn.detail()).isEqualTo("It does not hold its limits on this host. memory: It took all.");
        assertThat(withdrawn.remedy()).contains("memory cgroup");
        assertThat(withdrawn.proofs()).extracting(LimitProof::held).containsExactly(true, false);
    }

    @Test
    void an_engine_that_was_withdrawn_is_tried_a_minute_later_and_comes_back_when_it_holds() {
        memoryHolds = false;
        assertThat(board.prove().get(0).available()).isFalse();
        memoryHolds = true;

        time.advance(MINUTE);
        lookAgain();

        await().untilAsserted(() -> assertThat(status().available()).isTrue());
    }

    @Test
    void limits_are_proven_again_after_an_hour_and_not_before() {
        board.prove();
        int first = proofs.get();

        time.advance(Duration.ofMinutes(59));
        lookAgain();
        time.advance(MINUTE);
        lookAgain();

        await().untilAsserted(() -> assertThat(proofs).hasValue(first + 1));
        assertThat(status().proofs()).allSatisfy(proof -> assertThat(proof.at()).isEqualTo(time.instant()));
    }

    @Test
    void a_proof_that_could_not_be_run_is_no_word_against_the_engine_and_is_tried_a_minute_later() {
        provable = false;
        EngineStatus unproven = board.prove().get(0);
        assertThat(unproven.available()).isTrue();
        assertThat(unproven.detail()).endsWith("Its limits could not be proven yet: the box fell over");

        provable = true;
        time.advance(MINUTE);
        lookAgain();

        await().untilAsserted(() -> assertThat(status().detail()).isEqualTo("It is a script."));
    }

    @Test
    void what_was_proven_stands_when_it_cannot_be_proven_again() {
        memoryHolds = false;
        board.prove();
        provable = false;

        EngineStatus status = board.prove().get(0);

        assertThat(status.available()).isFalse();
        assertThat(status.proofs()).hasSize(2);
    }

    @Test
    void whoever_closes_the_board_waits_for_the_proof_under_way_to_be_broken_off() throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        AtomicBoolean brokenOff = new AtomicBoolean();
        EngineBoard busy = new EngineBoard(List.of(engine), time, (proven, status) -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                brokenOff.set(true);
            }
            return List.of();
        });
        busy.refresh();
        begun.await();

        busy.close();

        assertThat(brokenOff).isTrue();
    }

    @Test
    void an_engine_that_went_and_came_back_is_proven_anew() {
        board.prove();
        int first = proofs.get();
        engine.available = false;
        time.advance(MINUTE);
        lookAgain();
        await().untilAsserted(() -> assertThat(status().available()).isFalse());
        assertThat(status().proofs()).isEmpty();

        engine.available = true;
        time.advance(MINUTE);
        lookAgain();

        await().untilAsserted(() -> assertThat(proofs).hasValue(first + 1));
    }
}
