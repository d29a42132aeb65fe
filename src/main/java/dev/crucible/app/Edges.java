package dev.crucible.app;

import dev.crucible.events.EventBus;
import dev.crucible.events.http.EventRoutes;
import dev.crucible.executor.CodeExecutor;
import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.http.ExecutorEdge;
import dev.crucible.kernel.Part;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.HttpServerConfig;
import dev.crucible.queue.TaskQueue;
import dev.crucible.queue.http.QueueKeys;
import dev.crucible.queue.http.QueueService;
import dev.crucible.queue.http.TaskDefaults;
import dev.crucible.storage.EvaluationStore;
import dev.crucible.storage.OutputStore;
import dev.crucible.storage.http.StorageService;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where the modules of this process listen for other processes. With every module here, nowhere. */
final class Edges {
    private static final Duration STOP_WAIT = Duration.ofSeconds(5);
    private static final String LANGUAGE = "python";

    private final CrucibleConfig config;
    private final InstantSource clock;
    private final Map<String, Supplier<URI>> uris = new LinkedHashMap<>();

    Edges(CrucibleConfig config, InstantSource clock) {
        this.config = config;
        this.clock = clock;
    }

    /** By the module's name, with the real ports; of those that have been started. */
    Map<String, URI> uris() {
        Map<String, URI> started = new LinkedHashMap<>();
        uris.forEach((module, uri) -> started.put(module, uri.get()));
        return started;
    }

    /** The storage's, with the bus of events. */
    Optional<Part> storage(EvaluationStore store, OutputStore outputs, EventBus events) {
        return edge(ServerModule.STORAGE, config.split().ports().storage(), server -> {
            StorageService service = new StorageService(
                    server, Crucible.version(), store, outputs,
                    config.split().keys().opening(config.split().keys().storage()), clock,
                    List.of(new EventRoutes(events)));
            uris.put(ServerModule.STORAGE.word(), service::uri);
            return service;
        });
    }

    /** The queue's. @param outputs where plain reports keep what is too long for a record */
    Optional<Part> queue(TaskQueue queue, OutputStore outputs) {
        return edge(ServerModule.QUEUE, config.split().ports().queue(), server -> {
            SplitConfig.Keys keys = config.split().keys();
            QueueService service = new QueueService(
                    server, Crucible.version(), queue,
                    new QueueKeys(given(keys.queue()), given(keys.worker()), given(keys.all())), taskDefaults(),
                    outputs::put, Optional::empty, clock);
            uris.put(ServerModule.QUEUE.word(), service::uri);
            return service;
        });
    }

    /** The worker's: what it runs, and running code without the queue. */
    Optional<Part> worker(CodeExecutor executor) {
        return edge(ServerModule.WORKER, config.split().ports().executor(), server -> {
            ExecutorEdge service = new ExecutorEdge(
                    server, Crucible.version(), executor, config.split().keys().opening(config.split().keys().executor()),
                    config.maxLimits(), clock);
            uris.put(ServerModule.WORKER.word(), service::uri);
            return service;
        });
    }

    /** The queue knows no engines; whoever names none is content with the one that every host has. */
    private TaskDefaults taskDefaults() {
        List<String> engines = ExecutorConfig.STRONGEST_FIRST;
        String engine = engines.contains(config.defaultEngine()) ? config.defaultEngine() : engines.get(engines.size() - 1);
        return new TaskDefaults(LANGUAGE, engine, Limits.DEFAULTS, config.maxLimits());
    }

    /** How a module's edge is made. */
    @FunctionalInterface
    private interface Maker {
        Part make(HttpServerConfig server);
    }

    private Optional<Part> edge(ServerModule module, int port, Maker maker) {
        if (config.split().oneProcess()) {
            return Optional.empty();
        }
        Path sockets = config.split().ports().sockets();
        return Optional.of(maker.make(new HttpServerConfig(
                config.host(), port, config.hostNames(), STOP_WAIT, sockets == null ? null : sockets.resolve(module.word() + ".sock"),
                config.split().tls())));
    }

    private static List<String> given(@Nullable String key) {
        return Stream.ofNullable(key).toList();
    }
}
