package dev.crucible.app;

import dev.crucible.platform.http.WireFormat;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The settings of a platform whose modules are processes of their own. */
final class ModuleSettings {
    private static final int HIGHEST_PORT = 65_535;

    static final Setting<Set<ServerModule>> MODULES = plain(
            "MODULES", "The modules of this process; the others are found by the addresses below.",
            "any of api, queue, storage, worker, parted by commas", "api,queue,storage,worker", ServerModule::parse);
    static final Setting<Integer> QUEUE_PORT = port("QUEUE_PORT", "the queue", 8081);
    static final Setting<Integer> STORAGE_PORT = port("STORAGE_PORT", "the storage", 8082);
    static final Setting<Integer> EXECUTOR_PORT = port("EXECUTOR_PORT", "the worker", 8083);
    static final Setting<@Nullable Path> SOCKET_FOLDER = new Setting<>(
            "SOCKET_FOLDER", "A folder where this process's modules listen on Unix sockets besides: queue.sock, storage.sock, worker.sock.",
            "a folder that is there", "none", host -> null, SettingParsers::folder, false);
    static final Setting<@Nullable URI> QUEUE_SERVICE_URL = url("QUEUE_SERVICE_URL", "Where the queue is, when it is not here.");
    static final Setting<@Nullable URI> STORAGE_SERVICE_URL =
            url("STORAGE_SERVICE_URL", "Where the storage is, when it is not here.");
    static final Setting<List<URI>> EXECUTOR_URLS = new Setting<>(
            "EXECUTOR_URLS", "Where the workers are, when none is here: for live logs, kill and the list of engines.",
            "addresses like the ones above, parted by commas", "none", host -> null, SettingParsers::services, false);
    static final Setting<@Nullable String> INTERNAL_API_KEY =
            key("INTERNAL_API_KEY", "A key that opens every module, and that this process shows to the others.");
    static final Setting<@Nullable String> QUEUE_API_KEY = key("QUEUE_API_KEY", "The key of who submits to the queue.");
    static final Setting<@Nullable String> WORKER_API_KEY = key("WORKER_API_KEY", "The key of who takes tasks from the queue.");
    static final Setting<@Nullable String> STORAGE_API_KEY = key("STORAGE_API_KEY", "The key of the storage.");
    static final Setting<@Nullable String> EXECUTOR_API_KEY = key("EXECUTOR_API_KEY", "The key of the workers.");
    static final Setting<WireFormat> WIRE_FORMAT = plain(
            "WIRE_FORMAT", "How this process writes to other modules; they read both.", "json, msgpack", "json",
            SettingParsers::wireFormat);
    static final Setting<@Nullable Path> CLIENT_CERT = file(
            "CLIENT_CERT", "This process's certificate towards other modules, in either direction; with it, modules speak TLS.");
    static final Setting<@Nullable Path> CLIENT_KEY = file("CLIENT_KEY", "Its private key, as PKCS#8.");
    static final Setting<@Nullable Path> CA_CERT =
            file("CA_CERT", "The authority that the other modules' certificates must come from.");

    static final List<Setting<?>> ALL = List.of(
            MODULES, QUEUE_PORT, STORAGE_PORT, EXECUTOR_PORT, SOCKET_FOLDER, QUEUE_SERVICE_URL, STORAGE_SERVICE_URL,
            EXECUTOR_URLS, INTERNAL_API_KEY, QUEUE_API_KEY, WORKER_API_KEY, STORAGE_API_KEY, EXECUTOR_API_KEY, WIRE_FORMAT,
            CLIENT_CERT, CLIENT_KEY, CA_CERT);

    private ModuleSettings() {}

    private static Setting<Integer> port(String name, String whose, int port) {
        return plain(name, "The port of " + whose + ", when it is a process of its own.", "0 to 65535; 0 takes any free one",
                Integer.toString(port), text -> SettingParsers.whole(text, 0, HIGHEST_PORT));
    }

    private static Setting<@Nullable URI> url(String name, String description) {
        return new Setting<>(name, description, "http://host:port, https://host:port or unix:/path/of/the/socket", "none",
                host -> null, SettingParsers::service, false);
    }

    private static Setting<@Nullable String> key(String name, String description) {
        return new Setting<>(name, description + " A secret.", "16 to 256 visible ASCII characters", "none", host -> null,
                SettingParsers::key, true);
    }

    private static Setting<@Nullable Path> file(String name, String description) {
        return new Setting<>(name, description, "a PEM file", "none", host -> null, SettingParsers::file, false);
    }

    private static <T> Setting<T> plain(
            String name, String description, String allowed, String value, Function<String, T> parser) {
        return new Setting<>(name, description, allowed, value, host -> value, parser, false);
    }
}
