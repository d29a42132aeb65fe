package dev.crucible.executor.docker;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineContract;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Languages;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Tag;

/** The contract of every engine, for containers of a real Docker engine. */
@Tag("docker")
abstract class ContainerContract extends EngineContract {
    abstract Flavour flavour();

    @Override
    protected Engine engine(ExecutorConfig config, Languages languages) {
        ExecutorConfig here =
                new ExecutorConfig(config.folder(), config.maxConcurrent(), TestDocker.host(), instance(config));
        return switch (flavour()) {
            case DOCKER -> ContainerEngine.docker(here, languages.all());
            case GVISOR -> ContainerEngine.gvisor(here, languages.all());
        };
    }

    @Override
    protected void assertNothingIsLeft(ExecutorConfig config) {
        try (DockerClient docker = TestDocker.client()) {
            assertThat(docker.listContainersCmd().withShowAll(true)
                            .withLabelFilter(Map.of(ContainerSpec.INSTANCE_LABEL, instance(config))).exec())
                    .isEmpty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        String name = "crucible-" + instance(config);
        assertThat(ProcessHandle.allProcesses()
                        .filter(process -> process.info().commandLine().orElse("").contains(name)))
                .isEmpty();
    }

    private String instance(ExecutorConfig config) {
        return config.instance() + flavour().engine();
    }
}
