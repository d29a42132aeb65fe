package dev.crucible.executor.http;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Language;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunningExecution;
import dev.crucible.executor.StopMode;
import dev.crucible.executor.http.ExecutorAnswers.Begun;
import dev.crucible.executor.http.ExecutorAnswers.Engines;
import dev.crucible.executor.http.ExecutorAnswers.Killed;
import dev.crucible.executor.http.ExecutorAnswers.LanguageList;
import dev.crucible.executor.http.ExecutorAnswers.Run;
import dev.crucible.executor.http.ExecutorAnswers.RunningList;
import dev.crucible.executor.http.ExecutorAnswers.Slots;
import dev.crucible.executor.http.ExecutorAnswers.Spoken;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.PlatformException;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.ServiceCall;
import dev.crucible.platform.http.ServiceClient;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The executor behind another process's {@link ExecutorEdge}. What it can run is asked for at most twice a second. What
 * it executes is stopped and forgotten there when nobody has asked for its progress for half a minute: its client is
 * gone, or cannot reach it, and the evaluation is run anew.
 */
public final class RemoteExecutor implements CodeExecutor, Part {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    /** Longer than an executor waits for a slot. */
    private static final Duration BEGIN_PATIENCE = Duration.ofSeconds(20);

    private static final Duration ABANDONED_AFTER = Duration.ofSeconds(30);
    private static final Duration ENGINES_GOOD = Duration.ofMillis(500);
    private static final Duration LANGUAGES_GOOD = Duration.ofSeconds(10);

    private final URI uri;
    private final ServiceClient client;
    private final Duration patience;
    private final Remembered<List<EngineStatus>> engines;
    private final Remembered<List<Language>> languages;

    public RemoteExecutor(ServiceAddress address) {
        this(address, PATIENCE);
    }

    /** @param patience how long an answer may take that the other side does not hold back */
    RemoteExecutor(ServiceAddress address, Duration patience) {
        this.uri = address.uri();
        this.client = new ServiceClient(address, ErrorCode.EXECUTOR_UNAVAILABLE);
        this.patience = patience;
        this.engines = new Remembered<>(
                () -> get("/engines", Engines.class).engines(), ENGINES_GOOD, System::nanoTime);
        this.languages = new Remembered<>(
                () -> get("/languages", LanguageList.class).languages().stream().map(Spoken::language).toList(),
                LANGUAGES_GOOD, System::nanoTime);
    }

    @Override
    public void execute(ExecutionRequest request) {
        ExecuteBody body = ExecuteBody.of(request, UUID.randomUUID().toString(), ABANDONED_AFTER);
        ask(() -> client.ask(ServiceCall.post("/execute", body).asRepeatable().within(BEGIN_PATIENCE), Begun.class));
    }

    @Override
    public Progress progress(EvaluationId id, long afterStdout, long afterStderr, Duration wait) {
        Duration held = wait.compareTo(OutputRoutes.MAX_WAIT) < 0 ? wait : OutputRoutes.MAX_WAIT;
        String path = "/executions/" + id + "/progress?after_stdout=" + Math.max(0, afterStdout)
                + "&after_stderr=" + Math.max(0, afterStderr) + "&wait=" + seconds(held);
        return ask(() -> client.ask(ServiceCall.get(path).within(patience).waiting(held), Progress.class));
    }

    private static String seconds(Duration time) {
        return BigDecimal.valueOf(Math.max(0, time.toMillis()), 3).toPlainString();
    }

    @Override
    public boolean kill(EvaluationId id, StopMode mode) {
        String path = "/kill/" + id + "?mode=" + (mode == StopMode.KILL ? "kill" : "terminate");
        try {
            return ask(() -> client.ask(ServiceCall.post(path, null).asRepeatable().within(patience), Killed.class)).killed();
        } catch (PlatformException e) {
            if (e.code() == ErrorCode.NOT_FOUND || e.code() == ErrorCode.STATE_CONFLICT) {
                return false;
            }
            throw e;
        }
    }

    @Override
    public void release(EvaluationId id) {
        ask(() -> {
            client.tell(ServiceCall.delete("/executions/" + id).within(patience));
            return id;
        });
    }

    @Override
    public List<RunningExecution> running() {
        return get("/running", RunningList.class).running().stream().map(Run::execution).toList();
    }

    @Override
    public Capacity capacity() {
        Slots slots = get("/capacity", Slots.class);
        return new Capacity(slots.executorId(), slots.running(), slots.maxConcurrent());
    }

    @Override
    public List<EngineStatus> engines() {
        return engines.get();
    }

    @Override
    public List<Language> languages() {
        return languages.get();
    }

    private <T> T get(String path, Class<T> type) {
        return ask(() -> client.ask(ServiceCall.get(path).within(patience), type));
    }

    /** What stands between us and the executor is not what the executor says of an execution. */
    private <T> T ask(Supplier<T> call) {
        try {
            return call.get();
        } catch (PlatformException e) {
            switch (e.code()) {
                case UNAUTHENTICATED, FORBIDDEN -> throw unavailable(uri + " does not take our key: " + e.getMessage(), e);
                case STOPPING, RATE_LIMITED, BAD_GATEWAY -> throw unavailable(uri + " serves nothing now: " + e.getMessage(), e);
                default -> throw e;
            }
        }
    }

    private static PlatformException unavailable(String detail, PlatformException cause) {
        return new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, detail, cause);
    }

    /** Nothing to begin: whether it can be reached shows when it is asked. */
    @Override
    public void start() {}

    /** Calls under way fail. What runs there goes on until it is missed. */
    @Override
    public void close() {
        client.close();
    }
}
