package dev.crucible.executor;

import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.platform.concurrent.Threads;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs submissions in the engines of this process. */
final class LocalExecutor implements ExecutorPart {
    private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);
    private static final Duration SLOT_PATIENCE = Duration.ofSeconds(5);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    private static final Duration ROUND = Duration.ofMinutes(1);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(5);
    /** The kernel's own limit for one argument or variable of a new program. */
    private static final int MAX_WORD_BYTES = 128 * 1024 - 1;

    private final ExecutorConfig config;
    private final List<Engine> engines;
    private final Languages languages;
    private final EngineBoard board;
    private final Path spoolFolder;
    /** Executions that have no result yet. */
    private final Keep compiled;
    private final Semaphore slots;
    /** Sandboxes: those of the executions, and as many again that are going away. */
    private final Semaphore places;
    private final Map<EvaluationId, GuestSession> sessions = new ConcurrentHashMap<>();
    /** Platform threads: reading a process's pipe holds whatever thread it is done on. */
    private final ExecutorService threads;

    private final ExecutorService endings = Threads.perTask("execution-backstop");
    private final ScheduledExecutorService timer = Threads.scheduler("execution-deadline");
    private final ScheduledExecutorService rounds = Threads.scheduler("executor-rounds");
    private final InstantSource clock;
    private final Patience patience;
    private Instant sweptAt = Instant.MIN;
    private volatile boolean closed;

    LocalExecutor(ExecutorConfig config, List<Engine> engines, Languages languages, InstantSource clock) {
        this(config, engines, languages, clock, new Patience());
    }

    private LocalExecutor(
            ExecutorConfig config, List<Engine> engines, Languages languages, InstantSource clock, Patience patience) {
        this(config, engines, languages, clock, patience, new LimitProver(languages.all(), clock, patience));
    }

    LocalExecutor(
            ExecutorConfig config,
            List<Engine> engines,
            Languages languages,
            InstantSource clock,
            Patience patience,
            Prover prover) {
        this.config = config;
        this.clock = clock;
        this.patience = patience;
        this.engines = List.copyOf(engines);
        this.languages = languages;
        this.board = new EngineBoard(engines, clock, prover);
        engines.forEach(engine -> engine.heed(patience));
        this.spoolFolder = config.folder().resolve("spool");
        this.compiled = Keep.compiled(Runtime.getRuntime().maxMemory(), config.maxConcurrent());
        this.slots = new Semaphore(config.maxConcurrent());
        this.places = new Semaphore(2 * config.maxConcurrent());
        this.threads = Threads.bounded("execution", 2 * config.maxConcurrent(), 2 * config.maxConcurrent());
    }

    @Override
    public void start() {
        try {
            Files.createDirectories(config.folder());
            Files.setPosixFilePermissions(config.folder(), PosixFilePermissions.fromString("rwx------"));
            Files.createDirectories(spoolFolder);
            deleteSpooled();
        } catch (IOException e) {
            throw new UncheckedIOException("The executor's folder cannot be used", e);
        }
        sweep();
        board.refresh();
        rounds.execute(patience::calibrate);
        rounds.scheduleWithFixedDelay(this::round, ROUND.toMillis(), ROUND.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** What is done every minute, asked for or not: old proofs are renewed, and every few minutes leftovers are swept. */
    void round() {
        board.refresh();
        if (!clock.instant().isBefore(sweptAt.plus(SWEEP_EVERY))) {
            sweep();
        }
    }

    private void sweep() {
        sweptAt = clock.instant();
        for (Engine engine : engines) {
            try {
                engine.sweep();
            } catch (RuntimeException e) {
                LOG.atWarn().setCause(e).addKeyValue("engine", engine.name())
                        .log("Leftovers of an engine could not be swept; it is tried again in some minutes");
            }
        }
    }

    @Override
    public void execute(ExecutionRequest request) {
        Submission submission = request.submission();
        Engine engine = engine(submission.engine());
        Language language = languages.find(submission.language()).orElseThrow(() -> new PlatformException(
                ErrorCode.ENGINE_UNAVAILABLE, "The language " + submission.language() + " is not known here."));
        EngineStatus status = board.of(engine);
        refuseUnlessAble(status, language);
        refuseWordsTheKernelRefuses(submission);
        if (closed) {
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "The executor is stopping.");
        }
        if (!acquireSlot()) {
            throw PlatformException.retryLater(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "Every slot of the executor is taken.", Duration.ofSeconds(1));
        }
        Transcript transcript = new Transcript(
                request.id(), spoolFolder, GuestSession.boxName(request), submission.limits().outputBytes());
        GuestSession session = new GuestSession(
                request, engine, status, language, transcript, new Backstop(timer, endings), patience, compiled);
        if (sessions.putIfAbsent(request.id(), session) != null) {
            slots.release();
            places.release();
            throw new PlatformException(ErrorCode.STATE_CONFLICT, request.id() + " is being executed already.");
        }
        threads.execute(() -> {
            try {
                session.run();
            } finally {
                slots.release();
            }
            try {
                session.leave();
            } finally {
                places.release();
            }
        });
    }

    /** A result is known a moment before its slot is free, so whoever comes right after one waits for that moment. */
    private boolean acquireSlot() {
        try {
            if (slots.tryAcquire(SLOT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                if (places.tryAcquire(SLOT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                    return true;
                }
                slots.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public Progress progress(EvaluationId id, long afterStdout, long afterStderr, Duration wait) {
        GuestSession session = sessions.get(id);
        if (session == null) {
            throw new PlatformException(ErrorCode.NOT_FOUND, "This executor does not hold " + id + ".");
        }
        return session.progress(afterStdout, afterStderr, wait);
    }

    @Override
    public boolean kill(EvaluationId id, StopMode mode) {
        GuestSession session = sessions.get(id);
        return session != null && session.stop(mode);
    }

    @Override
    public void release(EvaluationId id) {
        GuestSession session = sessions.remove(id);
        if (session != null) {
            session.release();
        }
    }

    @Override
    public List<RunningExecution> running() {
        return sessions.values().stream()
                .map(GuestSession::view)
                .filter(view -> view.phase() != ExecutionPhase.ENDED)
                .toList();
    }

    @Override
    public Capacity capacity() {
        int running = config.maxConcurrent() - slots.availablePermits();
        return new Capacity(config.instance(), closed ? config.maxConcurrent() : running, config.maxConcurrent());
    }

    @Override
    public List<EngineStatus> engines() {
        return board.all();
    }

    @Override
    public List<EngineStatus> prove() {
        return board.prove();
    }

    @Override
    public List<Language> languages() {
        return languages.all();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        rounds.shutdownNow();
        board.close();
        sessions.values().forEach(session -> session.stop(StopMode.KILL));
        try {
            if (!places.tryAcquire(2 * config.maxConcurrent(), CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.atWarn().addKeyValue("running", running().size()).log("Executions did not end in time; their sandboxes are destroyed now");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        engines.forEach(Engine::close);
        timer.shutdownNow();
        threads.shutdownNow();
        endings.shutdownNow();
        sessions.values().forEach(GuestSession::release);
        sessions.clear();
    }

    private Engine engine(String name) {
        return engines.stream().filter(engine -> engine.name().equals(name)).findFirst().orElseThrow(() ->
                new PlatformException(ErrorCode.ENGINE_UNAVAILABLE, "There is no engine " + name + " here."));
    }

    private static void refuseUnlessAble(EngineStatus engine, Language language) {
        if (!engine.available()) {
            throw unavailable("The engine " + engine.name() + " cannot run here: " + engine.detail(), engine.remedy());
        }
        LanguageStatus status = engine.languages().get(language.name());
        if (status == null || !status.available()) {
            String detail = status == null || status.detail() == null ? "it was not found." : status.detail();
            throw unavailable(
                    language.title() + " cannot run on the engine " + engine.name() + ": " + detail,
                    status == null ? null : status.remedy());
        }
    }

    private static PlatformException unavailable(String detail, @Nullable String remedy) {
        return new PlatformException(ErrorCode.ENGINE_UNAVAILABLE, remedy == null ? detail : detail + " " + remedy + ".");
    }

    private static void refuseWordsTheKernelRefuses(Submission submission) {
        List<FieldError> errors = new ArrayList<>();
        submission.args().forEach(word -> refuse(word, "args", errors));
        submission.env().forEach((name, value) -> refuse(name + "=" + value, "env", errors));
        if (!errors.isEmpty()) {
            throw PlatformException.invalid(errors);
        }
    }

    private static void refuse(String word, String field, List<FieldError> errors) {
        if (word.indexOf('\0') >= 0) {
            errors.add(new FieldError(List.of("body", field), "must not contain a NUL character", "invalid_value"));
        } else if (word.getBytes(StandardCharsets.UTF_8).length > MAX_WORD_BYTES) {
            errors.add(new FieldError(List.of("body", field), "has an entry of more than 128 KiB", "too_long"));
        }
    }

    private void deleteSpooled() throws IOException {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(spoolFolder)) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }
}
