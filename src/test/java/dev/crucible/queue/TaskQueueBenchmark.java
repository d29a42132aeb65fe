package dev.crucible.queue;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.testing.Submissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** One task into the queue in memory and out of it, with a backlog of less urgent tasks behind it. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 20)
@Measurement(iterations = 30)
@Fork(1)
public class TaskQueueBenchmark {
    private static final int TASKS = 100_000;

    @Param({"0", "100000"})
    public int backlog;

    private final WorkerProfile worker = new WorkerProfile("bench", Set.of(), Set.of());
    private final Task[] tasks = new Task[TASKS];
    private PriorityTaskQueue queue;

    @Setup(Level.Trial)
    public void makeTasks() {
        for (int i = 0; i < TASKS; i++) {
            tasks[i] = new Task(new EvaluationId("t" + i), "someone", Submissions.python("pass", 9, null));
        }
    }

    @Setup(Level.Iteration)
    public void open() {
        queue = new PriorityTaskQueue(
                new QueueConfig(Integer.MAX_VALUE, Duration.ofSeconds(60), Duration.ofHours(1), 3), new NoJournal(),
                settlements -> {}, InstantSource.system(), System::nanoTime);
        queue.start();
        for (int i = 0; i < backlog; i++) {
            queue.enqueue(new Task(new EvaluationId("low" + i), "someone", Submissions.python("pass", 0, null)));
        }
    }

    @TearDown(Level.Iteration)
    public void close() {
        queue.close();
    }

    @Benchmark
    @OperationsPerInvocation(TASKS)
    public void enqueueAndTake(Blackhole blackhole) {
        for (Task task : tasks) {
            blackhole.consume(queue.enqueue(task));
            blackhole.consume(queue.next(worker, Duration.ZERO));
        }
    }
}
