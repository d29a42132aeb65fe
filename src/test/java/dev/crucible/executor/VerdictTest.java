package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.ExitReport.Deadline;
import dev.crucible.executor.Verdict.Seen;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Limits LIMITS = new Limits(
            Duration.ofSeconds(2), Duration.ofSeconds(1), 256L << 20, 1000, 64L << 20, 10L << 20, 64);
    private static final Evidence OOM = new Evidence(true, 0, null, 256L << 20);
    private static final Evidence FORKS_DENIED = new Evidence(false, 3, null, null);

    private static ExitReport exit(int code) {
        return new ExitReport(code, null, 1_500_000, 100_000, Deadline.NONE, false, false, 0, 0);
    }

    private static ExitReport signal(int number, Deadline deadline) {
        return new ExitReport(null, number, 2_004_000, 1_020_000, deadline, false, false, 0, 0);
    }

    private static Verdict verdict(@Nullable ExitReport exit, Evidence evidence) {
        return Verdict.of(new Seen(LIMITS, true, exit, evidence, false, null, false, null, Duration.ofSeconds(1)));
    }

    private static String told(Verdict verdict) {
        return verdict.reason() + ": " + verdict.detail();
    }

    @Test
    void the_exit_code_alone_decides_when_no_limiter_fired() {
        assertThat(told(verdict(exit(0), Evidence.NONE))).isEqualTo(told(new Verdict(Reason.OK, "The program ended with exit code 0.")));
        assertThat(verdict(exit(137), Evidence.NONE).reason()).isEqualTo(Reason.NONZERO_EXIT);
        assertThat(told(verdict(signal(11, Deadline.NONE), Evidence.NONE))).isEqualTo(told(new Verdict(Reason.SIGNALLED, "The program was ended by signal 11 (SIGSEGV).")));
    }

    @Test
    void deadlines_are_the_supervisors_word() {
        assertThat(told(verdict(signal(9, Deadline.WALL), Evidence.NONE))).isEqualTo(told(new Verdict(Reason.WALL_TIMEOUT, "It ran longer than its 2 s and was stopped after 2 s.")));
        assertThat(told(verdict(signal(9, Deadline.CPU), Evidence.NONE))).isEqualTo(told(new Verdict(Reason.CPU_TIMEOUT, "It used up its 1 s of CPU time and was stopped at 1.02 s.")));
        assertThat(verdict(signal(9, Deadline.NONE), Evidence.NONE).reason()).isEqualTo(Reason.SIGNALLED);
    }

    @Test
    void a_cpu_signal_counts_only_with_the_time_really_used() {
        ExitReport forged = new ExitReport(null, 24, 5_000, 4_000, Deadline.NONE, false, false, 0, 0);
        assertThat(verdict(forged, Evidence.NONE).reason()).isEqualTo(Reason.SIGNALLED);
        assertThat(verdict(signal(24, Deadline.NONE), Evidence.NONE).reason()).isEqualTo(Reason.CPU_TIMEOUT);
    }

    @Test
    void cpu_that_the_supervisor_could_not_see_counts_once_the_run_was_stopped_for_it() {
        Evidence spent = new Evidence(false, 0, 1_060L, null);
        ExitReport killed = new ExitReport(null, 9, 1_500_000, 100_000, Deadline.NONE, false, false, 0, 0);
        assertThat(told(verdict(killed, spent))).isEqualTo(told(new Verdict(Reason.CPU_TIMEOUT, "It used up its 1 s of CPU time and was stopped at 1.06 s.")));
        assertThat(verdict(killed, new Evidence(false, 0, 1_040L, null)).reason()).isEqualTo(Reason.SIGNALLED);
        assertThat(verdict(exit(0), spent).reason()).isEqualTo(Reason.OK);
    }

    @Test
    void a_guests_own_kernel_that_ends_for_want_of_processes_is_the_guests_doing() {
        Evidence refused = new Evidence(false, 3, 900L, null);
        assertThat(verdict(null, refused).reason()).isEqualTo(Reason.PROCESS_LIMIT);
        assertThat(verdict(null, Evidence.NONE).reason()).isEqualTo(Reason.SANDBOX_ERROR);
    }

    @Test
    void memory_is_blamed_only_on_the_kernels_word_and_then_before_a_deadline_it_led_to() {
        assertThat(told(verdict(signal(9, Deadline.NONE), OOM))).isEqualTo(told(new Verdict(Reason.OUT_OF_MEMORY, "It used more than its 256Mi of memory and the kernel ended it at 256Mi.")));
        assertThat(verdict(signal(9, Deadline.WALL), OOM).reason()).isEqualTo(Reason.OUT_OF_MEMORY);
        assertThat(verdict(null, OOM).reason()).isEqualTo(Reason.OUT_OF_MEMORY);
        assertThat(verdict(exit(137), Evidence.NONE).reason()).isEqualTo(Reason.NONZERO_EXIT);
    }

    @Test
    void limits_that_a_program_can_survive_are_blamed_only_when_it_failed() {
        assertThat(verdict(exit(1), FORKS_DENIED).reason()).isEqualTo(Reason.PROCESS_LIMIT);
        assertThat(verdict(exit(0), FORKS_DENIED).reason()).isEqualTo(Reason.OK);
        ExitReport full = new ExitReport(1, null, 1, 1, Deadline.NONE, true, false, 0, 0);
        assertThat(verdict(full, Evidence.NONE).reason()).isEqualTo(Reason.DISK_LIMIT);
        ExitReport fullButFine = new ExitReport(0, null, 1, 1, Deadline.NONE, true, false, 0, 0);
        assertThat(verdict(fullButFine, Evidence.NONE).reason()).isEqualTo(Reason.OK);
        ExitReport tooLarge = new ExitReport(null, 25, 1, 1, Deadline.NONE, true, false, 0, 0);
        assertThat(verdict(tooLarge, Evidence.NONE).reason()).isEqualTo(Reason.DISK_LIMIT);
        assertThat(verdict(signal(25, Deadline.NONE), Evidence.NONE).reason())
                .as("a program can send itself the signal").isEqualTo(Reason.SIGNALLED);
    }

    @Test
    void a_refused_process_fired_before_the_deadline_of_a_program_that_hung_for_it() {
        assertThat(told(verdict(signal(9, Deadline.WALL), FORKS_DENIED))).isEqualTo(told(new Verdict(Reason.PROCESS_LIMIT, "It was refused a process beyond its 64, went on, and was stopped after 2 s.")));
    }

    @Test
    void what_a_user_asked_for_is_not_blamed_on_anything_else() {
        Seen running = new Seen(LIMITS, true, signal(9, Deadline.NONE), OOM, true, null, false, null, Duration.ZERO);
        assertThat(Verdict.of(running).reason()).isEqualTo(Reason.KILLED);
        Seen before = new Seen(LIMITS, false, null, Evidence.NONE, true, null, false, null, Duration.ZERO);
        assertThat(Verdict.of(before).reason()).isEqualTo(Reason.CANCELLED);
    }

    @Test
    void a_flood_of_output_is_its_own_reason() {
        Seen flooded = new Seen(
                LIMITS, true, signal(9, Deadline.NONE), Evidence.NONE, false, OutputStreamName.STDERR, false, null, Duration.ZERO);
        assertThat(Verdict.of(flooded)).isEqualTo(new Verdict(
                Reason.OUTPUT_LIMIT, "It wrote more than its 10Mi to standard error and was stopped.",
                new Outcome.Evidence("bytes received on stderr", "bytes", 10L << 20, null)));
    }

    @Test
    void a_supervisor_that_vanished_is_our_fault_unless_the_deadline_had_passed() {
        assertThat(verdict(null, Evidence.NONE).reason()).isEqualTo(Reason.SANDBOX_ERROR);
        Seen overdue = new Seen(LIMITS, true, null, Evidence.NONE, false, null, true, null, Duration.ofSeconds(4));
        assertThat(Verdict.of(overdue).reason()).isEqualTo(Reason.WALL_TIMEOUT);
        Seen stuck = new Seen(LIMITS, false, null, Evidence.NONE, false, null, true, null, Duration.ZERO);
        assertThat(Verdict.of(stuck).reason()).isEqualTo(Reason.SANDBOX_ERROR);
    }
}
