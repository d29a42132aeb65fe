package dev.crucible.app;

import static java.util.Objects.requireNonNull;

import dev.crucible.platform.http.EdgeKeys;
import dev.crucible.platform.http.ServiceAddress;
import dev.crucible.platform.http.TlsFiles;
import dev.crucible.platform.http.WireFormat;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which modules run in this process, where they listen for the others, and where the others are.
 *
 * @param modules those of this process; with all of them nothing but the gateway listens
 * @param ports where the modules listen beside the gateway
 * @param queueUrl where the queue is, or null when it is here
 * @param storageUrl where the storage is, or null when it is here
 * @param executorUrls where the workers answer for what they run; empty when they are here
 * @param keys secrets
 * @param wireFormat how this process writes to others
 * @param tls certificates of the modules' edges and of their clients, or null to speak in the clear
 */
public record SplitConfig(
        Set<ServerModule> modules,
        Ports ports,
        @Nullable URI queueUrl,
        @Nullable URI storageUrl,
        List<URI> executorUrls,
        Keys keys,
        WireFormat wireFormat,
        @Nullable TlsFiles tls) {

    /** Every module in this process. */
    public static final SplitConfig ONE_PROCESS = new SplitConfig(
            ServerModule.ALL, new Ports(8081, 8082, 8083, null), null, null, List.of(),
            new Keys(null, null, null, null, null), WireFormat.JSON, null);

    /**
     * TCP ports, 0 for any free one.
     *
     * @param sockets a folder for Unix sockets {@code queue.sock}, {@code storage.sock} and {@code worker.sock} besides, or null
     */
    public record Ports(int queue, int storage, int executor, @Nullable Path sockets) {}

    /**
     * The key of each edge, each of which defaults to the one that is good for all.
     *
     * @param all or null, when each edge has its own or none
     * @param queue of those who submit to the queue
     * @param worker of those who take tasks from the queue
     */
    public record Keys(
            @Nullable String all,
            @Nullable String queue,
            @Nullable String worker,
            @Nullable String storage,
            @Nullable String executor) {

        /** The key that an edge is called with, or null for none. */
        @Nullable String of(@Nullable String own) {
            return own == null ? all : own;
        }

        /** What opens an edge: its own key, and the one that is good for all. */
        EdgeKeys opening(@Nullable String... own) {
            List<@Nullable String> keys = new ArrayList<>(Arrays.asList(own));
            keys.add(all);
            return EdgeKeys.of(keys);
        }

        /** Never the keys. */
        @Override
        public String toString() {
            return "Keys[***]";
        }
    }

    public SplitConfig {
        modules = Set.copyOf(modules);
        requireNonNull(ports, "ports is null");
        executorUrls = List.copyOf(executorUrls);
        requireNonNull(keys, "keys is null");
        requireNonNull(wireFormat, "wireFormat is null");
    }

    boolean has(ServerModule module) {
        return modules.contains(module);
    }

    boolean oneProcess() {
        return modules.equals(ServerModule.ALL);
    }

    /** Another process, as this one calls it. */
    ServiceAddress at(URI uri, @Nullable String key) {
        return new ServiceAddress(uri, keys.of(key), wireFormat, tls);
    }
}
