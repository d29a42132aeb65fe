package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Runs the filter as the kernel would, for both machines: only one of them can be this one. */
class SeccompFilterTest {
    private static final int ALLOW = 0x7fff0000;
    private static final int KILL = 0x80000000;
    private static final int EPERM = 0x00050001;
    private static final int ENOSYS = 0x00050026;
    private static final int EPROTONOSUPPORT = 0x00050000 | 93;
    private static final int EAFNOSUPPORT = 0x00050061;
    private static final int X86 = 0xc000003e;
    private static final int I386 = 0x40000003;
    private static final int ARM = 0xc00000b7;

    private static byte[] filter(String architecture) {
        return SeccompFilter.forArchitecture(architecture).orElseThrow();
    }

    /** A classic BPF machine with the five instructions that the filter uses. */
    private static int decide(byte[] filter, int architecture, int number, long first, long second) {
        return decide(filter, architecture, number, first, second, 0);
    }

    private static int decide(byte[] filter, int architecture, int number, long first, long second, long third) {
        ByteBuffer data = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(0, number).putInt(4, architecture).putLong(16, first).putLong(24, second).putLong(32, third);
        ByteBuffer program = ByteBuffer.wrap(filter).order(ByteOrder.nativeOrder());
        int accumulator = 0;
        for (int at = 0; ; at++) {
            short code = program.getShort(at * 8);
            int ifTrue = program.get(at * 8 + 2) & 0xff;
            int ifFalse = program.get(at * 8 + 3) & 0xff;
            int operand = program.getInt(at * 8 + 4);
            switch (code) {
                case 0x20 -> accumulator = data.getInt(operand);
                case 0x15 -> at += accumulator == operand ? ifTrue : ifFalse;
                case 0x35 -> at += Integer.compareUnsigned(accumulator, operand) >= 0 ? ifTrue : ifFalse;
                case 0x45 -> at += (accumulator & operand) != 0 ? ifTrue : ifFalse;
                case 0x06 -> {
                    return operand;
                }
                default -> throw new AssertionError("no such instruction: " + code);
            }
        }
    }

    private static int x86(int number, long first, long second) {
        return decide(filter("amd64"), X86, number, first, second);
    }

    private static int arm(int number, long first, long second) {
        return decide(filter("aarch64"), ARM, number, first, second);
    }

    @Test
    void ordinary_calls_are_allowed() {
        for (int number : new int[] {0, 1, 2, 9, 57, 59, 62, 231, 257, 318, 334}) {
            assertThat(x86(number, 0, 0)).as("x86-64 call " + number).isEqualTo(ALLOW);
        }
        for (int number : new int[] {56, 57, 63, 64, 93, 94, 129, 221, 222, 260}) {
            assertThat(arm(number, 0, 0)).as("arm64 call " + number).isEqualTo(ALLOW);
        }
    }

    @Test
    void dangerous_calls_are_refused_on_both_machines() {
        for (int number : new int[] {101, 165, 166, 155, 161, 248, 250, 272, 298, 304, 308, 310, 321, 323, 425, 428, 447}) {
            assertThat(x86(number, 0, 0)).as("x86-64 call " + number).isEqualTo(EPERM);
        }
        for (int number : new int[] {117, 40, 39, 41, 51, 217, 219, 97, 241, 265, 268, 270, 280, 282, 425, 428, 447}) {
            assertThat(arm(number, 0, 0)).as("arm64 call " + number).isEqualTo(EPERM);
        }
    }

    @Test
    void a_foreign_architecture_and_the_x32_calls_end_the_process() {
        assertThat(decide(filter("amd64"), I386, 1, 0, 0)).isEqualTo(KILL);
        assertThat(decide(filter("aarch64"), X86, 1, 0, 0)).isEqualTo(KILL);
        assertThat(x86(0x40000000 + 1, 0, 0)).isEqualTo(KILL);
    }

    @Test
    void a_process_may_be_cloned_but_no_namespace_made() {
        long thread = 0x3d0f00;
        assertThat(x86(56, thread, 0)).isEqualTo(ALLOW);
        assertThat(x86(56, 17, 0)).isEqualTo(ALLOW);
        for (long flag : new long[] {0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000}) {
            assertThat(x86(56, flag | 17, 0)).isEqualTo(EPERM);
            assertThat(arm(220, flag | 17, 0)).isEqualTo(EPERM);
        }
        assertThat(x86(435, 0, 0)).isEqualTo(ENOSYS);
        assertThat(arm(435, 0, 0)).isEqualTo(ENOSYS);
    }

    @Test
    void only_families_that_end_at_the_box_s_own_network_can_be_used() {
        for (long family : new long[] {1, 2, 10, 16}) {
            assertThat(x86(41, family, 0)).isEqualTo(ALLOW);
            assertThat(arm(198, family, 0)).isEqualTo(ALLOW);
        }
        for (long family : new long[] {17, 31, 38, 40, 44}) {
            assertThat(x86(41, family, 0)).isEqualTo(EAFNOSUPPORT);
            assertThat(x86(53, family, 0)).isEqualTo(EAFNOSUPPORT);
            assertThat(arm(198, family, 0)).isEqualTo(EAFNOSUPPORT);
        }
    }

    @Test
    void of_the_families_only_the_plain_protocols_can_be_used() {
        for (long family : new long[] {1, 2, 10}) {
            for (long protocol : new long[] {0, 6, 17}) {
                assertThat(decide(filter("amd64"), X86, 41, family, 1, protocol)).isEqualTo(ALLOW);
            }
            for (long protocol : new long[] {1, 58, 132, 136, 255, 262}) {
                assertThat(decide(filter("amd64"), X86, 41, family, 1, protocol)).isEqualTo(EPROTONOSUPPORT);
                assertThat(decide(filter("aarch64"), ARM, 198, family, 1, protocol)).isEqualTo(EPROTONOSUPPORT);
            }
        }
        assertThat(decide(filter("amd64"), X86, 41, 16, 3, 0)).as("netlink route").isEqualTo(ALLOW);
        for (long protocol : new long[] {6, 9, 12, 15, 17}) {
            assertThat(decide(filter("amd64"), X86, 41, 16, 3, protocol)).isEqualTo(EPROTONOSUPPORT);
        }
    }

    @Test
    void nobody_changes_the_limits_or_the_priority_of_a_run_s_init() {
        for (int number : new int[] {302, 144, 142, 314, 203}) {
            assertThat(x86(number, 1, 0)).as("x86-64 call " + number).isEqualTo(EPERM);
            assertThat(x86(number, 0, 0)).as("x86-64 call " + number).isEqualTo(ALLOW);
        }
        assertThat(x86(141, 0, 1)).as("setpriority of process 1").isEqualTo(EPERM);
        assertThat(x86(141, 2, 0)).as("setpriority of a user").isEqualTo(EPERM);
        assertThat(x86(141, 0, 0)).as("setpriority of oneself").isEqualTo(ALLOW);
        assertThat(x86(251, 3, 0)).as("ioprio_set of a user").isEqualTo(EPERM);
        assertThat(x86(251, 1, 0)).as("ioprio_set of oneself").isEqualTo(ALLOW);
    }

    @Test
    void single_requests_of_otherwise_useful_calls_are_refused() {
        assertThat(x86(16, 0, 0x5412)).as("TIOCSTI").isEqualTo(EPERM);
        assertThat(x86(16, 0, 0x541c)).as("TIOCLINUX").isEqualTo(EPERM);
        assertThat(x86(16, 0, 0x5401)).as("TCGETS").isEqualTo(ALLOW);
        assertThat(x86(72, 3, 1026)).as("F_NOTIFY").isEqualTo(EPERM);
        assertThat(x86(72, 3, 1024)).as("F_SETLEASE").isEqualTo(EPERM);
        assertThat(x86(72, 3, 6)).as("F_SETLK").isEqualTo(ALLOW);
        assertThat(x86(135, 0xffffffffL, 0)).as("personality?").isEqualTo(ALLOW);
        assertThat(x86(135, 0x0040000, 0)).as("ADDR_NO_RANDOMIZE").isEqualTo(EPERM);
    }

    @Test
    void there_is_no_filter_for_a_machine_without_a_table() {
        assertThat(SeccompFilter.forArchitecture("riscv64")).isEmpty();
    }
}
