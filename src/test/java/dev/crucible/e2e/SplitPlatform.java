package dev.crucible.e2e;

import dev.crucible.platform.db.EmbeddedPostgres;
import dev.crucible.testing.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The platform as four processes on fixed ports, each edge with a key of its own, on a PostgreSQL that nobody kills. A
 * process that was killed can be started again where it was.
 */
final class SplitPlatform implements AutoCloseable {
    /** A module of its own. */
    enum Module { STORAGE, QUEUE, WORKER, API }

    private final Path folder;
    private final Map<String, String> settings;
    private final Map<Module, Integer> ports = new EnumMap<>(Module.class);
    private final Map<Module, ServerProcess> processes = new EnumMap<>(Module.class);
    private final String queueDatabase = databaseUrl();
    private final String storageDatabase = databaseUrl();

    /** @param settings of every process, on top of what makes them one platform */
    SplitPlatform(Path folder, Map<String, String> settings) {
        this.folder = folder;
        this.settings = Map.copyOf(settings);
        ServerProcess.letPass(folder);
        for (Module module : Module.values()) {
            ports.put(module, freePort());
        }
    }

    SplitPlatform start() {
        for (Module module : Module.values()) {
            start(module);
        }
        return this;
    }

    void start(Module module) {
        try {
            Path home = Files.createDirectories(folder.resolve(module.name().toLowerCase()));
            processes.put(module, ServerProcess.start(home, environment(module)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9}. */
    void kill(Module module) {
        process(module).killJvm();
    }

    /** Stops it as an operator does, and starts it again. */
    void restart(Module module) {
        process(module).terminate();
        start(module);
    }

    ServerProcess process(Module module) {
        return processes.get(module);
    }

    Api api() {
        return process(Module.API).api();
    }

    private Map<String, String> environment(Module module) {
        Map<String, String> environment = new HashMap<>(settings);
        environment.put("MODULES", module.name().toLowerCase());
        environment.put("PORT", port(Module.API));
        environment.put("QUEUE_PORT", port(Module.QUEUE));
        environment.put("STORAGE_PORT", port(Module.STORAGE));
        environment.put("EXECUTOR_PORT", port(Module.WORKER));
        keys(module).forEach(name -> environment.put(name, "key-of-the-edge-" + name));
        if (module == Module.QUEUE || module == Module.STORAGE) {
            environment.put("DATABASE_URL", module == Module.QUEUE ? queueDatabase : storageDatabase);
        }
        if (module == Module.API || module == Module.WORKER) {
            environment.put("QUEUE_SERVICE_URL", url(Module.QUEUE));
        }
        if (module != Module.STORAGE) {
            environment.put("STORAGE_SERVICE_URL", url(Module.STORAGE));
        }
        if (module == Module.API) {
            environment.put("EXECUTOR_URLS", url(Module.WORKER));
        }
        return environment;
    }

    /** Those of its own edge and of the edges it calls, and no others. */
    private static List<String> keys(Module module) {
        return switch (module) {
            case STORAGE -> List.of("STORAGE_API_KEY");
            case QUEUE -> List.of("QUEUE_API_KEY", "WORKER_API_KEY", "STORAGE_API_KEY");
            case WORKER -> List.of("WORKER_API_KEY", "STORAGE_API_KEY", "EXECUTOR_API_KEY");
            case API -> List.of("QUEUE_API_KEY", "STORAGE_API_KEY", "EXECUTOR_API_KEY");
        };
    }

    private String port(Module module) {
        return Integer.toString(ports.get(module));
    }

    String url(Module module) {
        return "http://127.0.0.1:" + port(module);
    }

    private static String databaseUrl() {
        EmbeddedPostgres server = TestDatabase.server();
        String url = server.jdbcUrl(TestDatabase.create());
        return url + (url.contains("?") ? "&" : "?") + "user=" + server.user() + "&password=" + server.password();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Module module : List.of(Module.API, Module.WORKER, Module.QUEUE, Module.STORAGE)) {
            ServerProcess process = processes.get(module);
            if (process != null) {
                process.close();
            }
        }
    }
}
