package dev.crucible.executor;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One execution, from its acceptance to its release. One thread runs {@link #run()}; any thread may watch and stop it.
 */
final class GuestSession implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(GuestSession.class);
    private static final int CHUNK = 64 * 1024;
    /** How long a box may take to start the program once it is there. */
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);
    /** How long past its deadline the supervisor may take to answer before the box is ended from outside. */
    private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(2);
    private static final Duration TERMINATE_GRACE = Duration.ofSeconds(5);

    private final ExecutionRequest request;
    private final Engine engine;
    private final Language language;
    private final GuestProgram program;
    private final @Nullable String engineVersion;
    private final @Nullable String languageVersion;
    private final ScheduledExecutorService timer;
    private final Executor threads;
    private final long accepted = System.nanoTime();

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All below is guarded by the lock.
    private final OutputSpool stdout;
    private final OutputSpool stderr;
    private ExecutionPhase phase = ExecutionPhase.PROVISIONING;
    private ExecutionPhase toldPhase = ExecutionPhase.PROVISIONING;
    private @Nullable StopMode stop;
    private @Nullable Box box;
    private @Nullable SupervisorChannel channel;
    private @Nullable ScheduledFuture<?> backstop;
    private boolean overdue;
    private boolean released;
    private long startedAt;
    private @Nullable OutputStreamName flooded;
    private @Nullable RunResult result;

    GuestSession(
            ExecutionRequest request,
            Engine engine,
            Language language,
            EngineStatus status,
            Path spoolFolder,
            ScheduledExecutorService timer,
            Executor threads) {
        this.request = request;
        this.engine = engine;
        this.language = language;
        this.program = GuestProgram.of(request.id(), request.submission(), language);
        this.engineVersion = status.version();
        EngineStatus.LanguageStatus spoken = status.languages().get(language.name());
        this.languageVersion = spoken == null ? null : spoken.version();
        this.timer = timer;
        this.threads = threads;
        long cap = limits().outputBytes();
        this.stdout = new OutputSpool(spoolFolder.resolve(boxName() + ".stdout"), cap);
        this.stderr = new OutputSpool(spoolFolder.resolve(boxName() + ".stderr"), cap);
    }

    @Override
    public void run() {
        Conversation conversation = new Conversation();
        if (stopAsked()) {
            end(conversation, Evidence.NONE);
            return;
        }
        if (program.filePages() * GuestProgram.PAGE > limits().diskBytes()) {
            conversation.exceedsDisk = true;
            end(conversation, Evidence.NONE);
            return;
        }
        try (Box opened = engine.open(new BoxSpec(boxName(), language, limits()))) {
            conversation.with(opened);
            end(conversation, opened.evidence());
        } catch (PlatformException e) {
            LOG.atWarn().addKeyValue("eval_id", request.id()).addKeyValue("engine", engine.name())
                    .log("The sandbox could not be made, so this attempt is lost: {}", e.getMessage());
            conversation.fault = e.getMessage();
            end(conversation, Evidence.NONE);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).addKeyValue("eval_id", request.id()).log("An execution broke, so this attempt is lost");
            conversation.fault = "The executor failed: " + e;
            end(conversation, Evidence.NONE);
        }
    }

    /** False when it has ended already. */
    boolean stop(StopMode mode) {
        SupervisorChannel reached;
        lock.lock();
        try {
            if (phase == ExecutionPhase.ENDED) {
                return false;
            }
            if (stop == StopMode.KILL || stop == mode) {
                return true;
            }
            stop = mode;
            reached = channel;
            if (reached != null) {
                arm(mode == StopMode.KILL ? ANSWER_PATIENCE : TERMINATE_GRACE.plus(ANSWER_PATIENCE));
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
        long left = wait.toNanos();
        lock.lock();
        try {
            while (!released && !news(afterStdout, afterStderr) && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (released) {
                throw new PlatformException(ErrorCode.NOT_FOUND, "This executor no longer holds " + request.id() + ".");
            }
            toldPhase = phase;
            byte[] out = stdout.read(afterStdout, CHUNK);
            byte[] err = stderr.read(afterStderr, CHUNK);
            boolean whole = afterStdout + out.length >= stdout.size() && afterStderr + err.length >= stderr.size();
            return new Progress(phase, out, err, whole ? result : null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException(ErrorCode.STOPPING, "The server is stopping.", e);
        } catch (IOException e) {
            throw new UncheckedIOException("The kept output cannot be read", e);
        } finally {
            lock.unlock();
        }
    }

    /** Stops it if it runs, and drops its output. */
    void release() {
        stop(StopMode.KILL);
        lock.lock();
        try {
            released = true;
            stdout.close();
            stderr.close();
            changed.signalAll();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).addKeyValue("eval_id", request.id()).log("Kept output could not be deleted; the next start does");
        } finally {
            lock.unlock();
        }
    }

    RunningExecution view() {
        lock.lock();
        try {
            return new RunningExecution(request.id(), request.attempt(), engine.name(), phase);
        } finally {
            lock.unlock();
        }
    }

    private boolean news(long afterStdout, long afterStderr) {
        return phase != toldPhase || result != null || stdout.size() > afterStdout || stderr.size() > afterStderr;
    }

    /** What was learnt while talking to the supervisor. Used by the session's own thread alone. */
    private final class Conversation {
        private @Nullable ExitReport exit;
        private @Nullable String fault;
        private boolean started;
        private boolean exceedsDisk;

        void with(Box opened) {
            SupervisorChannel supervisor = new SupervisorChannel(opened);
            try {
                if (!begin(opened, supervisor)) {
                    return;
                }
                supervisor.start(program);
                listen(supervisor);
            } catch (IOException e) {
                fault = fault == null ? "The sandbox broke off: " + e.getMessage() : fault;
            } finally {
                finish(opened, supervisor);
            }
        }

        private void listen(SupervisorChannel supervisor) throws IOException {
            Optional<SupervisorChannel.Frame> next = supervisor.next();
            while (next.isPresent() && exit == null && fault == null) {
                take(next.get(), supervisor);
                if (exit == null && fault == null) {
                    next = supervisor.next();
                }
            }
        }

        private void take(SupervisorChannel.Frame frame, SupervisorChannel supervisor) throws IOException {
            switch (frame.type()) {
                case SupervisorProtocol.READY -> { }
                case SupervisorProtocol.STARTED -> {
                    started = true;
                    running();
                }
                case SupervisorProtocol.STDOUT -> keep(stdout, OutputStreamName.STDOUT, frame.payload(), supervisor);
                case SupervisorProtocol.STDERR -> keep(stderr, OutputStreamName.STDERR, frame.payload(), supervisor);
                case SupervisorProtocol.EXIT -> exit = ExitReport.parse(frame.text());
                case SupervisorProtocol.FAULT -> fault = frame.text() + ".";
                default -> throw new IOException("a frame of unknown type " + frame.type());
            }
        }

        /** The supervisor ends when its input does; what the kernel counted is final when its stream has ended. */
        private void finish(Box opened, SupervisorChannel supervisor) {
            lock.lock();
            try {
                channel = null;
                arm(ANSWER_PATIENCE);
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
            disarm();
        }
    }

    /** False when it was stopped before it could begin. */
    private boolean begin(Box opened, SupervisorChannel supervisor) {
        lock.lock();
        try {
            if (stop != null) {
                return false;
            }
            box = opened;
            channel = supervisor;
            arm(START_PATIENCE);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void running() {
        lock.lock();
        try {
            startedAt = System.nanoTime();
            phase = ExecutionPhase.RUNNING;
            if (stop == null) {
                arm(limits().timeout().plus(ANSWER_PATIENCE));
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void keep(OutputSpool spool, OutputStreamName name, byte[] bytes, SupervisorChannel supervisor)
            throws IOException {
        boolean overflowed = false;
        lock.lock();
        try {
            boolean whole = released || spool.append(bytes);
            if (!whole && flooded == null && stop == null) {
                flooded = name;
                overflowed = true;
                arm(ANSWER_PATIENCE);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (overflowed) {
            supervisor.stop(StopMode.KILL);
        }
    }

    private void end(Conversation seen, Evidence evidence) {
        lock.lock();
        try {
            if (result != null) {
                return;
            }
            Duration wall = seen.started ? Duration.ofNanos(System.nanoTime() - startedAt) : Duration.ZERO;
            Verdict verdict = seen.exceedsDisk
                    ? Verdict.tooLargeForDisk(limits())
                    : Verdict.of(new Verdict.Seen(
                            limits(), seen.started, seen.exit, evidence, stop != null, flooded, overdue, seen.fault, wall));
            ExitReport exit = seen.exit;
            result = new RunResult(
                    verdict.reason(),
                    verdict.detail(),
                    exit == null ? null : exit.exitCode(),
                    exit == null ? null : exit.signal(),
                    usage(seen, evidence, wall),
                    stdout.size(),
                    stdout.truncated(),
                    stderr.size(),
                    stderr.truncated(),
                    new byte[0],
                    engineVersion,
                    languageVersion);
            phase = ExecutionPhase.ENDED;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private Usage usage(Conversation seen, Evidence evidence, Duration wall) {
        ExitReport exit = seen.exit;
        long wallMillis = exit == null ? wall.toMillis() : Math.round(exit.wallMicros() / 1000.0);
        long startup = seen.started ? (startedAt - accepted) / 1_000_000 : 0;
        return new Usage(wallMillis, cpuMillis(exit, evidence), evidence.peakMemoryBytes(), startup);
    }

    /**
     * The supervisor's sum is exact for processes that were waited for, and misses those that were not; the box's own
     * count misses nothing, and includes our few milliseconds of start-up. A wide gap is therefore the guest's.
     */
    private static @Nullable Long cpuMillis(@Nullable ExitReport exit, Evidence evidence) {
        if (exit == null) {
            return evidence.cpuMillis();
        }
        long own = Math.round(exit.cpuMicros() / 1000.0);
        Long counted = evidence.cpuMillis();
        return counted != null && counted - own > 50 ? counted : Long.valueOf(own);
    }

    /** Ends the box from outside if nothing else happens within {@code patience}. Needs the lock. */
    private void arm(Duration patience) {
        if (backstop != null) {
            backstop.cancel(false);
        }
        Box ended = box;
        if (ended != null) {
            // Not on the timer's own thread: ending a container is a call to another process.
            backstop = timer.schedule(
                    () -> threads.execute(() -> endFromOutside(ended)), patience.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void endFromOutside(Box ended) {
        lock.lock();
        try {
            overdue = true;
        } finally {
            lock.unlock();
        }
        ended.kill();
    }

    private void disarm() {
        lock.lock();
        try {
            if (backstop != null) {
                backstop.cancel(false);
                backstop = null;
            }
        } finally {
            lock.unlock();
        }
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

    private String boxName() {
        return request.id() + "-" + request.attempt();
    }
}
