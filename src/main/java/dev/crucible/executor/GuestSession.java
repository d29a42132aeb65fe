package dev.crucible.executor;

import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution, from its acceptance to its release. One thread runs {@link #run()}; any thread may watch and stop it.
 */
final class GuestSession implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestSession.class);
    /** How long a box may take to start the program once it is there. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    /** How long past its deadline the supervisor may take to answer before the box is ended from outside. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);
    private static final Duration TERMINATE_GRACE = Duration.ofSeconds(5);
    private static final long SHORTEST_LOOK_MILLIS = 20;
    private static final int CORES = Runtime.getRuntime().availableProcessors();

    private final ExecutionRequest request;
    private final Engine engine;
    private final EngineStatus status;
    private final Language language;
    private final GuestProgram program;
    private final Transcript transcript;
    private final Backstop backstop;
    private final long accepted = System.nanoTime();

    // What the session's own thread has seen.
    private @Nullable Box left;
    private @Nullable ExitReport exit;
    private @Nullable String fault;
    private @Nullable OutputStreamName flooded;
    private boolean started;
    private long startedAt;
    private boolean cpuCountedOutside;

    // What others can change, guarded by the lock.
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable StopMode stop;
    private @Nullable Box box;
    private @Nullable SupervisorChannel channel;
    /** The program is over, so a stop comes too late: set before the result is there. */
    private boolean over;
    private boolean ended;

    GuestSession(
            ExecutionRequest request,
            Engine engine,
            EngineStatus status,
            Language language,
            Transcript transcript,
            Backstop backstop) {
        this.request = request;
        this.engine = engine;
        this.status = status;
        this.language = language;
        this.program = GuestProgram.of(request.id(), request.submission(), language);
        this.transcript = transcript;
        this.backstop = backstop;
    }

    /** Runs the program to its result. Its sandbox stays until {@link #leave}. */
    @Override
    public void run() {
        try {
            if (stopAsked() || exceedsItsDisk()) {
                end(Evidence.NONE);
                return;
            }
            Box opened = engine.open(new BoxSpec(boxName(request), language, limits()));
            left = opened;
            converse(opened);
            end(opened.evidence());
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", request.id()).addKeyValue("engine", engine.name())
                    .log("The sandbox could not be made, so this attempt is lost: {}", e.getMessage());
            fault = e.getMessage();
            end(Evidence.NONE);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", request.id()).log("An execution broke, so this attempt is lost");
            fault = "The executor failed: " + e;
            end(Evidence.NONE);
        }
    }

    /** Destroys the sandbox, once {@link #run} is over. */
    void leave() {
        Box opened = left;
        if (opened != null) {
            opened.close();
        }
    }

    /** False when it has ended already. */
    boolean stop(StopMode mode) {
        SupervisorChannel reached;
        lock.lock();
        try {
            if (over || ended) {
                return false;
            }
            if (stop == StopMode.KILL || stop == mode) {
                return true;
            }
            stop = mode;
            reached = channel;
            if (reached != null && box != null) {
                backstop.arm(box, mode == StopMode.KILL ? ANSWER_PATIENCE : TERMINATE_GRACE.plus(ANSWER_PATIENCE));
            }
        } finally {
            lock.unlock();
        }
        if (reached != null) {
            reached.stop(mode);
        }
        return true;
    }

    Progress progress(long afterStdout, long afterStderr, Duration wait) {
        return transcript.progress(afterStdout, afterStderr, wait);
    }

    /** Stops it if it runs, and drops its output. */
    void release() {
        stop(StopMode.KILL);
        transcript.release();
    }

    RunningExecution view() {
        return new RunningExecution(request.id(), request.attempt(), engine.name(), transcript.phase());
    }

    /** A name that no other attempt has. */
    static String boxName(ExecutionRequest request) {
        return request.id() + "-" + request.attempt();
    }

    private void converse(Box opened) {
        SupervisorChannel supervisor = new SupervisorChannel(opened);
        cpuCountedOutside = opened.rlimits().containsKey("cpu_ms");
        try {
            if (begin(opened, supervisor)) {
                supervisor.start(program);
                listen(opened, supervisor);
            }
        } catch (IOException e) {
            fault = "The sandbox broke off: " + e.getMessage();
        } finally {
            finish(opened, supervisor);
        }
    }

    /** False when it was stopped before it could begin. From here on a stop reaches the supervisor. */
    private boolean begin(Box opened, SupervisorChannel supervisor) {
        lock.lock();
        try {
            if (stop != null) {
                return false;
            }
            box = opened;
            channel = supervisor;
            backstop.arm(opened, START_PATIENCE);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void listen(Box opened, SupervisorChannel supervisor) throws IOException {
        while (exit == null && fault == null) {
            Optional<SupervisorChannel.Frame> next = supervisor.next();
            if (next.isEmpty()) {
                return;
            }
            SupervisorChannel.Frame frame = next.get();
            switch (frame.type()) {
                case SupervisorProtocol.READY -> { }
                case SupervisorProtocol.STARTED -> running(opened);
                case SupervisorProtocol.STDOUT -> keep(opened, OutputStreamName.STDOUT, frame.payload(), supervisor);
                case SupervisorProtocol.STDERR -> keep(opened, OutputStreamName.STDERR, frame.payload(), supervisor);
                case SupervisorProtocol.EXIT -> exit = ExitReport.parse(frame.text());
                case SupervisorProtocol.FAULT -> fault = frame.text() + ".";
                default -> throw new IOException("a frame of unknown type " + frame.type());
            }
        }
    }

    /** The supervisor ends when its input does; what the kernel counted is final when its stream has ended. */
    private void finish(Box opened, SupervisorChannel supervisor) {
        lock.lock();
        try {
            over = exit != null;
            channel = null;
            backstop.arm(opened, ANSWER_PATIENCE);
        } finally {
            lock.unlock();
        }
        supervisor.hangUp();
        try {
            while (supervisor.next().isPresent()) {
                continue;
            }
        } catch (IOException e) {
            opened.kill();
        }
        backstop.disarm();
    }

    private void running(Box opened) {
        started = true;
        startedAt = System.nanoTime();
        lock.lock();
        try {
            if (stop == null) {
                backstop.arm(opened, limits().timeout().plus(ANSWER_PATIENCE));
            }
        } finally {
            lock.unlock();
        }
        transcript.running();
        watchCpu(opened);
    }

    /**
     * The supervisor cannot count children that nobody waits for, and a guest can see to it that nobody does. All
     * processors together cannot use up what is left any sooner than the next look.
     */
    private void watchCpu(Box opened) {
        Long used = opened.cpuMillis();
        if (used == null) {
            return;
        }
        long left = limits().cpuTime().toMillis() + Verdict.OWN_CPU_MILLIS - used;
        SupervisorChannel reached;
        lock.lock();
        try {
            reached = channel;
            if (reached == null || stop != null) {
                return;
            }
            if (left > 0) {
                Duration pause = Duration.ofMillis(Math.max(SHORTEST_LOOK_MILLIS, left / CORES));
                backstop.look(pause, () -> watchCpu(opened));
                return;
            }
            backstop.arm(opened, ANSWER_PATIENCE);
        } finally {
            lock.unlock();
        }
        reached.stop(StopMode.KILL);
    }

    private void keep(Box opened, OutputStreamName stream, byte[] bytes, SupervisorChannel supervisor) throws IOException {
        if (transcript.append(stream, bytes) || flooded != null) {
            return;
        }
        flooded = stream;
        lock.lock();
        try {
            backstop.arm(opened, ANSWER_PATIENCE);
        } finally {
            lock.unlock();
        }
        supervisor.stop(StopMode.KILL);
    }

    private void end(Evidence evidence) {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            ended = true;
        } finally {
            lock.unlock();
        }
        Duration wall = started ? Duration.ofNanos(System.nanoTime() - startedAt) : Duration.ZERO;
        Verdict verdict = verdict(evidence, wall);
        Transcript.Extent stdout = transcript.extent(OutputStreamName.STDOUT);
        Transcript.Extent stderr = transcript.extent(OutputStreamName.STDERR);
        EngineStatus.LanguageStatus spoken = status.languages().get(language.name());
        transcript.end(new RunResult(
                verdict.reason(),
                verdict.detail(),
                exit == null ? null : exit.exitCode(),
                exit == null ? null : exit.signal(),
                usage(evidence, wall),
                stdout.size(),
                stdout.truncated(),
                stderr.size(),
                stderr.truncated(),
                new byte[0],
                status.version(),
                spoken == null ? null : spoken.version()));
    }

    private Verdict verdict(Evidence evidence, Duration wall) {
        if (!stopAsked() && exceedsItsDisk()) {
            return Verdict.tooLargeForDisk(limits());
        }
        return Verdict.of(new Verdict.Seen(
                limits(), started, exit, evidence, stopAsked(), flooded, backstop.fired(), fault, wall));
    }

    private Usage usage(Evidence evidence, Duration wall) {
        long wallMillis = exit == null ? wall.toMillis() : Math.round(exit.wallMicros() / 1000.0);
        long startup = started ? (startedAt - accepted) / 1_000_000 : 0;
        return new Usage(wallMillis, cpuMillis(evidence), evidence.peakMemoryBytes(), startup);
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
        boolean wide = counted != null && (cpuCountedOutside || counted - own > Verdict.OWN_CPU_MILLIS);
        return wide ? counted : Long.valueOf(own);
    }

    private boolean exceedsItsDisk() {
        return program.filePages() * GuestProgram.PAGE > limits().diskBytes();
    }

    private boolean stopAsked() {
        lock.lock();
        try {
            return stop != null;
        } finally {
            lock.unlock();
        }
    }

    private Limits limits() {
        return request.submission().limits();
    }
}
