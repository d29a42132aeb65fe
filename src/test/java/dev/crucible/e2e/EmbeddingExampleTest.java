package dev.crucible.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.api.EvaluationService;
import dev.crucible.app.Crucible;
import dev.crucible.app.CrucibleConfig;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.EvaluationStatus;
import dev.crucible.storage.Evaluation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How another Java program runs Crucible inside itself: the example that the README points to. */
class EmbeddingExampleTest {
    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        ServerProcess.letPass(folder);
    }

    @Test
    void a_program_can_run_the_platform_inside_itself() {
        CrucibleConfig config = CrucibleConfig.of(Map.of("CRUCIBLE_HOME", folder.toString(), "PORT", "0"));

        try (Crucible crucible = Crucible.start(config)) {
            EvaluationService evaluations = crucible.evaluations();
            EvaluationId id = evaluations.submit(evaluations.draft("python", "print(6 * 7)")).id();
            Evaluation ended = evaluations.await(id, Duration.ofSeconds(30));

            assertThat(ended.status()).isEqualTo(EvaluationStatus.COMPLETED);
            assertThat(ended.outcome().stdout().text()).isEqualTo("42\n");
            assertThat(new Api(crucible.uri()).record(id.value()).get("output").asText())
                    .as("and the same over HTTP").isEqualTo("42\n");
        }
        assertThat(ServerProcess.processesNaming(folder.toString())).as("nothing is left behind").isEmpty();
    }

    @Test
    void it_need_not_listen_anywhere() {
        CrucibleConfig config = CrucibleConfig.of(Map.of("CRUCIBLE_HOME", folder.toString()));

        try (Crucible crucible = Crucible.startWithoutHttp(config)) {
            EvaluationService evaluations = crucible.evaluations();
            EvaluationId id = evaluations.submit(evaluations.draft("bash", "echo quiet")).id();

            assertThat(evaluations.await(id, Duration.ofSeconds(30)).outcome().stdout().text()).isEqualTo("quiet\n");
            assertThatThrownBy(crucible::uri).isInstanceOf(IllegalStateException.class);
        }
    }
}
