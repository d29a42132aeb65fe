package dev.crucible.executor.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostHeadroomTest {
    @TempDir
    Path proc;

    private HostHeadroom headroom(int processors) {
        return new HostHeadroom(proc, processors);
    }

    private void memory(long totalMiB, long availableMiB) throws IOException {
        Files.writeString(proc.resolve("meminfo"), "MemTotal: %d kB\nMemFree: 1 kB\nMemAvailable: %d kB\n"
                .formatted(totalMiB << 10, availableMiB << 10));
    }

    private void wantingProcessors(int tasks) throws IOException {
        Files.writeString(proc.resolve("loadavg"), "40.05 3.00 1.00 " + tasks + "/420 12345\n");
    }

    @Test
    void memory_is_short_below_a_fixed_amount_or_a_part_of_a_small_host() throws IOException {
        memory(16_000, 300);
        assertThat(headroom(2).memoryShort()).isFalse();
        memory(16_000, 200);
        assertThat(headroom(2).memoryShort()).isTrue();
        memory(2_000, 110);
        assertThat(headroom(2).memoryShort()).isFalse();
        memory(2_000, 90);
        assertThat(headroom(2).memoryShort()).isTrue();
    }

    @Test
    void the_host_is_overloaded_when_many_want_each_processor_now_whatever_was_a_minute_ago() throws IOException {
        wantingProcessors(8);
        assertThat(headroom(2).overloaded()).isFalse();
        wantingProcessors(9);
        assertThat(headroom(2).overloaded()).isTrue();
        assertThat(headroom(4).overloaded()).isFalse();
    }

    @Test
    void boxes_may_have_an_eighth_of_the_memory_and_are_two_at_least() throws IOException {
        memory(8_000, 4_000);

        assertThat(headroom(2).boxes(25L << 20)).isEqualTo(40);
        assertThat(headroom(2).boxes(2L << 30)).isEqualTo(2);
    }

    @Test
    void where_the_kernel_tells_nothing_nothing_is_short() {
        assertThat(headroom(2).memoryShort()).isFalse();
        assertThat(headroom(2).overloaded()).isFalse();
        assertThat(headroom(2).boxes(1)).isEqualTo(2);
    }

    @Test
    void this_host_tells() {
        assertThat(Headroom.ofThisHost().boxes(1L << 20)).isGreaterThan(2);
    }
}
