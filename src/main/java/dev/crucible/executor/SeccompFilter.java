package dev.crucible.executor;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The system calls that a guest has no business with, as a classic BPF program for the kernel ({@code struct
 * seccomp_data} in, an action out). A deny list: what runs in a box is any language's runtime, and a call that is
 * missing from an allow list breaks programs in ways nobody can explain. The namespaces, the empty capability set and
 * no_new_privs are the walls; this takes away the kernel's riskier corners behind them, and the ways to meet a
 * neighbour that no namespace covers.
 */
public final class SeccompFilter {
    private static final int ALLOW = 0x7fff0000;
    private static final int KILL_PROCESS = 0x80000000;
    private static final int ERRNO = 0x00050000;
    private static final int EPERM = 1;
    private static final int ENOSYS = 38;
    private static final int EPROTONOSUPPORT = 93;
    private static final int EAFNOSUPPORT = 97;

    private static final short LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
    private static final short JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
    private static final short JUMP_NOT_BELOW = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    private static final short JUMP_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K
    private static final short RETURN = 0x06; // BPF_RET | BPF_K

    private static final int NUMBER = 0;
    private static final int ARCHITECTURE = 4;
    private static final int FIRST_ARGUMENT = 16;
    private static final int SECOND_ARGUMENT = 24;
    private static final int THIRD_ARGUMENT = 32;

    /** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
    private static final int CLONE_NEW = 0x7e020000;

    private static final int X32_BIT = 0x40000000;
    private static final int NONE = -1;

    /** A call and its numbers on x86-64 and on arm64, which has no old calls. */
    private record Call(String name, int x86, int arm) {}

    private static final List<Call> DENIED = List.of(
            // Looking into other processes.
            new Call("ptrace", 101, 117),
            new Call("process_vm_readv", 310, 270),
            new Call("process_vm_writev", 311, 271),
            new Call("kcmp", 312, 272),
            new Call("pidfd_getfd", 438, 438),
            new Call("process_madvise", 440, 440),
            // Programs in the kernel, and its tracing.
            new Call("bpf", 321, 280),
            new Call("perf_event_open", 298, 241),
            new Call("userfaultfd", 323, 282),
            new Call("fanotify_init", 300, 262),
            // Programs are files that neighbours share: a watch on one tells who starts it, and when.
            new Call("inotify_init", 253, NONE),
            new Call("inotify_init1", 294, 26),
            new Call("lookup_dcookie", 212, 18),
            new Call("io_uring_setup", 425, 425),
            new Call("io_uring_enter", 426, 426),
            new Call("io_uring_register", 427, 427),
            // Mounts and namespaces.
            new Call("mount", 165, 40),
            new Call("umount2", 166, 39),
            new Call("pivot_root", 155, 41),
            new Call("chroot", 161, 51),
            new Call("open_tree", 428, 428),
            new Call("move_mount", 429, 429),
            new Call("fsopen", 430, 430),
            new Call("fsconfig", 431, 431),
            new Call("fsmount", 432, 432),
            new Call("fspick", 433, 433),
            new Call("mount_setattr", 442, 442),
            new Call("unshare", 272, 97),
            new Call("setns", 308, 268),
            new Call("name_to_handle_at", 303, 264),
            new Call("open_by_handle_at", 304, 265),
            // Keyrings belong to the uid, not to a namespace: two runs could meet there.
            new Call("add_key", 248, 217),
            new Call("request_key", 249, 218),
            new Call("keyctl", 250, 219),
            // The machine itself.
            new Call("kexec_load", 246, 104),
            new Call("kexec_file_load", 320, 294),
            new Call("init_module", 175, 105),
            new Call("finit_module", 313, 273),
            new Call("delete_module", 176, 106),
            new Call("reboot", 169, 142),
            new Call("swapon", 167, 224),
            new Call("swapoff", 168, 225),
            new Call("acct", 163, 89),
            new Call("quotactl", 179, 60),
            new Call("quotactl_fd", 443, 443),
            new Call("nfsservctl", 180, 42),
            new Call("syslog", 103, 116),
            new Call("vhangup", 153, 58),
            new Call("settimeofday", 164, 170),
            new Call("clock_settime", 227, 112),
            new Call("clock_adjtime", 305, 266),
            new Call("adjtimex", 159, 171),
            new Call("sethostname", 170, 161),
            new Call("setdomainname", 171, 162),
            new Call("iopl", 172, NONE),
            new Call("ioperm", 173, NONE),
            new Call("modify_ldt", 154, NONE),
            new Call("uselib", 134, NONE),
            new Call("ustat", 136, NONE),
            new Call("sysfs", 139, NONE),
            new Call("_sysctl", 156, NONE),
            new Call("create_module", 174, NONE),
            new Call("get_kernel_syms", 177, NONE),
            new Call("query_module", 178, NONE),
            // Memory placed where nobody accounts for it or sees it.
            new Call("move_pages", 279, 239),
            new Call("migrate_pages", 256, 238),
            new Call("memfd_secret", 447, 447));

    private static final Set<String> NEEDED_FOR_RUNS = Set.of("mount", "umount2", "unshare");

    private static final Call CLONE = new Call("clone", 56, 220);
    private static final Call CLONE3 = new Call("clone3", 435, 435);
    private static final Call SOCKET = new Call("socket", 41, 198);
    private static final Call SOCKETPAIR = new Call("socketpair", 53, 199);
    private static final Call IOCTL = new Call("ioctl", 16, 29);
    private static final Call FCNTL = new Call("fcntl", 72, 25);
    private static final Call PERSONALITY = new Call("personality", 135, 92);

    private static final int INIT = 1;
    private static final int PRIO_USER = 2;
    private static final int IOPRIO_USER = 3;
    private static final List<Call> ABOUT_A_PROCESS = List.of(
            new Call("prlimit64", 302, 261),
            new Call("sched_setscheduler", 144, 119),
            new Call("sched_setparam", 142, 118),
            new Call("sched_setattr", 314, 274),
            new Call("sched_setaffinity", 203, 122));
    private static final Call SETPRIORITY = new Call("setpriority", 141, 140);
    private static final Call IOPRIO_SET = new Call("ioprio_set", 251, 30);

    /** AF_UNIX, AF_INET, AF_INET6 and AF_NETLINK: all of them end at the box's own empty network. */
    private static final List<Integer> FAMILIES = List.of(1, 2, 10, 16);
    private static final int NETLINK = 16;
    private static final int NETLINK_ROUTE = 0;
    /** The family's own, TCP and UDP. */
    private static final List<Integer> PROTOCOLS = List.of(0, 6, 17);
    /** TIOCSTI and TIOCLINUX put words into a terminal. */
    private static final List<Integer> TERMINAL_INJECTION = List.of(0x5412, 0x541c);
    /** F_SETLEASE and F_NOTIFY work on files that neighbours share read-only. */
    private static final List<Integer> FILE_WATCHING = List.of(1024, 1026);
    /** The plain personality, and the question for the present one. */
    private static final List<Integer> PERSONALITIES = List.of(0, 0xffffffff);

    private final boolean x86;
    private final List<long[]> program = new ArrayList<>();

    private SeccompFilter(boolean x86) {
        this.x86 = x86;
    }

    /** The program for a JVM's {@code os.arch}, or empty where there is no table for it. */
    static Optional<byte[]> forArchitecture(String osArch) {
        return switch (osArch.toLowerCase(Locale.ROOT)) {
            case "amd64", "x86_64" -> Optional.of(new SeccompFilter(true).build());
            case "aarch64", "arm64" -> Optional.of(new SeccompFilter(false).build());
            default -> Optional.empty();
        };
    }

    /**
     * The same as a profile of the container engines, for a container as a whole: what neither guests nor the supervisor
     * need. The supervisor makes each run's namespaces and mounts, and puts the filter of {@link #forArchitecture} on it.
     */
    public static String containerProfile() {
        String names = DENIED.stream().map(Call::name).filter(name -> !NEEDED_FOR_RUNS.contains(name))
                .map(name -> '"' + name + '"').collect(Collectors.joining(","));
        return "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"architectures\":[\"SCMP_ARCH_X86_64\",\"SCMP_ARCH_AARCH64\"],"
                + "\"syscalls\":[{\"names\":[" + names + "],\"action\":\"SCMP_ACT_ERRNO\"}]}";
    }

    private byte[] build() {
        add(LOAD, 0, 0, ARCHITECTURE);
        add(JUMP_EQUAL, 1, 0, x86 ? 0xc000003e : 0xc00000b7);
        add(RETURN, 0, 0, KILL_PROCESS);
        add(LOAD, 0, 0, NUMBER);
        if (x86) {
            add(JUMP_NOT_BELOW, 0, 1, X32_BIT);
            add(RETURN, 0, 0, KILL_PROCESS);
        }
        for (Call call : DENIED) {
            answer(call, ERRNO | EPERM);
        }
        // The C library falls back to clone, whose flags a filter can see.
        answer(CLONE3, ERRNO | ENOSYS);
        denyNewNamespaces();
        allowSockets();
        allowOnly(SOCKETPAIR, FIRST_ARGUMENT, FAMILIES, ERRNO | EAFNOSUPPORT);
        allowOnly(PERSONALITY, FIRST_ARGUMENT, PERSONALITIES, ERRNO | EPERM);
        denyAny(IOCTL, SECOND_ARGUMENT, TERMINAL_INJECTION);
        denyAny(FCNTL, SECOND_ARGUMENT, FILE_WATCHING);
        // To the kernel the guest and its pid 1 are one user, and a user may lower the limits and the priority of all it
        // owns: an init without open files or without time could neither report nor stop anything.
        ABOUT_A_PROCESS.forEach(call -> denyAny(call, FIRST_ARGUMENT, List.of(INIT)));
        denyAboutInitOrUser(SETPRIORITY, PRIO_USER);
        denyAboutInitOrUser(IOPRIO_SET, IOPRIO_USER);
        add(RETURN, 0, 0, ALLOW);
        return encode();
    }

    private void answer(Call call, int action) {
        if (number(call) != NONE) {
            add(JUMP_EQUAL, 0, 1, number(call));
            add(RETURN, 0, 0, action);
        }
    }

    private void denyNewNamespaces() {
        add(JUMP_EQUAL, 0, 4, number(CLONE));
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(JUMP_ANY_BIT, 0, 1, CLONE_NEW);
        add(RETURN, 0, 0, ERRNO | EPERM);
        add(RETURN, 0, 0, ALLOW);
    }

    private void allowOnly(Call call, int argument, List<Integer> values, int otherwise) {
        add(JUMP_EQUAL, 0, values.size() + 3, number(call));
        add(LOAD, 0, 0, argument);
        for (int i = 0; i < values.size(); i++) {
            add(JUMP_EQUAL, values.size() - i, 0, values.get(i));
        }
        add(RETURN, 0, 0, otherwise);
        add(RETURN, 0, 0, ALLOW);
    }

    private void denyAny(Call call, int argument, List<Integer> values) {
        add(JUMP_EQUAL, 0, values.size() + 3, number(call));
        add(LOAD, 0, 0, argument);
        for (int i = 0; i < values.size(); i++) {
            add(JUMP_EQUAL, values.size() - i, 0, values.get(i));
        }
        add(RETURN, 0, 0, ALLOW);
        add(RETURN, 0, 0, ERRNO | EPERM);
    }

    /** By family, and within it by protocol: each further one is kernel code, or a module of it, that no guest needs. */
    private void allowSockets() {
        int families = FAMILIES.size();
        int protocols = PROTOCOLS.size();
        // Behind the families: the protocols, a refusal, what netlink may be, a refusal, the two answers.
        add(JUMP_EQUAL, 0, families + protocols + 9, number(SOCKET));
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(JUMP_EQUAL, families + protocols + 3, 0, NETLINK);
        for (int i = 0; i < families; i++) {
            add(JUMP_EQUAL, families - i, 0, FAMILIES.get(i));
        }
        add(RETURN, 0, 0, ERRNO | EAFNOSUPPORT);
        add(LOAD, 0, 0, THIRD_ARGUMENT);
        for (int i = 0; i < protocols; i++) {
            add(JUMP_EQUAL, protocols - i + 3, 0, PROTOCOLS.get(i));
        }
        add(RETURN, 0, 0, ERRNO | EPROTONOSUPPORT);
        add(LOAD, 0, 0, THIRD_ARGUMENT);
        add(JUMP_EQUAL, 1, 0, NETLINK_ROUTE);
        add(RETURN, 0, 0, ERRNO | EPROTONOSUPPORT);
        add(RETURN, 0, 0, ALLOW);
    }

    /** Calls whose first argument says what kind of thing the second one names. */
    private void denyAboutInitOrUser(Call call, int user) {
        add(JUMP_EQUAL, 0, 6, number(call));
        add(LOAD, 0, 0, FIRST_ARGUMENT);
        add(JUMP_EQUAL, 3, 0, user);
        add(LOAD, 0, 0, SECOND_ARGUMENT);
        add(JUMP_EQUAL, 1, 0, INIT);
        add(RETURN, 0, 0, ALLOW);
        add(RETURN, 0, 0, ERRNO | EPERM);
    }

    private int number(Call call) {
        return x86 ? call.x86() : call.arm();
    }

    private void add(short code, int ifTrue, int ifFalse, int operand) {
        program.add(new long[] {code, ifTrue, ifFalse, operand});
    }

    private byte[] encode() {
        ByteBuffer bytes = ByteBuffer.allocate(program.size() * 8).order(ByteOrder.nativeOrder());
        for (long[] instruction : program) {
            bytes.putShort((short) instruction[0]);
            bytes.put((byte) instruction[1]);
            bytes.put((byte) instruction[2]);
            bytes.putInt((int) instruction[3]);
        }
        return bytes.array();
    }
}
