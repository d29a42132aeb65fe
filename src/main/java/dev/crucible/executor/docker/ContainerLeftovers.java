package dev.crucible.executor.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.crucible.executor.ExecutorConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/** Looks for containers that an executor has left, without the engines that made them. */
public final class ContainerLeftovers {
    private ContainerLeftovers() {}

    /** Containers of the executor's instance, running or not; none where there is no Docker engine to ask. */
    public static List<String> of(ExecutorConfig config) {
        DockerAddress address = DockerAddress.of(config.dockerHost());
        if (!Files.isWritable(address.socket())) {
            return List.of();
        }
        DefaultDockerClientConfig settings = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.uri())
                .withDockerTlsVerify(false)
                .build();
        try (DockerClient docker = DockerClientImpl.getInstance(
                settings, new ZerodepDockerHttpClient.Builder().dockerHost(settings.getDockerHost()).build())) {
            return docker.listContainersCmd().withShowAll(true)
                    .withLabelFilter(Map.of(ContainerSpec.INSTANCE_LABEL, config.instance()))
                    .exec().stream()
                    .map(container -> "the container " + container.getId() + ", " + container.getStatus())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
