package dev.crucible.executor;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import dev.crucible.kernel.evaluation.OutputStreamName;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One run of a program in a box: the conversation with its supervisor, from the start to the report. Used by one thread. */
final class GuestRun {
    private static final long SHORTEST_LOOK_MILLIS = 20;
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    /** Where output goes. */
    interface Sink {
        /** False when the stream is at its cap and bytes were dropped. */
        boolean append(OutputStreamName stream, byte[] bytes) throws IOException;

        /** The program has begun. */
        default void running() {}
    }

    /**
     * What a run has shown.
     *
     * @param reported whether the supervisor told its end, so that the box is still of use
     * @param result what the program left in its result file, or null
     */
    record Ran(Verdict.Seen seen, Usage usage, byte @Nullable [] result, List<BoxFile> kept, boolean reported) {
        Verdict verdict() {
            return Verdict.of(seen);
        }

        /** Files that were wanted, and are beyond the caps or cannot be read. */
        int leftOut() {
            return seen.exit() == null ? 0 : seen.exit().filesLeftOut();
        }
    }

    private final Box box;
    private final GuestProgram program;
    private final Sink sink;
    private final Leash leash;
    private final Duration startPatience;
    private final SupervisorChannel supervisor;
    private final List<BoxFile> kept = new ArrayList<>();
    private byte @Nullable [] result;
    private @Nullable ExitReport exit;
    private @Nullable String fault;
    private @Nullable OutputStreamName flooded;
    private boolean forked;
    private boolean started;
    private long startedAt;

    /** @param startPatience how long the box may take to start the program once it is there */
    GuestRun(Box box, GuestProgram program, Sink sink, Leash leash, Duration startPatience) {
        this.box = box;
        this.program = program;
        this.sink = sink;
        this.leash = leash;
        this.startPatience = startPatience;
        this.supervisor = new SupervisorChannel(box);
    }

    /**
     * Runs the program to its end.
     *
     * @param again whether the box has run another form of the same program just before
     * @param asked since when the run is wanted, by {@link System#nanoTime}
     */
    Ran run(Language language, boolean again, long asked) {
        box.begin(program.limits());
        try {
            if (leash.attach(box, supervisor, startPatience)) {
                forked = program.fork() && box.forks(language);
                if (again) {
                    supervisor.again(program, forked);
                } else {
                    supervisor.start(program, forked);
                }
                listen();
            } else {
                box.kill();
            }
        } catch (IOException | BufferUnderflowException e) {
            fault = "The sandbox broke off: " + e.getMessage();
        }
        boolean reported = exit != null && fault == null;
        if (!reported) {
            // Whatever is left of it must end before what the kernel counted is final.
            awaitEnd();
        }
        leash.detach();
        return ran(asked, reported);
    }

    private void listen() throws IOException {
        while (exit == null && fault == null) {
            Optional<SupervisorChannel.Frame> next = supervisor.next();
            if (next.isEmpty()) {
                return;
            }
            SupervisorChannel.Frame frame = next.get();
            switch (frame.type()) {
                case SupervisorProtocol.STARTED -> running();
                case SupervisorProtocol.STDOUT -> keep(OutputStreamName.STDOUT, frame.payload());
                case SupervisorProtocol.STDERR -> keep(OutputStreamName.STDERR, frame.payload());
                case SupervisorProtocol.RESULT -> result = frame.payload();
                case SupervisorProtocol.KEPT -> kept.add(BoxFile.decode(frame.payload()));
                case SupervisorProtocol.EXIT -> exit = ExitReport.parse(frame.text());
                case SupervisorProtocol.FAULT -> fault = frame.text() + ".";
                default -> throw new IOException("a frame of unknown type " + frame.type());
            }
        }
    }

    private void awaitEnd() {
        leash.running(Duration.ZERO);
        try {
            box.input().close();
            while (supervisor.next().isPresent()) {
                continue;
            }
        } catch (IOException e) {
            box.kill();
        }
    }

    private void running() {
        started = true;
        startedAt = System.nanoTime();
        leash.running(program.limits().timeout());
        sink.running();
        watchCpu();
    }

    /**
     * The supervisor cannot count children that nobody waits for, and a guest can see to it that nobody does. All
     * processors together cannot use up what is left any sooner than the next look.
     */
    private void watchCpu() {
        Long used = box.cpuMillis();
        if (used == null) {
            return;
        }
        long left = program.limits().cpuTime().toMillis() + Verdict.OWN_CPU_MILLIS - used;
        if (left > 0) {
            leash.look(Duration.ofMillis(Math.max(SHORTEST_LOOK_MILLIS, left / CORES)), this::watchCpu);
        } else {
            leash.kill();
        }
    }

    private void keep(OutputStreamName stream, byte[] bytes) throws IOException {
        if (!sink.append(stream, bytes) && flooded == null) {
            flooded = stream;
            leash.kill();
        }
    }

    private Ran ran(long asked, boolean reported) {
        Evidence evidence = box.evidence();
        Duration wall = started ? Duration.ofNanos(System.nanoTime() - startedAt) : Duration.ZERO;
        Limits limits = program.limits();
        Verdict.Seen seen = new Verdict.Seen(
                limits, started, exit, evidence, leash.stopped(), flooded, leash.fired(), fault, wall);
        // A program that ran has run for a time, however short.
        long wallMillis = exit == null ? wall.toMillis() : Math.max(1, Math.round(exit.wallMicros() / 1000.0));
        Usage usage = new Usage(
                wallMillis, cpuMillis(evidence), peakMemory(evidence), started ? (startedAt - asked) / 1_000_000 : 0);
        return new Ran(seen, usage, result, List.copyOf(kept), reported);
    }

    /** A program that goes on in a loaded interpreter has that one's pages without being charged for them. */
    private @Nullable Long peakMemory(Evidence evidence) {
        Long charged = evidence.peakMemoryBytes();
        return charged == null || exit == null || !forked ? charged : Long.valueOf(Math.max(charged, exit.maxRssBytes()));
    }

    /**
     * The supervisor's sum is exact for processes that were waited for, and misses those that were not; the box's own
     * count misses nothing, and includes our few milliseconds of start-up. A wide gap is therefore the guest's.
     */
    private @Nullable Long cpuMillis(Evidence evidence) {
        Long counted = evidence.cpuMillis();
        if (exit == null) {
            return counted;
        }
        long own = Math.round(exit.cpuMicros() / 1000.0);
        boolean outside = box.rlimits().containsKey("cpu_ms");
        boolean wide = counted != null && (outside || counted - own > Verdict.OWN_CPU_MILLIS);
        return wide ? counted : Long.valueOf(own);
    }
}
