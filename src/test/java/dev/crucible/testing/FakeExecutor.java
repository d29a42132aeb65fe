package dev.crucible.testing;

import dev.crucible.executor.Capacity;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.ExecutionPhase;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.Language;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.RunningExecution;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs nothing: a test writes what a program would, and hears of kills. */
public final class FakeExecutor implements CodeExecutor {
    private static final int CHUNK = 64 * 1024;

    private final Map<EvaluationId, Held> held = new HashMap<>();
    private List<EngineStatus> engines = List.of(
            missing("gvisor", "runsc is not installed", "apt install runsc"),
            working("docker", Map.of("python", new LanguageStatus(false, null, "the image is missing",
                    "docker pull python"))),
            working("sandbox", Map.of(
                    "python", new LanguageStatus(true, "3.11.2", null, null),
                    "bash", new LanguageStatus(true, "5.2", null, null),
                    "javascript", new LanguageStatus(false, null, "node is not installed", "apt install nodejs"))));
    private BiConsumer<EvaluationId, StopMode> onKill = (id, mode) -> {};
    private Consumer<ExecutionRequest> onExecute = request -> writes(request.id(), new byte[0], new byte[0]);

    private int unreachable;

    private static final class Held {
        private final ByteArrayOutputStream stdout = new ByteArrayOutputStream();
        private final ByteArrayOutputStream stderr = new ByteArrayOutputStream();
        private @Nullable RunResult result;
    }

    public static EngineStatus working(String name, Map<String, LanguageStatus> languages) {
        return new EngineStatus(name, true, "1.0", name + " works", null, List.of(), languages);
    }

    public static EngineStatus missing(String name, String detail, String remedy) {
        return new EngineStatus(name, false, null, detail, remedy, List.of(), Map.of());
    }

    public synchronized void engines(List<EngineStatus> now) {
        engines = List.copyOf(now);
    }

    /** What a kill does besides being answered. */
    public synchronized void onKill(BiConsumer<EvaluationId, StopMode> action) {
        onKill = action;
    }

    /** From now on it holds a run, which has written so much. */
    public synchronized void writes(EvaluationId id, byte[] stdout, byte[] stderr) {
        Held run = held.computeIfAbsent(id, key -> new Held());
        run.stdout.writeBytes(stdout);
        run.stderr.writeBytes(stderr);
    }

    /** What it executes from now on writes this and ends at once. */
    public synchronized void endsWith(byte[] stdout, Function<ExecutionRequest, RunResult> end) {
        onExecute = request -> {
            writes(request.id(), stdout, new byte[0]);
            ends(request.id(), end.apply(request));
        };
    }

    /** What it does with what it is given to execute. */
    public synchronized void onExecute(Consumer<ExecutionRequest> action) {
        onExecute = action;
    }

    /** The next calls about one execution fail as if the executor were elsewhere and could not be reached. */
    public synchronized void unreachable(int calls) {
        unreachable = calls;
    }

    private synchronized void reach() {
        if (unreachable > 0) {
            unreachable--;
            throw new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, "It cannot be reached.");
        }
    }

    /** A run that it holds ends. */
    public synchronized void ends(EvaluationId id, RunResult result) {
        held.get(id).result = result;
    }

    @Override
    public void execute(ExecutionRequest request) {
        Consumer<ExecutionRequest> action;
        synchronized (this) {
            action = onExecute;
        }
        action.accept(request);
    }

    @Override
    public synchronized Progress progress(EvaluationId id, long afterStdout, long afterStderr, Duration wait) {
        reach();
        Held run = held.get(id);
        if (run == null) {
            throw new PlatformException(ErrorCode.NOT_FOUND, "It is not held here.");
        }
        byte[] stdout = chunk(run.stdout.toByteArray(), afterStdout);
        byte[] stderr = chunk(run.stderr.toByteArray(), afterStderr);
        return run.result == null || stdout.length + stderr.length > 0
                ? new Progress(ExecutionPhase.RUNNING, stdout, stderr, null)
                : new Progress(ExecutionPhase.ENDED, stdout, stderr, run.result);
    }

    private static byte[] chunk(byte[] all, long after) {
        int from = (int) Math.min(all.length, after);
        return Arrays.copyOfRange(all, from, Math.min(all.length, from + CHUNK));
    }

    @Override
    public boolean kill(EvaluationId id, StopMode mode) {
        reach();
        BiConsumer<EvaluationId, StopMode> action;
        synchronized (this) {
            if (!held.containsKey(id) || held.get(id).result != null) {
                return false;
            }
            action = onKill;
        }
        action.accept(id, mode);
        return true;
    }

    @Override
    public synchronized void release(EvaluationId id) {
        reach();
        held.remove(id);
    }

    @Override
    public synchronized List<RunningExecution> running() {
        List<RunningExecution> running = new ArrayList<>();
        held.forEach((id, run) -> {
            if (run.result == null) {
                running.add(new RunningExecution(id, 1, "sandbox", ExecutionPhase.RUNNING));
            }
        });
        return running;
    }

    @Override
    public synchronized Capacity capacity() {
        return new Capacity("executor-1", held.size(), 2);
    }

    @Override
    public synchronized List<EngineStatus> engines() {
        return engines;
    }

    @Override
    public List<Language> languages() {
        return List.of(
                language("python", "Python", List.of("py", "python3"), "main.py"),
                language("bash", "Bash", List.of("sh"), "main.sh"),
                language("javascript", "JavaScript", List.of("js", "node"), "main.js"));
    }

    private static Language language(String name, String title, List<String> aliases, String file) {
        return new Language(
                name, title, aliases, file, List.of(), List.of(name, "{file}"), List.of(name, "--version"), "test/" + name + ":1",
                Map.of("apt", name), "print('hello')", false);
    }
}
