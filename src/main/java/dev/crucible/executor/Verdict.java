package dev.crucible.executor;

import dev.crucible.executor.ExitReport.Deadline;
import dev.crucible.kernel.Quantity;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a run ended. Decided here and nowhere else, from what was seen: never from what an exit code suggests, and never
 * from anything the guest wrote.
 *
 * @param detail one sentence for a person
 * @param evidence what was counted outside the program's reach, or null when its own end says it all
 */
record Verdict(Reason reason, String detail, Outcome.@Nullable Evidence evidence) {
    /** One that rests on nothing but the program's own end, or on ours. */
    Verdict(Reason reason, String detail) {
        this(reason, detail, null);
    }

    /** What the box itself may use beside the guest: only more than this over a limit is the guest's. */
    static final long OWN_CPU_MILLIS = 50;

    private static final int SIGKILL = 9;
    private static final int SIGXCPU = 24;
    private static final int SIGXFSZ = 25;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(1, "SIGHUP"), Map.entry(2, "SIGINT"), Map.entry(3, "SIGQUIT"), Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"), Map.entry(6, "SIGABRT"), Map.entry(7, "SIGBUS"), Map.entry(8, "SIGFPE"),
            Map.entry(9, "SIGKILL"), Map.entry(10, "SIGUSR1"), Map.entry(11, "SIGSEGV"), Map.entry(12, "SIGUSR2"),
            Map.entry(13, "SIGPIPE"), Map.entry(14, "SIGALRM"), Map.entry(15, "SIGTERM"), Map.entry(24, "SIGXCPU"),
            Map.entry(25, "SIGXFSZ"), Map.entry(31, "SIGSYS"));

    /** The same with one more sentence for a person, which may be empty. */
    Verdict adding(String sentence) {
        return sentence.isEmpty() ? this : new Verdict(reason, (detail + " " + sentence).strip(), evidence);
    }

    /**
     * What was seen of a run.
     *
     * @param exit the supervisor's report, or null when it vanished without one
     * @param stopped whether a user asked for the end before it came
     * @param flooded the stream that reached its cap, or null
     * @param overdue whether the supervisor had to be ended because its deadline passed without an answer
     * @param fault what went wrong on our side, or null
     * @param wall how long the program ran, by our own clock
     */
    record Seen(
            Limits limits,
            boolean started,
            @Nullable ExitReport exit,
            Evidence evidence,
            boolean stopped,
            @Nullable OutputStreamName flooded,
            boolean overdue,
            @Nullable String fault,
            Duration wall) {

        boolean success() {
            return exit != null && exit.success();
        }

        Deadline deadline() {
            if (exit != null) {
                return exit.timeout();
            }
            boolean late = overdue && started && wall.compareTo(limits.timeout()) >= 0;
            return late ? Deadline.WALL : Deadline.NONE;
        }

        Duration wallTime() {
            return exit == null ? wall : Duration.ofNanos(exit.wallMicros() * 1000);
        }
    }

    /** The order is that in which limiters fire: those that end a run come before those that only make it fail. */
    static Verdict of(Seen seen) {
        Limits limits = seen.limits();
        if (seen.stopped()) {
            return seen.started()
                    ? new Verdict(Reason.KILLED, "It was stopped on request after " + seconds(seen.wallTime()) + ".")
                    : new Verdict(Reason.CANCELLED, "It was cancelled before it started.");
        }
        if (seen.evidence().oomKilled()) {
            return new Verdict(Reason.OUT_OF_MEMORY, outOfMemory(seen), new Outcome.Evidence(
                    "out-of-memory kill counted by the memory cgroup or the engine", "bytes", limits.memoryBytes(),
                    seen.evidence().peakMemoryBytes()));
        }
        boolean denied = seen.evidence().forksDenied() > 0 || (seen.exit() != null && seen.exit().forkDenied());
        if (seen.deadline() != Deadline.NONE && denied) {
            return new Verdict(Reason.PROCESS_LIMIT, "It was refused a process beyond its " + limits.pids()
                    + ", went on, and was stopped after " + seconds(seen.wallTime()) + ".", denied(seen));
        }
        if (seen.deadline() == Deadline.WALL) {
            return new Verdict(Reason.WALL_TIMEOUT, "It ran longer than its " + seconds(limits.timeout())
                    + " and was stopped after " + seconds(seen.wallTime()) + ".", new Outcome.Evidence(
                    "monotonic clock", "ms", limits.timeout().toMillis(), seen.wallTime().toMillis()));
        }
        if (seen.deadline() == Deadline.CPU || exceededCpu(seen)) {
            return new Verdict(Reason.CPU_TIMEOUT, "It used up its " + seconds(limits.cpuTime())
                    + " of CPU time and was stopped" + cpuMeasured(seen) + ".", cpuEvidence(seen));
        }
        if (seen.flooded() != null) {
            return new Verdict(Reason.OUTPUT_LIMIT, "It wrote more than its " + size(limits.outputBytes()) + " to "
                    + (seen.flooded() == OutputStreamName.STDOUT ? "standard output" : "standard error")
                    + " and was stopped.", new Outcome.Evidence(
                    "bytes received on " + seen.flooded().wire(), "bytes", limits.outputBytes(), null));
        }
        return seen.exit() == null ? vanished(seen) : ended(seen, seen.exit());
    }

    /** For a program that was stopped before it could begin. */
    static Verdict cancelled() {
        return new Verdict(Reason.CANCELLED, "It was cancelled before it started.");
    }

    /** For a program that had just ended when it was asked to: whoever asked was told that it would be. */
    static Verdict killed(Outcome.Usage usage) {
        return new Verdict(Reason.KILLED, "It was stopped on request after "
                + seconds(Duration.ofMillis(usage.wallMillis())) + ".");
    }

    /** For a program that could not even be put into its box. */
    static Verdict tooLargeForDisk(Limits limits) {
        return new Verdict(Reason.DISK_LIMIT, "Its code alone is larger than its " + size(limits.diskBytes()) + " of disk.");
    }

    /** For a program whose compile step ended as {@code step} says. */
    static Verdict notCompiled(Verdict step) {
        return new Verdict(Reason.COMPILE_ERROR, step.reason() == Reason.NONZERO_EXIT
                ? "It does not compile; what the compiler said is kept apart."
                : "The compile step failed. " + step.detail(), step.evidence());
    }

    /** For a compile step that went well and left {@code count} files that cannot become part of the program. */
    static Verdict notCarried(Keep wanted, int count) {
        return new Verdict(Reason.COMPILE_ERROR, wanted.notCarried(count));
    }

    /** For a compiled program that could not be put into its box. */
    static Verdict compiledTooLargeForDisk(Limits limits) {
        return new Verdict(Reason.DISK_LIMIT, "What the compile step made is larger than its " + size(limits.diskBytes())
                + " of disk.");
    }

    private static Verdict vanished(Seen seen) {
        if (seen.fault() != null) {
            return new Verdict(Reason.SANDBOX_ERROR, seen.fault());
        }
        if (seen.started() && seen.evidence().forksDenied() > 0) {
            return new Verdict(Reason.PROCESS_LIMIT, "It and the kernel of its own had more processes than "
                    + seen.limits().pids() + " of its own can need, and that kernel ended.", denied(seen));
        }
        return new Verdict(Reason.SANDBOX_ERROR, seen.overdue() && !seen.started()
                ? "The sandbox did not start the program in time."
                : "The sandbox ended without a report.");
    }

    private static Verdict ended(Seen seen, ExitReport exit) {
        if (exit.success()) {
            return new Verdict(Reason.OK, "The program ended with exit code 0.");
        }
        if (exit.diskFull()) {
            return new Verdict(Reason.DISK_LIMIT, "It filled its " + size(seen.limits().diskBytes())
                    + " of disk and failed with " + ending(exit) + ".", new Outcome.Evidence(
                    "statvfs of the writable folders: nothing free", "bytes", seen.limits().diskBytes(), null));
        }
        if (seen.evidence().forksDenied() > 0 || exit.forkDenied()) {
            return new Verdict(Reason.PROCESS_LIMIT, "It was refused a process beyond its " + seen.limits().pids()
                    + " and failed with " + ending(exit) + ".", denied(seen));
        }
        if (exit.endedBy(SIGXFSZ)) {
            return new Verdict(Reason.SIGNALLED, "The program was ended by " + ending(exit)
                    + ": it wrote beyond the size a file may have, or sent the signal to itself.");
        }
        return exit.signal() == null
                ? new Verdict(Reason.NONZERO_EXIT, "The program ended with " + ending(exit) + ".")
                : new Verdict(Reason.SIGNALLED, "The program was ended by " + ending(exit) + ".");
    }

    private static Outcome.Evidence denied(Seen seen) {
        boolean counted = seen.evidence().forksDenied() > 0;
        return new Outcome.Evidence(
                counted ? "processes refused by the pids cgroup" : "processes seen at RLIMIT_NPROC", "processes",
                (long) seen.limits().pids(), counted ? Long.valueOf(seen.evidence().forksDenied()) : null);
    }

    private static Outcome.Evidence cpuEvidence(Seen seen) {
        Long outside = seen.evidence().cpuMillis();
        Long measured = outside != null ? outside : seen.exit() == null ? null : Long.valueOf(seen.exit().cpuMicros() / 1000);
        return new Outcome.Evidence(
                outside != null ? "CPU time counted by the cgroup" : "CPU time of the processes", "ms",
                seen.limits().cpuTime().toMillis(), measured);
    }

    /** A guest can send itself SIGXCPU; only with the time really used is it the kernel's. */
    private static boolean exceededCpu(Seen seen) {
        ExitReport exit = seen.exit();
        if (exit == null) {
            return false;
        }
        boolean spent = exit.cpuMicros() >= seen.limits().cpuTime().toNanos() / 1000;
        return (exit.endedBy(SIGXCPU) && spent) || (exit.endedBy(SIGKILL) && exceededCpuOutside(seen));
    }

    /** By the box's own count, on which the executor stops a run whose supervisor sees only a part of it. */
    private static boolean exceededCpuOutside(Seen seen) {
        Long counted = seen.evidence().cpuMillis();
        return counted != null && counted >= seen.limits().cpuTime().toMillis() + OWN_CPU_MILLIS;
    }

    private static String outOfMemory(Seen seen) {
        Long peak = seen.evidence().peakMemoryBytes();
        String measured = peak == null ? "" : " at " + size(peak);
        return "It used more than its " + size(seen.limits().memoryBytes()) + " of memory and the kernel ended it"
                + measured + ".";
    }

    private static String cpuMeasured(Seen seen) {
        if (exceededCpuOutside(seen)) {
            return " at " + seconds(Duration.ofMillis(seen.evidence().cpuMillis()));
        }
        return seen.exit() == null ? "" : " at " + seconds(Duration.ofNanos(seen.exit().cpuMicros() * 1000));
    }

    private static String ending(ExitReport exit) {
        if (exit.signal() == null) {
            return "exit code " + exit.exitCode();
        }
        String name = SIGNALS.get(exit.signal());
        return "signal " + exit.signal() + (name == null ? "" : " (" + name + ")");
    }

    private static String seconds(Duration duration) {
        String text = String.format(Locale.ROOT, "%.2f", duration.toNanos() / 1e9);
        return text.replaceAll("\\.?0+$", "") + " s";
    }

    /** Exact when it is a round number of units, else rounded to a tenth of Mi. */
    private static String size(long bytes) {
        String exact = Quantity.bytesText(bytes);
        return exact.length() <= 6 ? exact : String.format(Locale.ROOT, "%.1fMi", bytes / (double) (1 << 20));
    }
}
