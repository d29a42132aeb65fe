package dev.crucible.executor.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Evidence;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.testing.ManualTime;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class BoxPoolTest {
    private static final String SMALL = "small";
    private static final String LARGE = "large";
    private static final Duration A_WHILE = Duration.ofSeconds(80);

    private final ManualTime time = new ManualTime();
    private final Host host = new Host();
    private volatile boolean broken;
    private BoxPool<String, TestBox> pool = pool(new BoxPool.Size(1, 8, true));

    @AfterEach
    void close() {
        pool.close();
    }

    @Test
    void a_box_that_came_back_serves_the_next_run_and_none_is_built_for_it() {
        TestBox first = take(Isolation.WARM);
        awaitReady(1);

        for (int run = 0; run < 100; run++) {
            TestBox box = run == 0 ? first : take(Isolation.WARM);
            box.run();
            pool.giveBack(box);
        }

        assertThat(figures().built()).isEqualTo(2);
        assertThat(figures().destroyed()).isEmpty();
        assertThat(figures().hits()).isEqualTo(99);
        assertThat(figures().misses()).isEqualTo(1);
    }

    @Test
    void it_keeps_as_many_as_have_served_at_once_and_one_more() {
        runTogether(4);

        awaitReady(5);
        assertThat(figures().target()).isEqualTo(5);
        assertThat(figures().recentPeak()).isEqualTo(4);
    }

    @Test
    void it_shrinks_to_its_least_when_nobody_has_asked_for_a_while() {
        runTogether(4);
        awaitReady(5);

        time.advance(A_WHILE);
        pool.tend();

        assertThat(figures().ready()).isEqualTo(1);
        assertThat(figures().destroyed()).isEqualTo(Map.of("idle", 4L));
    }

    @Test
    void a_long_run_is_not_forgotten_however_long_it_serves() {
        TestBox box = take(Isolation.WARM);
        awaitReady(1);

        time.advance(A_WHILE);
        pool.tend();
        box.run();
        pool.giveBack(box);

        assertThat(figures().ready()).isEqualTo(2);
        assertThat(box.alive()).isTrue();
    }

    @Test
    void it_never_keeps_more_than_its_most() {
        runTogether(12);

        assertThat(figures().ready()).isEqualTo(8);
        assertThat(figures().target()).isEqualTo(8);
        assertThat(figures().destroyed()).isEqualTo(Map.of("surplus", figures().built() - 8));
    }

    @Test
    void while_memory_is_short_none_is_made_ahead_and_only_what_was_just_in_use_is_kept() {
        runTogether(4);
        awaitReady(5);

        host.memoryShort = true;
        time.advance(Duration.ofSeconds(30));
        TestBox box = take(Isolation.WARM);
        pool.tend();
        box.run();
        pool.giveBack(box);

        assertThat(figures().ready()).isEqualTo(1);
        assertThat(figures().built()).isEqualTo(5);
    }

    @Test
    void while_the_host_is_overloaded_none_is_made_ahead_until_it_is_not() {
        host.overloaded = true;
        pool.expect(SMALL, 3);
        pool.tend();
        pool.giveBack(take(Isolation.WARM).run());
        assertThat(figures().built()).isEqualTo(1);

        host.overloaded = false;

        await().untilAsserted(() -> {
            pool.tend();
            assertThat(figures().ready()).isEqualTo(4);
        });
    }

    @Test
    void a_cold_run_gets_a_box_that_has_served_nobody_and_warm_ones_keep_theirs() {
        pool.giveBack(take(Isolation.WARM).run());

        for (int run = 0; run < 10; run++) {
            TestBox cold = take(Isolation.COLD);
            assertThat(cold.runs()).isZero();
            awaitReady(4);
            pool.giveBack(cold.run());
            TestBox warm = take(Isolation.WARM);
            assertThat(warm.runs()).isPositive();
            pool.giveBack(warm.run());
        }

        assertThat(figures().misses()).isLessThanOrEqualTo(2);
        assertThat(figures().ready()).isEqualTo(4);
    }

    @Test
    void cold_runs_get_their_share_of_a_pool_that_is_full_of_boxes_that_have_served() {
        runTogether(8);
        assertThat(figures().ready()).isEqualTo(8);
        pool.giveBack(take(Isolation.COLD).run());
        awaitReady(8);
        long misses = figures().misses();

        for (int run = 0; run < 5; run++) {
            TestBox cold = take(Isolation.COLD);
            assertThat(cold.runs()).isZero();
            pool.giveBack(cold.run());
            awaitReady(8);
        }

        assertThat(figures().misses()).isEqualTo(misses);
    }

    @Test
    void warm_runs_keep_their_share_of_a_pool_that_many_cold_runs_ask() {
        List<TestBox> cold = IntStream.range(0, 8).mapToObj(run -> take(Isolation.COLD)).toList();
        pool.giveBack(take(Isolation.WARM).run());

        for (int run = 0; run < 5; run++) {
            pool.giveBack(take(Isolation.WARM).run());
        }
        cold.forEach(box -> pool.giveBack(box.run()));
        TestBox warm = take(Isolation.WARM);

        assertThat(warm.runs()).isPositive();
        awaitSettled();
        assertThat(figures().ready() + figures().inUse()).isLessThanOrEqualTo(8);
    }

    @Test
    void unused_boxes_wait_only_while_cold_runs_are_asked_for() {
        pool.giveBack(take(Isolation.COLD).run());
        awaitReady(3);

        time.advance(A_WHILE);
        pool.tend();

        assertThat(figures().ready()).isEqualTo(1);
    }

    @Test
    void a_box_of_one_shape_serves_no_other_and_goes_when_only_the_other_is_asked_for() {
        pool.giveBack(take(Isolation.WARM).run());
        awaitReady(2);
        time.advance(Duration.ofSeconds(1));

        TestBox other = pool.take(LARGE, Isolation.WARM);
        assertThat(other.shape).isEqualTo(LARGE);
        pool.giveBack(other.run());
        time.advance(A_WHILE);
        pool.tend();

        assertThat(figures().ready()).isEqualTo(1);
        assertThat(pool.take(LARGE, Isolation.WARM).shape).isEqualTo(LARGE);
    }

    @Test
    void a_full_pool_lets_go_of_a_shape_that_nobody_asks_for() {
        runTogether(8);
        assertThat(figures().ready()).isEqualTo(8);
        time.advance(A_WHILE);

        TestBox other = pool.take(LARGE, Isolation.WARM).run();
        pool.giveBack(other);

        assertThat(other.alive()).isTrue();
        assertThat(figures().ready()).isEqualTo(8);
    }

    @Test
    void a_full_shelf_lets_go_of_the_kind_of_which_more_wait() {
        Shelf<String, TestBox> shelf = new Shelf<>(SMALL, 8, time.nanos());
        List.of(make(SMALL).run(), make(SMALL), make(SMALL)).forEach(shelf::add);

        assertThat(List.of(shelf.oneOfTheMore(), shelf.oneOfTheMore(), shelf.oneOfTheMore()))
                .extracting(TestBox::runs).containsExactly(0, 1, 0);
        assertThat(shelf.oneOfTheMore()).isNull();
    }

    @Test
    void a_box_that_ended_while_it_waited_is_given_to_nobody() {
        TestBox box = take(Isolation.WARM);
        pool.giveBack(box.run());
        box.alive = false;

        assertThat(take(Isolation.WARM)).isNotSameAs(box);
        assertThat(box.closed).isTrue();
        assertThat(figures().destroyed()).isEqualTo(Map.of("broken", 1L));
    }

    @Test
    void it_tells_why_boxes_were_destroyed() {
        TestBox spent = take(Isolation.WARM);
        spent.serves = false;
        pool.giveBack(spent.run());
        TestBox broken = take(Isolation.WARM);
        broken.close();
        TestBox old = take(Isolation.WARM);
        old.runs = 500;
        pool.giveBack(old);

        assertThat(figures().destroyed()).isEqualTo(Map.of("spent", 1L, "broken", 1L, "runs", 1L));
        assertThat(figures().inUse()).isZero();
    }

    @Test
    void a_box_that_cannot_be_made_is_told_to_who_asked_and_does_not_count_as_in_use() {
        broken = true;

        assertThatThrownBy(() -> take(Isolation.WARM)).isInstanceOf(PlatformException.class).hasMessage("no boxes today");

        assertThat(figures().inUse()).isZero();
        broken = false;
        assertThat(take(Isolation.WARM).alive()).isTrue();
    }

    @Test
    void boxes_that_serve_one_run_are_never_reused_but_made_ahead() {
        pool = pool(new BoxPool.Size(1, 8, false));

        for (int run = 0; run < 3; run++) {
            TestBox box = take(Isolation.WARM);
            assertThat(box.runs()).isZero();
            awaitSettled();
            pool.giveBack(box.run());
            assertThat(box.closed).isTrue();
        }

        assertThat(figures().hits()).isEqualTo(2);
    }

    @Test
    void a_pool_that_is_off_makes_a_box_for_each_run_and_none_ahead() {
        pool = pool(BoxPool.Size.OFF);
        pool.expect(SMALL, 4);

        TestBox box = take(Isolation.WARM);
        pool.giveBack(box.run());

        assertThat(box.closed).isTrue();
        assertThat(take(Isolation.WARM)).isNotSameAs(box);
        assertThat(pool.figures()).isNull();
    }

    @Test
    void a_closed_pool_destroys_what_waits_and_gives_none_out() {
        TestBox serving = take(Isolation.WARM);
        TestBox waiting = take(Isolation.WARM);
        pool.giveBack(waiting.run());

        pool.close();
        pool.giveBack(serving.run());

        assertThat(List.of(waiting, serving)).allMatch(box -> box.closed);
        assertThatThrownBy(() -> take(Isolation.WARM)).isInstanceOfSatisfying(
                PlatformException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.EXECUTOR_UNAVAILABLE));
    }

    private BoxPool<String, TestBox> pool(BoxPool.Size size) {
        return new BoxPool<>("test", size, this::make, new Patience(), host, time::nanos);
    }

    private TestBox make(String shape) {
        if (broken) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "no boxes today");
        }
        return new TestBox(shape);
    }

    private TestBox take(Isolation isolation) {
        return pool.take(SMALL, isolation);
    }

    private void runTogether(int count) {
        List<TestBox> boxes = new ArrayList<>();
        IntStream.range(0, count).forEach(each -> boxes.add(take(Isolation.WARM)));
        awaitSettled();
        boxes.forEach(box -> pool.giveBack(box.run()));
    }

    private PoolFigures figures() {
        return Objects.requireNonNull(pool.figures());
    }

    private void awaitReady(int count) {
        await().untilAsserted(() -> assertThat(figures().ready()).isEqualTo(count));
    }

    /** Until what is made behind the scenes is there. */
    private void awaitSettled() {
        await().until(() -> figures().ready() + figures().inUse() >= figures().target());
    }

    private static final class Host implements Headroom {
        private volatile boolean memoryShort;
        private volatile boolean overloaded;

        @Override
        public boolean memoryShort() {
            return memoryShort;
        }

        @Override
        public boolean overloaded() {
            return overloaded;
        }

        @Override
        public int boxes(long bytesEach) {
            return Integer.MAX_VALUE;
        }
    }

    /** A box without walls. */
    private final class TestBox implements PooledBox {
        private final String shape;
        private volatile int runs;
        private volatile boolean serves = true;
        private volatile boolean alive = true;
        private volatile boolean closed;

        TestBox(String shape) {
            this.shape = shape;
        }

        TestBox run() {
            begin(Limits.DEFAULTS);
            return this;
        }

        @Override
        public int runs() {
            return runs;
        }

        @Override
        public boolean alive() {
            return alive;
        }

        @Override
        public void begin(Limits limits) {
            runs++;
        }

        @Override
        public boolean awaitNext() {
            return serves;
        }

        @Override
        public OutputStream input() {
            return OutputStream.nullOutputStream();
        }

        @Override
        public InputStream output() {
            return InputStream.nullInputStream();
        }

        @Override
        public void kill() {
            alive = false;
        }

        @Override
        public Evidence evidence() {
            return Evidence.NONE;
        }

        @Override
        public void release() {
            pool.giveBack(this);
        }

        @Override
        public void close() {
            alive = false;
            closed = true;
            pool.gone(this);
        }
    }
}
