package dev.crucible.api;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.StopMode;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.EvaluationIds;
import dev.crucible.kernel.FieldError;
import dev.crucible.kernel.PlatformException;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.platform.concurrent.Threads;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.TaskView;
import dev.crucible.storage.Evaluation;
import dev.crucible.storage.EvaluationPage;
import dev.crucible.storage.EvaluationQuery;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.IdempotencyKey;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.TimelineEntry;
import java.io.InputStream;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Everything a client can do with evaluations: what the HTTP routes call, and what a program calls that has the
 * platform embedded. A submission is durable before its answer. Thread-safe; every method may throw a
 * {@link PlatformException} with the code of a module that cannot be reached.
 */
public final class EvaluationService implements AutoCloseable {
    private static final int ANSWER_THREADS = 16;
    private static final int ANSWERS_WAITING = 20_000;

    private final Catalog catalog;
    private final SubmissionReader reader;
    private final Intake intake;
    private final Stopper stopper;
    private final OutputReader outputs;
    private final Endings endings;
    private final DeadLetters deadLetters;
    private final TaskQueue queue;
    private final EvaluationStore store;
    private final Limits maxLimits;
    private final ExecutorService answers = Threads.bounded("api-answers", ANSWER_THREADS, ANSWERS_WAITING);

    public EvaluationService(
            ApiConfig config,
            EvaluationLifecycle lifecycle,
            TaskQueue queue,
            EvaluationStore store,
            OutputStore outputStore,
            CodeExecutor executor,
            EvaluationIds ids,
            InstantSource clock) {
        requireNonNull(outputStore, "outputStore is null");
        this.queue = requireNonNull(queue, "queue is null");
        this.store = requireNonNull(store, "store is null");
        this.maxLimits = config.maxLimits();
        this.catalog = new Catalog(executor, config.defaultEngine());
        this.reader = new SubmissionReader(catalog, config.maxLimits(), clock);
        this.endings = new Endings(requireNonNull(lifecycle, "lifecycle is null"));
        this.intake = new Intake(config, catalog, lifecycle, queue, store, ids, clock);
        this.deadLetters = new DeadLetters(queue, intake);
        this.stopper = new Stopper(queue, store, executor, endings);
        this.outputs = new OutputReader(outputStore, executor);
    }

    /** What can run here. */
    public Catalog catalog() {
        return catalog;
    }

    /** The tasks that were given up. */
    public DeadLetters deadLetters() {
        return deadLetters;
    }

    /** Reads submissions from JSON, with the languages and limits of this host. */
    public SubmissionReader reader() {
        return reader;
    }

    /** A submission with every default filled in: the platform's engine, the default limits, no input. */
    public Submission draft(String language, String code) {
        String known = catalog.language(language).orElseThrow(() -> PlatformException.invalid(List.of(new FieldError(
                List.of("language"), "is not known; known are " + catalog.languageNames(), "unknown_language"))));
        return new Submission(
                code, known, ApiConfig.AUTO, Submission.DEFAULT_PRIORITY, atMost(catalog.defaultLimits(known), maxLimits), "",
                List.of(), Map.of(), Map.of(), null, null, null);
    }

    /**
     * Accepts a submission of the embedding program.
     *
     * @throws PlatformException as {@link #submitAll} does
     */
    public Accepted submit(Submission submission) {
        return submit(submission, Caller.EMBEDDED, null);
    }

    public Accepted submit(Submission submission, Caller caller, @Nullable IdempotencyKey key) {
        return intake.accept(List.of(submission), caller, key, false, id -> {}).get(0);
    }

    /**
     * Accepts submissions, all or none, in order. With a key, a repeated call answers with the evaluations of the first.
     *
     * @throws PlatformException {@code NO_ENGINE}, {@code ENGINE_UNAVAILABLE}, {@code LIMIT_EXCEEDED},
     *     {@code IDEMPOTENCY_CONFLICT}, {@code QUEUE_FULL}
     */
    public List<Accepted> submitAll(List<Submission> submissions, Caller caller, @Nullable IdempotencyKey key) {
        return intake.accept(submissions, caller, key, true, id -> {});
    }

    /** Accepts a submission and watches for its end, without holding a thread. */
    public Receipt submitAndWatch(
            Submission submission, Caller caller, @Nullable IdempotencyKey key, Duration atMost) {
        AtomicReference<Endings.@Nullable Watch> watch = new AtomicReference<>();
        try {
            Accepted accepted = intake.accept(
                    List.of(submission), caller, key, false, id -> closeOld(watch.getAndSet(endings.watch(id)))).get(0);
            return new Receipt(accepted, ended(accepted, requireNonNull(watch.get(), "no watch"), atMost));
        } catch (RuntimeException e) {
            closeOld(watch.get());
            throw e;
        }
    }

    private CompletableFuture<Optional<Evaluation>> ended(Accepted accepted, Endings.Watch watch, Duration atMost) {
        if (accepted.replayed()) {
            // Only a repeated request can be about an evaluation that ended before the watch began.
            store.find(accepted.id()).map(Evaluation::status).filter(status -> status.terminal())
                    .ifPresent(status -> watch.ended().complete(Optional.of(status)));
        }
        return watch.ended()
                .completeOnTimeout(Optional.empty(), atMost.toMillis(), TimeUnit.MILLISECONDS)
                .thenApplyAsync(status -> status.flatMap(ended -> store.find(accepted.id())), answers)
                .whenComplete((evaluation, failure) -> watch.close());
    }

    private static void closeOld(Endings.@Nullable Watch watch) {
        if (watch != null) {
            watch.close();
        }
    }

    public Optional<Evaluation> find(EvaluationId id) {
        return store.find(id);
    }

    /** @throws PlatformException {@code NOT_FOUND} */
    public Evaluation get(EvaluationId id) {
        return store.find(id).orElseThrow(() -> unknown(id));
    }

    /**
     * Waits until an evaluation has ended.
     *
     * @return the record, terminal unless the time ran out
     * @throws PlatformException {@code NOT_FOUND}
     */
    public Evaluation await(EvaluationId id, Duration atMost) {
        try (Endings.Watch watch = endings.watch(id)) {
            Evaluation now = get(id);
            if (!now.status().terminal()) {
                watch.await(atMost);
            }
        }
        return get(id);
    }

    /** Newest first. */
    public EvaluationPage list(EvaluationQuery query) {
        return store.list(query);
    }

    /** Every change of status, oldest first. @throws PlatformException {@code NOT_FOUND} */
    public List<TimelineEntry> timeline(EvaluationId id) {
        List<TimelineEntry> timeline = store.timeline(id);
        if (timeline.isEmpty()) {
            throw unknown(id);
        }
        return timeline;
    }

    /** Tasks that go before it, or empty when it does not wait in the queue. */
    public Optional<Integer> position(EvaluationId id) {
        return queue.find(id)
                .filter(view -> view.state() == TaskView.State.QUEUED || view.state() == TaskView.State.DELAYED)
                .map(TaskView::position);
    }

    /**
     * Cancels: a waiting evaluation is gone at once; a running one is stopped, gently or at once, and waited for as long
     * as that takes. One that has ended stays as it is.
     *
     * @throws PlatformException {@code NOT_FOUND}
     */
    public Stopped cancel(EvaluationId id, StopMode mode, Caller caller) {
        return stopper.cancel(id, mode, caller);
    }

    /** Stops a running evaluation at once. @throws PlatformException {@code NOT_FOUND}, {@code STATE_CONFLICT} */
    public Stopped kill(EvaluationId id, Caller caller) {
        return stopper.kill(id, caller);
    }

    /** What a program has written beyond two offsets. @throws PlatformException {@code NOT_FOUND} */
    public Logs logs(EvaluationId id, long afterStdout, long afterStderr) {
        Optional<OutputReader.Live> live = outputs.live(id, afterStdout, afterStderr);
        Evaluation evaluation = get(id);
        if (evaluation.outcome() != null) {
            byte[] stdout = kept(evaluation.outcome().stdout(), afterStdout);
            byte[] stderr = kept(evaluation.outcome().stderr(), afterStderr);
            return new Logs(
                    evaluation, stdout, stderr, afterStdout + stdout.length, afterStderr + stderr.length, false);
        }
        byte[] stdout = live.map(so -> OutputReader.wholeCharacters(so.stdout())).orElse(new byte[0]);
        byte[] stderr = live.map(so -> OutputReader.wholeCharacters(so.stderr())).orElse(new byte[0]);
        return new Logs(
                evaluation, stdout, stderr, afterStdout + stdout.length, afterStderr + stderr.length,
                live.isPresent());
    }

    private byte[] kept(CapturedOutput output, long from) {
        byte[] chunk = outputs.chunk(output, from);
        return from + chunk.length < output.size() ? OutputReader.wholeCharacters(chunk) : chunk;
    }

    /**
     * A whole stream of an evaluation, from its beginning when it still runs.
     *
     * @param from the first byte wanted; ignored while it runs
     */
    public InputStream openOutput(Evaluation evaluation, OutputStreamName stream, long from) {
        return evaluation.outcome() == null
                ? outputs.openLive(evaluation.id(), stream)
                : outputs.open(OutputReader.of(evaluation.outcome(), stream), from);
    }

    /** The bytes of a file that a program left, from one on. @throws PlatformException {@code NOT_FOUND} */
    public InputStream openArtifact(Artifact artifact, long from) {
        return outputs.open(artifact, from);
    }

    /** One stream of an evaluation that has ended. */
    public static CapturedOutput output(Outcome outcome, OutputStreamName stream) {
        return OutputReader.of(outcome, stream);
    }

    /** Ends every wait as if its time were over: the server is about to stop. */
    public void giveUpWaiting() {
        endings.giveUp();
    }

    @Override
    public void close() {
        endings.close();
        answers.shutdown();
    }

    static PlatformException unknown(EvaluationId id) {
        return new PlatformException(ErrorCode.NOT_FOUND, "There is no evaluation " + id + ".");
    }

    private static Limits atMost(Limits limits, Limits max) {
        return new Limits(
                limits.timeout().compareTo(max.timeout()) < 0 ? limits.timeout() : max.timeout(),
                limits.cpuTime().compareTo(max.cpuTime()) < 0 ? limits.cpuTime() : max.cpuTime(),
                Math.min(limits.memoryBytes(), max.memoryBytes()), Math.min(limits.cpuMillis(), max.cpuMillis()),
                Math.min(limits.diskBytes(), max.diskBytes()), Math.min(limits.outputBytes(), max.outputBytes()),
                Math.min(limits.pids(), max.pids()));
    }
}
