package dev.crucible.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntryTest {
    private static final int SAMPLES = 10_000;

    @ParameterizedTest
    @CsvSource({"1, 500", "2, 1000", "3, 2000", "4, 4000", "6, 16000", "7, 30000", "8, 30000", "1000000, 30000"})
    void a_retry_backs_off_exponentially_with_full_jitter_up_to_a_cap(int losses, long ceiling) {
        long[] samples = LongStream.generate(() -> Entry.backoffMillis(losses)).limit(SAMPLES).toArray();

        assertThat(LongStream.of(samples)).allSatisfy(millis -> assertThat(millis).isBetween(0L, ceiling));
        for (int tenth = 0; tenth < 10; tenth++) {
            long from = ceiling * tenth / 10;
            long to = ceiling * (tenth + 1) / 10;
            assertThat(LongStream.of(samples).filter(millis -> millis >= from && millis <= to).count())
                    .as("between %s and %s", from, to).isBetween(SAMPLES / 20L, SAMPLES / 5L);
        }
    }

    @Test
    void ten_thousand_that_fail_together_do_not_come_back_together() {
        assertThat(LongStream.generate(() -> Entry.backoffMillis(3)).limit(SAMPLES).distinct().count())
                .isGreaterThan(1_500);
    }
}
