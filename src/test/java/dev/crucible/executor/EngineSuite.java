package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Programs.Asked;
import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.EvaluationId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One engine, the real thing, with which the programs of a suite are run. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class EngineSuite {
    static final int CONCURRENT = 20;

    @TempDir
    static Path folder;

    ExecutorPart executor;
    Programs programs;

    /** A fresh engine that keeps its boxes below {@code config.folder()}; closed by this suite. */
    protected abstract Engine engine(ExecutorConfig config, Languages languages);

    /** Fails if the engine left a process, a container, a cgroup or a mount behind. Called after it was closed. */
    protected abstract void assertNothingIsLeft(ExecutorConfig config);

    /** How soon a program that spins is stopped after its limit, at most. */
    protected Duration stopsWithin() {
        return Duration.ofMillis(1000);
    }

    /** Whether the kernel serves this guest alone, so that what it shows of itself is nobody else's. */
    protected boolean guestsHaveTheirOwnKernel() {
        return false;
    }

    private ExecutorConfig config() {
        return new ExecutorConfig(folder, CONCURRENT, null, "test" + ProcessHandle.current().pid());
    }

    @BeforeAll
    void start() {
        Languages languages = Languages.load();
        Engine engine = engine(config(), languages);
        executor = ExecutorModule.local(config(), List.of(engine), languages, InstantSource.system());
        executor.start();
        programs = new Programs(executor, engine.name());
        EngineStatus status = executor.engines().get(0);
        assertThat(status.available()).as(status.detail() + " " + status.remedy()).isTrue();
    }

    @AfterAll
    void stop() throws IOException {
        if (executor == null) {
            return; // what the engine needs is not here, and the suite was skipped
        }
        executor.close();
        assertNothingIsLeft(config());
        try (var files = Files.walk(folder.resolve("spool"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    Ran run(Asked asked) {
        return programs.run(asked);
    }

    void awaitOutput(EvaluationId id, String expected) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            Progress progress = executor.progress(id, 0, 0, Duration.ofMillis(200));
            return new String(progress.stdout(), StandardCharsets.UTF_8).equals(expected);
        });
    }
}
