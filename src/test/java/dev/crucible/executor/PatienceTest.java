package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.testing.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PatienceTest {
    private static final Duration USUAL = Duration.ofMillis(10);

    private final ManualTime time = new ManualTime();
    private final Patience patience = new Patience(time::nanos);

    @Test
    void waits_are_as_they_are_until_something_is_measured() {
        assertThat(patience.factor()).isEqualTo(1);
        assertThat(patience.of(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void a_slow_host_gets_longer_waits() {
        patience.calibrated(Duration.ofMillis(24));

        assertThat(patience.of(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(40));
    }

    @Test
    void a_fast_host_does_not_get_shorter_ones() {
        patience.calibrated(Duration.ofMillis(3));

        assertThat(patience.factor()).isEqualTo(1);
    }

    @Test
    void no_wait_is_stretched_beyond_all_measure() {
        patience.calibrated(Duration.ofMinutes(1));
        prepare("sandbox", 5, USUAL);
        prepare("sandbox", 7, USUAL.multipliedBy(100));

        assertThat(patience.factor()).isEqualTo(Patience.LONGEST);
    }

    @Test
    void boxes_that_get_ready_slower_than_the_first_ones_stretch_the_waits() {
        prepare("sandbox", 5, USUAL);
        assertThat(patience.factor()).isEqualTo(1);

        prepare("sandbox", 7, USUAL.multipliedBy(3));

        assertThat(patience.factor()).isEqualTo(3);
    }

    @Test
    void one_slow_box_is_no_measure() {
        prepare("sandbox", 6, USUAL);

        patience.prepared("sandbox", USUAL.multipliedBy(50));

        assertThat(patience.factor()).isEqualTo(1);
    }

    @Test
    void boxes_are_held_against_those_of_their_own_kind() {
        prepare("sandbox", 7, USUAL);
        prepare("gvisor", 7, USUAL.multipliedBy(80));

        assertThat(patience.factor()).isEqualTo(1);
    }

    @Test
    void what_was_measured_long_ago_says_nothing_about_now() {
        prepare("sandbox", 5, USUAL);
        prepare("sandbox", 7, USUAL.multipliedBy(3));

        time.advance(Duration.ofMinutes(3));

        assertThat(patience.factor()).isEqualTo(1);
    }

    @Test
    void this_host_can_be_measured() {
        patience.calibrate();

        assertThat(patience.factor()).isBetween(1.0, Patience.LONGEST);
    }

    private void prepare(String kind, int boxes, Duration took) {
        for (int box = 0; box < boxes; box++) {
            patience.prepared(kind, took);
        }
    }
}
