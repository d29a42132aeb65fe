package dev.crucible.executor.sandbox;

import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.RunResult;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Times {@code print(1)} in the sandbox beside its baselines, in turns so that all meet the same machine: bare Python,
 * and the same bubblewrap and Python in a plain loop without supervisor, cgroup or verdict.
 */
final class SandboxBench {
    private static final String PYTHON = "/usr/bin/python3";
    private static final int ROUNDS = 200;
    private static final int WARM_UP = 30;
    private static final int PARALLEL = 2;
    private static final int BATCH = 1000;
    private static final AtomicLong COUNT = new AtomicLong();

    private SandboxBench() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("crucible-bench");
        ExecutorConfig config = new ExecutorConfig(folder, 16, null, "bench" + ProcessHandle.current().pid());
        Languages languages = Languages.load();
        ExecutorPart executor = ExecutorModule.local(
                config, List.of(new SandboxEngine(config, languages)), languages, InstantSource.system());
        executor.start();
        System.out.println(executor.engines().get(0).detail());
        Map<String, Callable<Void>> subjects = new LinkedHashMap<>();
        subjects.put("bare python3", () -> plain(List.of(PYTHON, "-c", "print(1)")));
        subjects.put("plain bubblewrap + python3", () -> plain(bubblewrap()));
        subjects.put("executor, sandbox", () -> evaluate(executor));
        latency(subjects);
        throughput(subjects);
        executor.close();
        Files.deleteIfExists(folder.resolve("spool"));
    }

    private static void latency(Map<String, Callable<Void>> subjects) throws Exception {
        Map<String, double[]> times = new LinkedHashMap<>();
        subjects.keySet().forEach(name -> times.put(name, new double[ROUNDS]));
        for (int round = -WARM_UP; round < ROUNDS; round++) {
            for (Map.Entry<String, Callable<Void>> subject : subjects.entrySet()) {
                long begin = System.nanoTime();
                subject.getValue().call();
                if (round >= 0) {
                    times.get(subject.getKey())[round] = (System.nanoTime() - begin) / 1e6;
                }
                // Lets what the last one left (a stock to refill, namespaces to free) not be the next one's cost.
                Thread.sleep(20);
            }
        }
        System.out.println("start to verdict, idle, ms            p50     p95     p99");
        times.forEach((name, values) -> {
            Arrays.sort(values);
            System.out.printf("%-34s %7.2f %7.2f %7.2f%n", name, values[ROUNDS / 2], values[ROUNDS * 95 / 100], values[ROUNDS * 99 / 100]);
        });
    }

    private static void throughput(Map<String, Callable<Void>> subjects) throws InterruptedException, ExecutionException {
        System.out.println("runs per second, " + PARALLEL + " at once");
        for (Map.Entry<String, Callable<Void>> subject : subjects.entrySet()) {
            ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
            long begin = System.nanoTime();
            List<Future<Void>> runs = new ArrayList<>();
            for (int i = 0; i < BATCH; i++) {
                runs.add(pool.submit(subject.getValue()));
            }
            for (Future<Void> run : runs) {
                run.get();
            }
            System.out.printf("%-34s %7.1f%n", subject.getKey(), BATCH / ((System.nanoTime() - begin) / 1e9));
            pool.shutdown();
        }
    }

    private static Void plain(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] output = process.getInputStream().readAllBytes();
        if (process.waitFor() != 0 || output.length != 2) {
            throw new IllegalStateException(command + " failed: " + new String(output));
        }
        return null;
    }

    private static List<String> bubblewrap() {
        return List.of("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--new-session", "--die-with-parent",
                "--clearenv", "--cap-drop", "ALL", "--uid", "1000", "--gid", "1000", "--hostname", "sandbox",
                "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/lib", "/lib",
                "--symlink", "usr/lib64", "/lib64", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/work",
                "--tmpfs", "/tmp", "--chdir", "/work", PYTHON, "-c", "print(1)");
    }

    private static Void evaluate(CodeExecutor executor) {
        EvaluationId id = new EvaluationId("bench-" + COUNT.incrementAndGet());
        Submission submission = new Submission("print(1)", "python", "sandbox", 5, Limits.DEFAULTS, "", List.of(),
                Map.of(), Map.of(), null, null, null);
        executor.execute(new ExecutionRequest(id, 1, submission));
        RunResult result = null;
        long read = 0;
        while (result == null) {
            var progress = executor.progress(id, read, 0, Duration.ofSeconds(10));
            read += progress.stdout().length;
            result = progress.result();
        }
        executor.release(id);
        if (result.reason() != Reason.OK || read != 2) {
            throw new IllegalStateException(result.reason() + ": " + result.detail());
        }
        return null;
    }
}
