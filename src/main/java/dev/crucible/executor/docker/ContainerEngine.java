package dev.crucible.executor.docker;

import static java.util.Objects.requireNonNull;

import dev.crucible.executor.Box;
import dev.crucible.executor.BoxSpec;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.Language;
import dev.crucible.executor.Patience;
import dev.crucible.executor.PoolFigures;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Boxes that are containers of a Docker engine on this machine, each for one run after the other, made from the images that
 * the languages list and from no other. One that is not there makes its language unavailable; it is pulled only where
 * the administrator allowed that.
 */
public final class ContainerEngine implements Engine {
    private static final Logger LOG = LoggerFactory.getLogger(ContainerEngine.class);

    private final Flavour flavour;
    private final ExecutorConfig config;
    private final List<Language> languages;
    private Patience patience = new Patience();
    private @Nullable ContainerYard yard;
    private @Nullable Images images;
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
            EngineStatus status = new ContainerProbe(this, current, images(current)).probe(languages);
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
        ContainerYard current = yard();
        Shape shape = Shape.of(
                images(current).pinned(image), config.warm() && spec.language().fork(), spec.limits());
        return spec.ours() ? current.freshBox(shape) : current.box(shape, spec.isolation());
    }

    @Override
    public synchronized void heed(Patience patience) {
        this.patience = requireNonNull(patience, "patience is null");
    }

    @Override
    public @Nullable PoolFigures pool() {
        @Nullable ContainerYard current;
        synchronized (this) {
            current = yard;
        }
        return current == null ? null : current.figures();
    }

    @Override
    public void sweep() {
        try {
            yard().sweep();
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

    private synchronized Images images(ContainerYard current) {
        if (images == null) {
            images = new Images(current.docker(), languages, config.imagePull());
        }
        return images;
    }

    private synchronized ContainerYard yard() {
        if (closed) {
            throw new PlatformException(
                    ErrorCode.EXECUTOR_UNAVAILABLE, "The engine " + flavour.engine() + " is closed.");
        }
        if (yard == null) {
            Language interpreter = languages.stream().filter(Language::fork).findFirst().orElse(null);
            yard = new ContainerYard(flavour, config, DockerAddress.of(config.dockerHost()), interpreter, patience);
        }
        return yard;
    }
}
