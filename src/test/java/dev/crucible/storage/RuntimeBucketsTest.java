package dev.crucible.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class RuntimeBucketsTest {
    @Test
    void short_times_are_exact() {
        for (long millis = 0; millis < 17; millis++) {
            assertThat(RuntimeBuckets.middle(RuntimeBuckets.of(millis))).isCloseTo(millis, within(1e-9));
        }
    }

    @Test
    void every_time_is_within_three_percent_of_the_middle_of_its_bucket() {
        for (long millis = 1; millis < 1_000_000_000_000L; millis += 1 + millis / 97) {
            assertThat(RuntimeBuckets.middle(RuntimeBuckets.of(millis)))
                    .isCloseTo(millis, Percentage.withPercentage(3));
        }
    }

    @Test
    void the_longest_time_has_a_bucket() {
        assertThat(RuntimeBuckets.of(Long.MAX_VALUE)).isLessThan(Short.MAX_VALUE);
    }
}
