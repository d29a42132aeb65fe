package dev.crucible.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What can be measured, in the order in which it is. */
enum Subject {
    QUEUE("the queue: in memory by JMH, and durable beside Celery on Redis and on RabbitMQ", QueueBench::run),
    START("from the start of the process to ready, first and again", StartBench::run),
    MEMORY("resident memory of the idle server and of its PostgreSQL", MemoryBench::run),
    RUN("print(1) by the executor alone: every engine, warm and cold", RunBench::run),
    LATENCY("print(1) from submit to verdict over HTTP: every engine, warm and cold", LatencyBench::run),
    THROUGHPUT("completed evaluations per second, warm and cold", ThroughputBench::run),
    INPUTS("one submission with 100 inputs: compiles, and what each input adds", InputsBench::run),
    SLEEPERS("100 programs running at once, and the API meanwhile", SleepersBench::run),
    SUBMIT("durable submits per second over HTTP, 32 clients", SubmitBench::run),
    SOAK("15 minutes (7 with --quick) of evaluations and rest: does anything grow? Runs only when it is named", SoakBench::run);

    /** Measures something. */
    @FunctionalInterface
    interface Body {
        List<Row> run(Workspace workspace, Options options) throws Exception;
    }

    private final String about;
    private final Body body;

    Subject(String about, Body body) {
        this.about = about;
        this.body = body;
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String about() {
        return about;
    }

    List<Row> run(Workspace workspace, Options options) throws Exception {
        return body.run(workspace, options);
    }

    /** Those that are run when nothing is named. */
    static List<Subject> usual() {
        return Arrays.stream(values()).filter(subject -> subject != SOAK).toList();
    }

    static Optional<Subject> named(String word) {
        return Arrays.stream(values()).filter(subject -> subject.word().equals(word)).findFirst();
    }
}
