package dev.crucible.executor.docker;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Where the Docker engine listens: always a socket of this machine, because boxes share a file with us. */
record DockerAddress(Path socket) {
    private static final String SCHEME = "unix://";
    private static final DockerAddress USUAL = new DockerAddress(Path.of("/var/run/docker.sock"));

    DockerAddress {
        requireNonNull(socket, "socket is null");
    }

    /** @throws PlatformException {@code ENGINE_UNAVAILABLE} if {@code dockerHost} is not the path of a socket */
    static DockerAddress of(@Nullable String dockerHost) {
        if (dockerHost == null || dockerHost.isBlank()) {
            return USUAL;
        }
        String path = dockerHost.startsWith(SCHEME) ? dockerHost.substring(SCHEME.length()) : "";
        if (!path.startsWith("/")) {
            throw new PlatformException(
                    ErrorCode.ENGINE_UNAVAILABLE,
                    "DOCKER_HOST must be unix:// and the absolute path of a socket on this machine; an engine elsewhere"
                            + " (tcp://, ssh://) cannot be used.");
        }
        return new DockerAddress(Path.of(path));
    }

    String uri() {
        return SCHEME + socket;
    }

    /** How a person's {@code docker} command reaches this engine. */
    String command() {
        return equals(USUAL) ? "docker" : "docker --host " + uri();
    }
}
