package dev.crucible.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackCatalogue;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.executor.attack.AttackRunner;
import dev.crucible.executor.attack.HostLeftovers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every attack of the catalogue against a real engine. */
@Tag("hostile")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class HostileContract {
    private static final Duration CLEARING_UP = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private final TestEngines engine;
    private ExecutorPart executor;
    private AttackRunner runner;
    private HostLeftovers leftovers;

    HostileContract(TestEngines engine) {
        this.engine = engine;
    }

    @BeforeAll
    void start() throws IOException {
        ExecutorConfig config = engine.config(folder, AttackRunner.PLACES);
        Languages languages = Languages.load();
        executor = ExecutorModule.local(
                config, List.of(engine.make(config, languages)), languages, InstantSource.system());
        executor.start();
        EngineStatus status = executor.engines().get(0);
        assertThat(status.available()).as(status.detail() + " " + status.remedy()).isTrue();
        leftovers = new HostLeftovers(folder, config.instance(), engine.containersLeft(config));
        runner = new AttackRunner(executor, status, leftovers);
    }

    /** With the executor closed, nothing at all may be left. */
    @AfterAll
    void stop() {
        if (executor == null) {
            return; // what the engine needs is not here, and the suite was skipped
        }
        runner.close();
        executor.close();
        await().atMost(CLEARING_UP).untilAsserted(() -> assertThat(leftovers.ofExecutor()).isEmpty());
    }

    static Stream<String> attacks() {
        return AttackCatalogue.load().stream().map(Attack::name);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("attacks")
    void the_engine_holds_against(String name) {
        Attack attack = AttackCatalogue.load().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
        AttackReport report = runner.run(attack);
        assertThat(report.problems()).as(attack.title()).isEmpty();
    }
}
