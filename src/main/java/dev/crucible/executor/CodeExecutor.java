package dev.crucible.executor;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.PlatformException;
import java.time.Duration;
import java.util.List;

/**
 * Runs submissions in sandboxes. Mirrors the executor service: {@code POST /execute}, {@code GET /logs/{id}},
 * {@code POST /kill/{id}}, {@code GET /running}, {@code GET /capacity}. Thread-safe.
 *
 * <p>An executor may be in another process: any call may then throw {@code EXECUTOR_UNAVAILABLE}, and nobody knows what
 * became of it. It is safe to make it again.
 *
 * <p>An execution lives from {@link #execute} until {@link #release}; between its end and its release its output and
 * outcome can still be read.
 */
public interface CodeExecutor {
    /**
     * Takes a submission and starts it in the background. From the return on, {@link #kill} reaches it.
     *
     * @throws PlatformException {@code ENGINE_UNAVAILABLE} if the engine or language cannot run here,
     *     {@code EXECUTOR_UNAVAILABLE} if every slot is taken or the executor is stopping,
     *     {@code STATE_CONFLICT} if the id is being executed already, {@code VALIDATION} if an argument or variable holds
     *     a NUL or more than 128 KiB: the kernel takes neither
     */
    void execute(ExecutionRequest request);

    /**
     * What an execution has produced beyond the given offsets. Waits up to {@code wait} until there is a byte more, a
     * new phase, or the end; a chunk is at most 64 KiB a stream, so a caller asks again until the result is there.
     * The result is given only once both offsets have reached the ends of their streams.
     *
     * @throws PlatformException {@code NOT_FOUND} if this executor does not hold the id
     */
    Progress progress(EvaluationId id, long afterStdout, long afterStderr, Duration wait);

    /** Stops an execution in any phase. False if this executor does not hold the id or it has ended. */
    boolean kill(EvaluationId id, StopMode mode);

    /** Forgets an execution: stops it if it still runs, drops its output. Does nothing for an unknown id. */
    void release(EvaluationId id);

    /** The executions that have not ended. */
    List<RunningExecution> running();

    Capacity capacity();

    /** Every engine this executor knows, available or not, strongest first. */
    List<EngineStatus> engines();

    /** Every language of the registry. */
    List<Language> languages();
}
