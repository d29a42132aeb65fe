package dev.crucible.platform.concurrent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ThreadsTest {
    private static final Duration LONG = Duration.ofSeconds(25);

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicBoolean stillInterrupted = new AtomicBoolean();

    private void work() {
        begun.countDown();
        try {
            mayEnd.await();
            done.set(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void an_interrupt_does_not_cut_short_what_must_be_done_and_is_not_lost() throws InterruptedException {
        Thread caller = Threads.daemon("caller", () -> {
            Threads.uninterrupted("work", LONG, this::work);
            stillInterrupted.set(Thread.currentThread().isInterrupted());
        });
        caller.start();
        begun.await();

        caller.interrupt();
        await().until(() -> !caller.isInterrupted());
        mayEnd.countDown();
        caller.join();

        assertThat(done).isTrue();
        assertThat(stillInterrupted).isTrue();
    }

    @Test
    void who_was_interrupted_before_waits_all_the_same() {
        mayEnd.countDown();
        Thread.currentThread().interrupt();

        Threads.uninterrupted("work", LONG, this::work);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(done).isTrue();
    }

    @Test
    void nobody_waits_longer_than_the_patience() {
        Threads.uninterrupted("work", Duration.ofMillis(1), this::work);

        assertThat(done).isFalse();
        mayEnd.countDown();
        await().untilTrue(done);
    }
}
