package dev.crucible.executor.docker;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The real Docker engine that tests use: {@code TEST_DOCKER_HOST}, or else {@code DOCKER_HOST}. The first has no
 * {@code CRUCIBLE_} before it, because a server started by a test would refuse a setting that it does not know.
 */
final class TestDocker {
    static final String IMAGE = "crucible/base:bookworm";
    static final Language PYTHON = new Language(
            "python", "Python", List.of(), "main.py", List.of(), List.of("python3", "{file}"), List.of("python3", "--version"),
            IMAGE, Map.of("apt", "python3"), "", true);

    private TestDocker() {}

    /** Its address; skips the test, with the reason in its report, when there is none. */
    static String host() {
        Optional<String> host = Optional.ofNullable(System.getenv("TEST_DOCKER_HOST"))
                .or(() -> Optional.ofNullable(System.getenv("DOCKER_HOST")));
        assumeTrue(host.isPresent(), "no Docker engine: TEST_DOCKER_HOST and DOCKER_HOST are not set");
        return host.get();
    }

    static ExecutorConfig config(Path folder, String instance) {
        return new ExecutorConfig(folder, 4, host(), instance);
    }

    /** The same settings, with this Docker engine. */
    static ExecutorConfig reaching(ExecutorConfig config) {
        return new ExecutorConfig(
                config.folder(), config.maxConcurrent(), host(), config.instance(), config.mounts(), config.imagePull(),
                config.warm());
    }

    static ContainerEngine engine(Flavour flavour, ExecutorConfig config) {
        return switch (flavour) {
            case DOCKER -> ContainerEngine.docker(config, List.of(PYTHON));
            case GVISOR -> ContainerEngine.gvisor(config, List.of(PYTHON));
        };
    }

    static DockerClient client() {
        DefaultDockerClientConfig settings =
                DefaultDockerClientConfig.createDefaultConfigBuilder().withDockerHost(host()).build();
        return DockerClientImpl.getInstance(
                settings, new ZerodepDockerHttpClient.Builder().dockerHost(settings.getDockerHost()).build());
    }
}
