package dev.crucible.app;

import static java.util.Objects.requireNonNull;

import dev.crucible.api.ApiConfig;
import dev.crucible.api.EvaluationService;
import dev.crucible.api.Reconciler;
import dev.crucible.api.http.Gateway;
import dev.crucible.api.http.GatewayConfig;
import dev.crucible.dispatch.DispatchConfig;
import dev.crucible.dispatch.Dispatcher;
import dev.crucible.events.EventBus;
import dev.crucible.events.EventsModule;
import dev.crucible.events.LocalEventBus;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.Engine;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ExecutorModule;
import dev.crucible.executor.ExecutorPart;
import dev.crucible.executor.Languages;
import dev.crucible.executor.docker.ContainerEngine;
import dev.crucible.executor.sandbox.SandboxEngine;
import dev.crucible.kernel.EvaluationIds;
import dev.crucible.kernel.Part;
import dev.crucible.lifecycle.EvaluationLifecycle;
import dev.crucible.platform.db.Database;
import dev.crucible.platform.db.EmbeddedPostgres;
import dev.crucible.platform.db.Migrator;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.queue.LocalTaskQueue;
import dev.crucible.queue.QueueModule;
import dev.crucible.queue.TaskQueue;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.StorageModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole platform in one object, and the one place where its parts are made and joined. Embed it with
 * {@code try (Crucible crucible = Crucible.start(config)) { … }}; {@code serve} does no more than that.
 *
 * <p>Thread-safe once started.
 */
public final class Crucible implements RunningServer {
    private static final Logger LOG = LoggerFactory.getLogger(Crucible.class);
    private static final String ONE_PROCESS = "one-process";
    private static final String SPLIT = "split";
    private static final Consumer<String> LOGGED = step -> LOG.atInfo().addKeyValue("step", step).log("Starting");
    private static final Duration HTTP_STOP_WAIT = Duration.ofSeconds(5);

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private final Edges edges;
    private final @Nullable EvaluationService evaluations;
    private final @Nullable Gateway gateway;

    /**
     * Starts the platform and returns when it is ready.
     *
     * @throws dev.crucible.kernel.PlatformException saying what to do, if a part cannot be started; nothing is left
     *     running
     */
    public static Crucible start(CrucibleConfig config) {
        return start(config, LOGGED);
    }

    /** Like {@link #start(CrucibleConfig)}; {@code progress} is told in a few words what is being done. */
    public static Crucible start(CrucibleConfig config, Consumer<String> progress) {
        return new Crucible(
                requireNonNull(config, "config is null"), requireNonNull(progress, "progress is null"), true);
    }

    /** Like {@link #start(CrucibleConfig)}, but listens nowhere: for a program that needs {@link #evaluations()} alone. */
    public static Crucible startWithoutHttp(CrucibleConfig config) {
        return new Crucible(requireNonNull(config, "config is null"), LOGGED, false);
    }

    /**
     * Looks which engines work on this machine and runs programs against their limits, without a server. Takes seconds. Works beside a running
     * server: what it makes bears a name of its own.
     */
    public static List<EngineStatus> probeEngines(CrucibleConfig config) {
        try {
            Path folder = Files.createTempDirectory("crucible-probe");
            try (ExecutorPart executor =
                    executor(config, folder, DataFolder.randomName(), InstantSource.system())) {
                return executor.prove();
            } finally {
                DataFolder.delete(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the engines could not be tried in a temporary folder", e);
        }
    }

    private Crucible(CrucibleConfig config, Consumer<String> progress, boolean http) {
        InstantSource clock = InstantSource.system();
        SplitConfig split = config.split();
        this.edges = new Edges(config, clock);
        try {
            DataFolder.prepare(config.home());
            own(DataFolder.lock(config.home()));
            Neighbours neighbours = new Neighbours(split, progress);
            @Nullable CodeExecutor executor = executor(config, neighbours, progress, clock);
            Database database = split.has(ServerModule.STORAGE) || split.has(ServerModule.QUEUE)
                    ? database(config, progress) : null;
            neighbours.awaitStorage();
            Records records = records(config, database, neighbours, clock);
            EvaluationLifecycle lifecycle = new EvaluationLifecycle(
                    records.store(), records.events(), clock, split.has(ServerModule.QUEUE));
            if (split.has(ServerModule.STORAGE)) {
                lifecycle.republish();
            }
            neighbours.awaitQueue();
            @Nullable TaskQueue queue = queue(config, database, records, lifecycle, neighbours, progress, clock);
            this.evaluations = !split.has(ServerModule.API) ? null : own(new EvaluationService(
                    new ApiConfig(config.defaultEngine(), config.maxLimits(), config.queue().capacity()),
                    lifecycle, requireNonNull(queue), records.store(), records.outputs(), requireNonNull(executor), new EvaluationIds(clock), clock));
            if (split.has(ServerModule.API)) {
                start(new Reconciler(records.store(), requireNonNull(queue), clock));
            }
            if (split.has(ServerModule.WORKER)) {
                TaskQueue tasks = split.has(ServerModule.QUEUE) ? requireNonNull(queue) : own(neighbours.workersQueue());
                start(new Dispatcher(
                        new DispatchConfig(
                                DataFolder.instance(config.home()), config.workers(), config.queue().lease(),
                                config.shutdownGrace()),
                        tasks, requireNonNull(executor), lifecycle, records.outputs(), records.events()));
            }
            this.gateway = evaluations == null || !http ? null : start(new Gateway(
                    new GatewayConfig(
                            new HttpServerConfig(config.host(), config.port(), config.hostNames(), HTTP_STOP_WAIT),
                            version(), split.oneProcess() ? ONE_PROCESS : SPLIT, GatewayConfig.WEB_ROOT),
                    evaluations, requireNonNull(queue), records.store(), records.outputs(), records.events(), requireNonNull(executor), clock));
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    /** What is kept of evaluations, here or in another process. */
    private record Records(EvaluationStore store, OutputStore outputs, EventBus events) {}

    /** Null where nobody needs one. */
    private @Nullable CodeExecutor executor(
            CrucibleConfig config, Neighbours neighbours, Consumer<String> progress, InstantSource clock) {
        if (!config.split().has(ServerModule.WORKER)) {
            return config.split().has(ServerModule.API) ? start(neighbours.executors()) : null;
        }
        progress.accept("looking at the engines");
        ExecutorPart executor = start(executor(
                config, config.home().resolve("executor"), DataFolder.instance(config.home()), clock));
        edges.worker(executor).ifPresent(this::start);
        return executor;
    }

    private Records records(
            CrucibleConfig config, @Nullable Database database, Neighbours neighbours, InstantSource clock) {
        if (!config.split().has(ServerModule.STORAGE)) {
            return new Records(own(neighbours.store()), own(neighbours.outputs()), start(neighbours.events()));
        }
        Database own = requireNonNull(database);
        EvaluationStore store = own(StorageModule.postgres(own, clock));
        OutputStore outputs = StorageModule.files(config.home().resolve("outputs"));
        LocalEventBus events = start(EventsModule.durable(own));
        edges.storage(store, outputs, events).ifPresent(this::start);
        return new Records(store, outputs, events);
    }

    /** A queue and records that share a database settle in one transaction. Null where nobody submits. */
    private @Nullable TaskQueue queue(
            CrucibleConfig config,
            @Nullable Database database,
            Records records,
            EvaluationLifecycle lifecycle,
            Neighbours neighbours,
            Consumer<String> progress,
            InstantSource clock) {
        if (!config.split().has(ServerModule.QUEUE)) {
            return config.split().has(ServerModule.API) ? own(neighbours.queue()) : null;
        }
        progress.accept("loading the queue");
        Database own = requireNonNull(database);
        LocalTaskQueue queue = start(config.split().has(ServerModule.STORAGE)
                ? QueueModule.journaled(config.queue(), own, lifecycle, clock)
                : QueueModule.journaledApart(config.queue(), own, lifecycle, clock));
        edges.queue(queue, records.outputs()).ifPresent(this::start);
        return queue;
    }

    private static ExecutorPart executor(CrucibleConfig config, Path folder, String instance, InstantSource clock) {
        Languages languages = Languages.load(config.guests().languagesFile());
        ExecutorConfig settings = new ExecutorConfig(
                folder, config.workers(), config.dockerHost(), instance, config.guests().mounts(),
                config.guests().imagePull(), config.guests().warm());
        return ExecutorModule.local(settings, engines(settings, languages), languages, clock);
    }

    /** An executor with the one engine of that name; with none where this build has no such engine. */
    static ExecutorPart executorOf(ExecutorConfig settings, String engine) {
        Languages languages = Languages.load();
        List<Engine> named = engines(settings, languages).stream().filter(each -> each.name().equals(engine)).toList();
        return ExecutorModule.local(settings, named, languages, InstantSource.system());
    }

    private static List<Engine> engines(ExecutorConfig settings, Languages languages) {
        return List.of(
                ContainerEngine.gvisor(settings, languages.all()),
                ContainerEngine.docker(settings, languages.all()),
                new SandboxEngine(settings, languages));
    }

    private Database database(CrucibleConfig config, Consumer<String> progress) {
        Database database;
        if (config.databaseUrl() == null) {
            progress.accept("starting the embedded database");
            database = own(start(new EmbeddedPostgres(config.home().resolve("postgres"))).connect());
        } else {
            progress.accept("connecting to the database");
            database = own(Database.connect(config.databaseUrl()));
        }
        Migrator.migrate(database);
        return database;
    }

    private <T extends Part> T start(T part) {
        own(part).start();
        return part;
    }

    private <T extends AutoCloseable> T own(T part) {
        parts.push(part);
        return part;
    }

    /**
     * The evaluations: submit, find, list, cancel, without HTTP in between.
     *
     * @throws IllegalStateException if the api is no module of this process
     */
    public EvaluationService evaluations() {
        if (evaluations == null) {
            throw new IllegalStateException("the api is no module of this process");
        }
        return evaluations;
    }

    @Override
    public Optional<URI> dashboard() {
        return Optional.ofNullable(gateway).map(Gateway::uri);
    }

    /** @throws IllegalStateException if it was started without HTTP */
    public URI uri() {
        return dashboard().orElseThrow(() -> new IllegalStateException("it was started without HTTP or without the api"));
    }

    @Override
    public Map<String, URI> services() {
        return edges.uris();
    }

    @Override
    public String engineSummary() {
        return evaluations().catalog().defaultReason();
    }

    /** The version of this build, {@code development} outside a jar. */
    static String version() {
        String version = Crucible.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Stops intake, lets running work finish within the grace time, hands the rest back, and closes every part. */
    @Override
    public void close() {
        while (!parts.isEmpty()) {
            AutoCloseable part = parts.pop();
            try {
                part.close();
            } catch (Exception e) {
                LOG.atWarn().setCause(e).addKeyValue("part", part.getClass().getSimpleName())
                        .log("A part did not close cleanly; the others are closed all the same");
            }
        }
    }
}
