package dev.crucible.executor.docker;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.Box;
import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes that are containers of a Docker engine on this machine, one new container for each run. Nothing is ever pulled:
 * an image that is not there makes its language unavailable.
 */
public final class ContainerEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEngine.class);

    private final Flavour flavour;
    private final ExecutorConfig config;
    private final List<Language> languages;
    private @Nullable ContainerYard yard;
    private boolean closed;

    private ContainerEngine(Flavour flavour, ExecutorConfig config, List<Language> languages) {
        this.flavour = flavour;
        this.config = requireNonNull(config, "config is null");
        this.languages = List.copyOf(languages);
    }

    /** The engine {@code docker}. Opens no connection yet. */
    public static ContainerEngine docker(ExecutorConfig config, List<Language> languages) {
        return new ContainerEngine(Flavour.DOCKER, config, languages);
    }

    /** The engine {@code gvisor}. Opens no connection yet. */
    public static ContainerEngine gvisor(ExecutorConfig config, List<Language> languages) {
        return new ContainerEngine(Flavour.GVISOR, config, languages);
    }

    @Override
    public String name() {
        return flavour.engine();
    }

    @Override
    public EngineStatus probe() {
        try {
            ContainerYard current = yard();
            EngineStatus status = new ContainerProbe(this, current).probe(languages);
            if (status.available()) {
                current.sweepOnce();
            }
            return status;
        } catch (PlatformException e) {
            return new EngineStatus(
                    flavour.engine(), false, null, String.valueOf(e.getMessage()),
                    "set DOCKER_HOST=unix:///var/run/docker.sock", List.of(), Map.of());
        }
    }

    @Override
    public Box open(BoxSpec spec) {
        String image = spec.language().image();
        if (image == null) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE,
                    "The language " + spec.language().name() + " has no container image.");
        }
        return yard().box(Shape.of(image, spec.limits()));
    }

    @Override
    public void sweep() {
        try {
            yard().sweepOnce();
        } catch (PlatformException e) {
            LOG.atDebug().addKeyValue("engine", flavour.engine())
                    .log("Nothing was swept, because Docker cannot be reached; it is done once it can: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        @Nullable ContainerYard last;
        synchronized (this) {
            closed = true;
            last = yard;
            yard = null;
        }
        if (last != null) {
            last.close();
        }
    }

    private synchronized ContainerYard yard() {
        if (closed) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "The engine " + flavour.engine() + " is closed.");
        }
        if (yard == null) {
            yard = new ContainerYard(flavour, config, DockerAddress.of(config.dockerHost()));
        }
        return yard;
    }
}
