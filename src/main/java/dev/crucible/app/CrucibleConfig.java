package dev.crucible.app;

import static java.util.Objects.requireNonNull;

import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.queue.QueueConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Every setting of the server, checked. {@link ConfigSource} reads it from flags, the environment and a file.
 *
 * @param home the data folder, absolute
 * @param host the address to listen on: one of this machine's loopback addresses, unless every edge has keys
 * @param hostNames names besides its address under which it is called
 * @param port 0 for any free one
 * @param databaseUrl a PostgreSQL to use ({@code postgresql://user:password@host/db} or JDBC), or null for the embedded
 *     one; a secret
 * @param defaultEngine an engine's name, or {@code auto} for the strongest that works
 * @param workers evaluations that run at once
 * @param maxLimits what a submission may ask for at most
 * @param dockerHost {@code unix:///…} of the Docker engine, or null for its usual place
 * @param guests what programs find in their sandboxes
 * @param shutdownGrace how long running work may go on after SIGTERM
 * @param split which modules run here, and where the others are
 * @param logLevel {@code ERROR}, {@code WARN}, {@code INFO}, {@code DEBUG} or {@code TRACE}
 */
public record CrucibleConfig(
        Path home,
        String host,
        Set<String> hostNames,
        int port,
        @Nullable String databaseUrl,
        String defaultEngine,
        int workers,
        Limits maxLimits,
        QueueConfig queue,
        @Nullable String dockerHost,
        GuestConfig guests,
        Duration shutdownGrace,
        SplitConfig split,
        String logLevel) {
    public CrucibleConfig {
        requireNonNull(home, "home is null");
        requireNonNull(host, "host is null");
        hostNames = Set.copyOf(hostNames);
        requireNonNull(defaultEngine, "defaultEngine is null");
        requireNonNull(maxLimits, "maxLimits is null");
        requireNonNull(queue, "queue is null");
        requireNonNull(guests, "guests is null");
        requireNonNull(shutdownGrace, "shutdownGrace is null");
        requireNonNull(split, "split is null");
        requireNonNull(logLevel, "logLevel is null");
        if (port < 0 || port > 65_535 || workers < 1 || shutdownGrace.isNegative()) {
            throw new IllegalArgumentException("port, workers or shutdownGrace is out of range");
        }
    }

    /**
     * The defaults, with some settings changed: for a program that embeds the server. Neither the environment nor a
     * file is looked at.
     *
     * @param settings by the names of the README's table, such as {@code CRUCIBLE_HOME} and {@code PORT}
     * @throws InvalidConfigException listing everything that is wrong
     */
    public static CrucibleConfig of(Map<String, String> settings) {
        return ConfigSource.embedded(settings, HostFacts.ofThisMachine()).config();
    }

    /** Whether it listens beyond this machine. */
    public boolean reachableFromOutside() {
        return !SettingParsers.isLoopback(host);
    }

    /** Everything but the database's address, which holds a password. */
    @Override
    public String toString() {
        return "CrucibleConfig[home=" + home + ", host=" + host + ", hostNames=" + hostNames + ", port=" + port + ", databaseUrl="
                + (databaseUrl == null ? "embedded" : "***") + ", defaultEngine=" + defaultEngine + ", workers="
                + workers + ", maxLimits=" + maxLimits + ", queue=" + queue + ", dockerHost=" + dockerHost
                + ", guests=" + guests + ", shutdownGrace=" + shutdownGrace + ", split=" + split + ", logLevel=" + logLevel + "]";
    }
}
