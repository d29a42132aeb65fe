package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeepTest {
    @ParameterizedTest
    @CsvSource({"512, 4, 64", "512, 16, 16", "512, 1000, 4", "8192, 4, 64", "64, 1, 32"})
    void what_compile_steps_leave_has_half_of_the_heap_for_all_that_run_at_once(long heapMib, int executions, long mib) {
        assertThat(Keep.compiled(heapMib << 20, executions).bytes()).isEqualTo(mib << 20);
    }
}
