package dev.crucible.bench;

import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutionRequest;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.Progress;
import dev.crucible.executor.RunResult;
import dev.crucible.executor.docker.ContainerEngine;
import dev.crucible.executor.sandbox.SandboxEngine;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.Submission;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** The executor alone, in this process, as the dispatcher uses it. */
final class Executions implements AutoCloseable {
    private static final int CONCURRENT = 4;
    private static final Duration WAIT = Duration.ofSeconds(30);

    private final ExecutorPart executor;
    private long count;

    Executions(Path folder) {
        Languages languages = Languages.load();
        ExecutorConfig config =
                new ExecutorConfig(folder, CONCURRENT, Docker.host(), "bench" + ProcessHandle.current().pid());
        List<Engine> engines = List.of(
                ContainerEngine.gvisor(config, languages.all()),
                ContainerEngine.docker(config, languages.all()),
                new SandboxEngine(config, languages));
        executor = ExecutorModule.local(config, engines, languages, InstantSource.system());
        executor.start();
    }

    /** The engines that can run Python here, the weakest first. */
    List<String> engines() {
        return List.of("sandbox", "docker", "gvisor").stream()
                .filter(name -> executor.engines().stream().anyMatch(status -> status.name().equals(name) && able(status)))
                .toList();
    }

    private static boolean able(EngineStatus status) {
        EngineStatus.LanguageStatus python = status.languages().get("python");
        return status.available() && python != null && python.available();
    }

    /** From the order to its result with all that was written. What is returned checks both and lets go of them. */
    Contender.Check printOne(Guest guest) {
        EvaluationId id = new EvaluationId("bench-" + ++count);
        executor.execute(new ExecutionRequest(id, 1, submission(guest)));
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        RunResult result = null;
        while (result == null) {
            Progress progress = executor.progress(id, output.size(), 0, WAIT);
            output.writeBytes(progress.stdout());
            result = progress.result();
        }
        RunResult ended = result;
        return () -> {
            executor.release(id);
            if (ended.reason() != Reason.OK || !output.toString(StandardCharsets.UTF_8).equals("1\n")) {
                throw new IOException(guest.name() + " went wrong: " + ended.detail());
            }
        };
    }

    private static Submission submission(Guest guest) {
        return new Submission(
                Programs.CODE, "python", guest.engine(), Submission.DEFAULT_PRIORITY, Limits.DEFAULTS, "", List.of(),
                Map.of(), Map.of(), null, null, null, List.of(), null, guest.isolation(), List.of(), false, List.of());
    }

    @Override
    public void close() {
        executor.close();
    }
}
