package dev.crucible.executor.docker;

import static java.util.Objects.requireNonNull;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.exception.ConflictException;
import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Looks at the images of a Docker engine on this machine, and makes them where no registry has them. */
public final class ImageWorkshop implements AutoCloseable {
    private static final Duration IMPORT_WAIT = Duration.ofMinutes(10);
    private static final List<String> SEARCHED = List.of("/usr/sbin", "/sbin", "/usr/bin", "/bin", "/usr/local/sbin");

    private final DockerAddress address;
    private final DockerClient docker;

    /** An image that is there. */
    public record Found(String id, long bytes) {
        public Found {
            requireNonNull(id, "id is null");
        }
    }

    /**
     * @param dockerHost {@code unix:///…}, or null for the usual place
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if no Docker engine answers there
     */
    public ImageWorkshop(@Nullable String dockerHost) {
        this.address = DockerAddress.of(dockerHost);
        if (!Files.isWritable(address.socket())) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE,
                    "No Docker engine that this user may use listens at " + address.uri() + "; set DOCKER_HOST to its socket.");
        }
        DefaultDockerClientConfig settings = DefaultDockerClientConfig.createDefaultConfigBuilder()
                .withDockerHost(address.uri())
                .withDockerTlsVerify(false)
                .build();
        this.docker = DockerClientImpl.getInstance(settings, new ZerodepDockerHttpClient.Builder()
                .dockerHost(settings.getDockerHost())
                .responseTimeout(IMPORT_WAIT)
                .build());
    }

    /** What is there under a name. */
    public Optional<Found> find(String image) {
        try {
            InspectImageResponse found = docker.inspectImageCmd(image).exec();
            Long size = found.getSize();
            return Optional.of(new Found(Objects.requireNonNull(found.getId()), size == null ? 0 : size));
        } catch (NotFoundException e) {
            return Optional.empty();
        } catch (RuntimeException e) {
            throw failed("The Docker engine at " + address.uri() + " does not answer", e);
        }
    }

    /** What is missing on this host to {@link #build}, and what to type instead or before; empty when nothing is. */
    public Optional<String> obstacle(String image, List<String> packages) {
        boolean root = "root".equals(System.getProperty("user.name"));
        boolean debootstrap = SEARCHED.stream().anyMatch(folder -> Files.isExecutable(Path.of(folder, "debootstrap")));
        if (root && debootstrap) {
            return Optional.empty();
        }
        String instead = " Or, where Docker reaches a registry: " + dockerBuild(address, image, packages);
        return Optional.of((root
                ? "There is no debootstrap here. Type: apt-get install -y debootstrap"
                : "Only root can make the root of an image. Put sudo before the command.") + instead);
    }

    /** The command that makes an image from Debian's own, for who can reach a registry. */
    static String dockerBuild(DockerAddress address, String image, List<String> packages) {
        return "printf 'FROM debian:bookworm-slim\\nRUN apt-get update && apt-get install -y --no-install-recommends "
                + String.join(" ", packages) + "\\n' | " + address.command() + " build --tag " + image + " -";
    }

    /**
     * Makes an image of a minimal Debian with some packages; what bore its name before is removed unless it is in use.
     * When the calling thread is interrupted or the process ends, nothing is left but what Docker had before.
     *
     * @param suite Debian's, such as {@code bookworm}
     * @param image its name and tag
     * @param progress told each step, and the end of what a failed step said
     * @throws PlatformException {@code EXECUTOR_UNAVAILABLE} if it cannot be made
     */
    public Found build(String suite, String image, List<String> packages, Consumer<String> progress) {
        Optional<Found> before = find(image);
        try (DebianImage debian = DebianImage.make(suite, image, packages, progress);
                InputStream tar = Files.newInputStream(debian.tar())) {
            progress.accept("loading " + image);
            docker.loadImageCmd(tar).exec();
        } catch (IOException e) {
            throw failed("The image " + image + " could not be made", e);
        }
        Found made = find(image).orElseThrow(() -> new PlatformException(
                ErrorCode.EXECUTOR_UNAVAILABLE, "The Docker engine took the image " + image + " and does not have it."));
        before.filter(old -> !old.id().equals(made.id())).ifPresent(old -> removeUnused(old.id()));
        return made;
    }

    private void removeUnused(String id) {
        try {
            docker.removeImageCmd(id).exec();
        } catch (ConflictException | NotFoundException e) {
            // Another name or a container still needs it, or it is gone already: either is right.
            return;
        }
    }

    @Override
    public void close() {
        try {
            docker.close();
        } catch (IOException e) {
            throw failed("The connection to Docker did not close", e);
        }
    }

    private static PlatformException failed(String what, Exception cause) {
        return new PlatformException(ErrorCode.EXECUTOR_UNAVAILABLE, what + ": " + cause.getMessage(), cause);
    }
}
