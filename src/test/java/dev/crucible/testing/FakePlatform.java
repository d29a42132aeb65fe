package dev.crucible.testing;

import dev.crucible.api.ApiConfig;
import dev.crucible.api.EvaluationService;
import dev.crucible.api.http.Gateway;
import dev.crucible.api.http.GatewayConfig;
import dev.crucible.events.OutputEvent;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.EvaluationIds;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.OutputStreamName;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.queue.Lease;
import dev.crucible.queue.WorkerProfile;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** A gateway on a free port, over fakes; the test itself plays the worker. */
public final class FakePlatform implements AutoCloseable {
    public static final int CAPACITY = 50;
    public static final Limits MAX = new Limits(
            Duration.ofSeconds(900), Duration.ofSeconds(1800), 1L << 30, 4000, 256L << 20, 64L << 20, 256);

    private static final WorkerProfile WORKER = new WorkerProfile("worker-1", Set.of(), Set.of());

    public final FakeStore store = new FakeStore();
    public final FakeOutputs outputs = new FakeOutputs();
    public final FakeBus bus = new FakeBus();
    public final FakeExecutor executor = new FakeExecutor();
    public final FakeQueue queue;
    public final EvaluationLifecycle lifecycle;
    public final EvaluationService evaluations;
    public final Gateway gateway;
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-21T22:49:36Z"));
    private final InstantSource clock = now::get;

    public FakePlatform() {
        this("/testweb");
    }

    /** @param webRoot the class-path folder of its dashboard */
    public FakePlatform(String webRoot) {
        lifecycle = new EvaluationLifecycle(store, bus, clock);
        queue = new FakeQueue(CAPACITY, clock, lifecycle);
        evaluations = new EvaluationService(
                new ApiConfig(ApiConfig.AUTO, MAX, CAPACITY), lifecycle, queue, store, outputs, executor,
                new EvaluationIds(clock), clock);
        gateway = new Gateway(
                new GatewayConfig(
                        new HttpServerConfig("127.0.0.1", 0, Set.of("crucible.example"), Duration.ofSeconds(2)),
                        "0.1.0-test", "one-process", webRoot),
                evaluations, queue, store, outputs, bus, executor, clock);
        gateway.start();
    }

    public InstantSource clock() {
        return clock;
    }

    public void advance(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    /** Takes the next task and starts it. */
    public Lease startNext() {
        Lease lease = queue.next(WORKER, Duration.ZERO).orElseThrow();
        EvaluationId id = lease.task().id();
        lifecycle.record(List.of(lifecycle.provisioning(id, lease.attempt(), "worker-1")));
        executor.writes(id, new byte[0], new byte[0]);
        lifecycle.record(List.of(lifecycle.running(id, lease.attempt(), "worker-1")));
        return lease;
    }

    /** A running program writes. */
    public void write(EvaluationId id, OutputStreamName stream, long offset, byte[] bytes) {
        byte[] none = new byte[0];
        executor.writes(id, stream == OutputStreamName.STDOUT ? bytes : none,
                stream == OutputStreamName.STDERR ? bytes : none);
        bus.publish(new OutputEvent(id, "local", stream, offset, bytes));
    }

    /** A running program ends. */
    public void finish(Lease lease, Reason reason, int exitCode, byte[] stdout, byte[] stderr) {
        EvaluationId id = lease.task().id();
        finish(lease, new Outcome(
                reason, "It ended: " + reason.wire(), exitCode, null, new Outcome.Usage(12, 10L, 5L << 20, 3),
                captured(id, OutputStreamName.STDOUT, stdout), captured(id, OutputStreamName.STDERR, stderr),
                CapturedOutput.EMPTY, "sandbox", "1.0", "3.11.2"));
    }

    /** A running program ends, with all that it left. */
    public void finish(Lease lease, Outcome outcome) {
        queue.complete(lease.token(), outcome);
        executor.release(lease.task().id());
    }

    /** Runs the next task to its end. */
    public void runNext(String stdout) {
        finish(startNext(), Reason.OK, 0, stdout.getBytes(StandardCharsets.UTF_8), new byte[0]);
    }

    private CapturedOutput captured(EvaluationId id, OutputStreamName stream, byte[] bytes) {
        if (bytes.length <= CapturedOutput.INLINE_BYTES) {
            return new CapturedOutput(bytes, bytes.length, false, null);
        }
        String ref = outputs.put(id, stream, new ByteArrayInputStream(bytes));
        return new CapturedOutput(Arrays.copyOf(bytes, CapturedOutput.INLINE_BYTES), bytes.length, false, ref);
    }

    @Override
    public void close() {
        gateway.close();
        evaluations.close();
    }
}
