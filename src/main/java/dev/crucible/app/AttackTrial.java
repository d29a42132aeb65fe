package dev.crucible.app;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.executor.attack.AttackRunner;
import dev.crucible.executor.attack.HostLeftovers;
import dev.crucible.executor.docker.ContainerLeftovers;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Attacks one engine of this host, in an executor of its own that shares nothing with any server. */
final class AttackTrial {
    /** What is left when all is over is judged like an attack. */
    private static final String AT_THE_END = "nothing-left";

    private static final Duration CLEARING_UP = Duration.ofSeconds(60);
    private static final Duration LOOK = Duration.ofMillis(100);

    private AttackTrial() {}

    /**
     * Runs the attacks one after the other.
     *
     * @param progress told of each as it is over
     * @throws PlatformException {@code ENGINE_UNAVAILABLE} if the engine cannot run here, with what to do about it
     */
    static List<AttackReport> run(
            CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
        try {
            Path folder = Files.createTempDirectory("crucible-attack");
            try {
                return run(new ExecutorConfig(
                        folder, AttackRunner.PLACES, config.dockerHost(), DataFolder.randomName()), engine, attacks, progress);
            } finally {
                DataFolder.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the attacks could not be set up in a temporary folder", e);
        }
    }

    private static List<AttackReport> run(
            ExecutorConfig settings, String engine, List<Attack> attacks, Consumer<AttackReport> progress)
            throws IOException {
        HostLeftovers leftovers = new HostLeftovers(
                settings.folder(), settings.instance(), () -> ContainerLeftovers.of(settings));
        List<AttackReport> reports = new ArrayList<>();
        ExecutorPart executor = Crucible.executorOf(settings, engine);
        // A person who has seen enough presses Ctrl-C; no box may outlive that.
        Thread closing = new Thread(executor::close, "attack-closing");
        Runtime.getRuntime().addShutdownHook(closing);
        try (executor) {
            executor.start();
            EngineStatus status = available(executor, engine);
            try (AttackRunner runner = new AttackRunner(executor, status, leftovers)) {
                for (Attack attack : attacks) {
                    AttackReport report = runner.run(attack);
                    progress.accept(report);
                    reports.add(report);
                }
            }
        } finally {
            Runtime.getRuntime().removeShutdownHook(closing);
        }
        AttackReport last = atTheEnd(engine, leftovers);
        progress.accept(last);
        reports.add(last);
        return reports;
    }

    private static EngineStatus available(ExecutorPart executor, String engine) {
        EngineStatus status = executor.engines().stream()
                .filter(each -> each.name().equals(engine))
                .findFirst()
                .orElseThrow(() -> new PlatformException(
                        ErrorCode.ENGINE_UNAVAILABLE, "There is no engine " + engine + " in this build."));
        if (!status.available()) {
            throw new PlatformException(
                    ErrorCode.ENGINE_UNAVAILABLE,
                    "The engine " + engine + " cannot run here: " + status.detail()
                            + (status.remedy() == null ? "" : " " + status.remedy() + "."));
        }
        return status;
    }

    private static AttackReport atTheEnd(String engine, HostLeftovers leftovers) {
        long begun = System.nanoTime();
        List<String> left = leftovers.ofExecutor();
        while (!left.isEmpty() && System.nanoTime() - begun < CLEARING_UP.toNanos()) {
            LockSupport.parkNanos(LOOK.toNanos());
            left = leftovers.ofExecutor();
        }
        return new AttackReport(
                AT_THE_END, "at the end", "all of the above leave nothing on the host", engine, null,
                Duration.ofNanos(System.nanoTime() - begun).toMillis(), left.stream().map(what -> "left " + what).toList());
    }
}
