package dev.crucible.executor;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A limit that every engine must hold, and a program that runs against it. Each takes no more of the host than it can
 * bear to lose when the limit does not hold. The order is that in which they run in one box: those that may end a box
 * come last.
 */
enum Wall {
    HOST_FILES(
            "read a file of the host",
            """
            for root in '' /proc/1/root /proc/self/root /proc/self/cwd/../.. /host /mnt; do
              cat "$root$1" 2>/dev/null && echo past
            done
            echo refused
            """,
            "Give the engine a root of its own: nothing of the host may be mounted into its boxes but runtimes"),
    /** The listener is the prover's own: that nobody answers outside would prove nothing on a host without a network. */
    NETWORK(
            "use a network",
            """
            while read -r interface rest; do
              case $interface in Iface | lo) ;; *) echo "past: there is a route by $interface" ;; esac
            done </proc/net/route
            getent hosts example.com && echo 'past: a name was resolved'
            if command -v bash >/dev/null; then
              bash -c "exec 3<>/dev/tcp/127.0.0.1/$2" 2>/dev/null && echo 'past: it reached the loopback of the host'
              bash -c 'exec 3<>/dev/tcp/192.0.2.1/9' 2>/dev/null && echo 'past: it reached an address outside'
            fi
            echo refused
            """,
            "Start the engine's boxes without a network; for gvisor register runsc with --network=none"),
    PROCESSES(
            "start more processes than its limit",
            """
            echo refused
            i=0
            while [ $i -lt 40 ]; do
              sleep 3 & i=$((i+1))
              echo "child $i"
            done
            """,
            "Let the server write a pids cgroup, or set the runtime to honour pids limits"),
    DISK(
            "write more than its disk",
            """
            for folder in /work /tmp /dev/shm; do
              [ -d $folder ] && [ -w $folder ] || continue
              head -c 6291456 /dev/zero >$folder/fill 2>/dev/null
              echo "kept $(wc -c <$folder/fill) in $folder"
              rm -f $folder/fill
            done
            """,
            "Let the engine mount size-limited tmpfs for its boxes' writable folders"),
    OUTPUT(
            "write output without end",
            "while :; do echo 0123456789012345678901234567890123456789012345678901234567890123456789; done",
            "Restart the server; if it stays, report it: this limit is the server's own"),
    CPU_TIME(
            "spin past its CPU time",
            "while :; do :; done",
            "Let the server write a cpuacct or version 2 cgroup, or choose another engine"),
    MEMORY(
            "allocate four times its memory",
            "dd if=/dev/zero of=/dev/null bs=268435456 count=1 && echo past",
            "Let the server write a memory cgroup, or set the runtime to honour memory limits (runsc without"
                    + " --ignore-cgroups)");

    private static final Duration WALL = Duration.ofSeconds(3);
    private static final Duration SHORT_CPU = Duration.ofMillis(100);
    private static final Limits LIMITS =
            new Limits(WALL, Duration.ofSeconds(2), 64L << 20, 1000, 4L << 20, 64 << 10, 12);
    private static final Pattern KEPT = Pattern.compile("kept (\\d+) in (\\S+)");

    private final String attempt;
    private final String script;
    private final String remedy;

    Wall(String attempt, String script, String remedy) {
        this.attempt = attempt;
        this.script = script;
        this.remedy = remedy;
    }

    /**
     * What was seen of the program.
     *
     * @param bytes it wrote in all, what was dropped not counted
     * @param weakMemory whether this host lets the engine limit the memory of each process only
     * @param betrayed what the prover itself saw pass, or null
     */
    record Seen(Verdict verdict, String output, long bytes, boolean weakMemory, @Nullable String betrayed) {}

    /** Whether it held, and a sentence. */
    record Judgement(boolean held, String evidence) {}

    /** The limits of the box that all of them run in. */
    static Limits limits() {
        return LIMITS;
    }

    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What an administrator can do when the wall of this name does not hold. */
    static String remedy(String wire) {
        return Arrays.stream(values()).filter(wall -> wall.wire().equals(wire)).findFirst().orElseThrow().remedy;
    }

    /**
     * The program.
     *
     * @param canary a file of the host
     * @param port of a listener on the host's loopback
     */
    GuestProgram program(String canary, int port) {
        Limits limits = this != CPU_TIME ? LIMITS : new Limits(
                WALL, SHORT_CPU, LIMITS.memoryBytes(), LIMITS.cpuMillis(), LIMITS.diskBytes(), LIMITS.outputBytes(),
                LIMITS.pids());
        return GuestProgram.command(List.of("sh", "-c", script, "sh", canary, Integer.toString(port)), limits);
    }

    /** Judged by what the program got, not by how it was told that it could not have more. */
    Judgement judge(Seen seen) {
        Optional<String> past = seen.betrayed() != null
                ? Optional.of(seen.betrayed())
                : seen.output().lines().filter(line -> line.startsWith("past")).findFirst();
        if (past.isPresent()) {
            return failed("got past: " + past.get().replaceFirst("past:? ?", "the program could."), seen);
        }
        return switch (this) {
            case HOST_FILES, NETWORK -> seen.output().contains("refused") && seen.verdict().reason() == Reason.OK
                    ? held("was refused every way")
                    : failed("did not come to its end", seen);
            case PROCESSES -> processes(seen);
            case DISK -> disk(seen);
            case OUTPUT -> seen.verdict().reason() == Reason.OUTPUT_LIMIT && seen.bytes() <= LIMITS.outputBytes()
                    ? held(seen)
                    : failed("wrote " + seen.bytes() + " bytes", seen);
            case CPU_TIME -> seen.verdict().reason() == Reason.CPU_TIMEOUT ? held(seen) : failed("was not stopped by it", seen);
            case MEMORY -> memory(seen);
        };
    }

    private Judgement processes(Seen seen) {
        long children = seen.output().lines().filter(line -> line.startsWith("child")).count();
        return children > 0 && children <= LIMITS.pids()
                ? held("got " + children + " beside its own, of " + LIMITS.pids() + " in all")
                : failed("got " + children + " children where " + LIMITS.pids() + " processes are allowed", seen);
    }

    private Judgement disk(Seen seen) {
        Matcher kept = KEPT.matcher(seen.output());
        StringBuilder folders = new StringBuilder();
        while (kept.find()) {
            if (Long.parseLong(kept.group(1)) > LIMITS.diskBytes()) {
                return failed("kept " + kept.group(1) + " bytes in " + kept.group(2) + " of "
                        + LIMITS.diskBytes() + " allowed", seen);
            }
            folders.append(folders.length() == 0 ? "" : ", ").append(kept.group(2));
        }
        return folders.length() == 0 || seen.verdict().reason() != Reason.OK
                ? failed("did not come to its end", seen)
                : held("was refused more than " + LIMITS.diskBytes() + " bytes in " + folders);
    }

    /** Where nothing counts the memory of all processes together, each is refused it, and sees that itself. */
    private Judgement memory(Seen seen) {
        Reason reason = seen.verdict().reason();
        if (reason == Reason.OUT_OF_MEMORY) {
            return held(seen);
        }
        return seen.weakMemory() && (reason == Reason.NONZERO_EXIT || reason == Reason.SIGNALLED)
                ? held("was refused it, as each single process is; nothing here counts all of a run's together")
                : failed("was not ended by it", seen);
    }

    private Judgement held(Seen seen) {
        return new Judgement(true, "A program tried to " + attempt + ": " + seen.verdict().detail());
    }

    private Judgement held(String how) {
        return new Judgement(true, "A program tried to " + attempt + " and " + how + ".");
    }

    private Judgement failed(String how, Seen seen) {
        return new Judgement(
                false, "A program tried to " + attempt + " and " + how + ". " + seen.verdict().detail());
    }
}
