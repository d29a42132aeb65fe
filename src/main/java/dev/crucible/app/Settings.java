package dev.crucible.app;

import dev.crucible.executor.ExecutorConfig;
import dev.crucible.executor.ImagePull;
import dev.crucible.kernel.Quantity;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Every setting there is, in the order in which a person should meet them. */
public final class Settings {
    private static final long MEBIBYTE = 1L << 20;
    private static final List<String> LOG_LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

    static final Setting<Path> HOME = new Setting<>(
            "CRUCIBLE_HOME", "The data folder: database, outputs, sandboxes. Made for its owner alone.", "a folder",
            "root: `/var/lib/crucible`; others: `$XDG_DATA_HOME/crucible`, else `~/.crucible`",
            host -> (host.root() ? Path.of("/var/lib/crucible") : host.userHome().resolve(".crucible")).toString(),
            SettingParsers::folder, false);
    static final Setting<String> HOST = plain(
            "HOST", "The address to listen on.",
            "a loopback address: 127.0.0.1, ::1 or localhost; for modules with keys and without the api any other",
            "127.0.0.1", SettingParsers::host);
    static final Setting<Set<String>> HOST_NAMES = new Setting<>(
            "HOST_NAMES", "Names, besides its address and localhost, under which others call this server.",
            "host names, parted by commas", "none", host -> null, SettingParsers::names, false);
    static final Setting<Integer> PORT = plain(
            "PORT", "The port to listen on.", "0 to 65535; 0 takes any free one", "8080",
            text -> SettingParsers.whole(text, 0, 65_535));
    static final Setting<@Nullable String> DATABASE_URL = new Setting<>(
            "DATABASE_URL", "A PostgreSQL to use instead of the embedded one. A secret.",
            "postgresql://user:password@host/database or jdbc:postgresql://host/database",
            "an embedded PostgreSQL in the data folder", host -> null, SettingParsers::databaseUrl, true);
    static final Setting<String> DEFAULT_ENGINE = plain(
            "DEFAULT_ENGINE", "The engine of submissions that name none; `auto` takes the strongest that works.",
            "auto, " + String.join(", ", ExecutorConfig.STRONGEST_FIRST), "auto", SettingParsers::engine);
    static final Setting<Integer> WORKERS = new Setting<>(
            "WORKERS", "Evaluations that run at once.", "1 to 1000", "twice the CPUs, at least 4",
            host -> Integer.toString(Math.min(1000, Math.max(4, 2 * host.cpus()))),
            text -> SettingParsers.whole(text, 1, 1000), false);
    static final Setting<Duration> MAX_TIMEOUT = plain(
            "MAX_TIMEOUT", "The longest timeout that a submission may ask for.", "1s to 24h, such as 900 or 15m", "900s",
            text -> SettingParsers.duration(text, Duration.ofSeconds(1), Duration.ofHours(24)));
    static final Setting<Long> MAX_MEMORY = new Setting<>(
            "MAX_MEMORY", "The most memory that a submission may ask for.", "16Mi to 1024Gi, such as 512Mi or 2Gi",
            "half of the memory, from 256Mi to 4Gi", host -> Quantity.bytesText(defaultMaxMemory(host)),
            text -> SettingParsers.bytes(text, 16 * MEBIBYTE, MEBIBYTE << 20), false);
    static final Setting<Integer> MAX_CPU = new Setting<>(
            "MAX_CPU", "The most CPU that a submission may ask for.", "0.01 to 1024 CPUs, such as 2 or 500m",
            "all CPUs", host -> Integer.toString(host.cpus()), text -> SettingParsers.cpuMillis(text, 10, 1_024_000),
            false);
    static final Setting<Integer> QUEUE_CAPACITY = plain(
            "QUEUE_CAPACITY", "Evaluations that may wait before new ones are refused with 429.", "1 to 10000000",
            "1000000", text -> SettingParsers.whole(text, 1, 10_000_000));
    static final Setting<Duration> QUEUE_AGING_INTERVAL = plain(
            "QUEUE_AGING_INTERVAL", "A waiting evaluation gains one priority level each interval.",
            "100ms to 24h, such as 60 or 5m", "60s",
            text -> SettingParsers.duration(text, Duration.ofMillis(100), Duration.ofHours(24)));
    static final Setting<Duration> LEASE_SECONDS = plain(
            "LEASE_SECONDS", "A worker that is silent for this long has lost its evaluation, which runs again.",
            "1s to 1h, such as 30", "30s",
            text -> SettingParsers.duration(text, Duration.ofSeconds(1), Duration.ofHours(1)));
    static final Setting<Integer> MAX_ATTEMPTS = plain(
            "MAX_ATTEMPTS", "Attempts that may be lost through our fault before an evaluation is a dead letter.",
            "1 to 100", "3", text -> SettingParsers.whole(text, 1, 100));
    static final Setting<Duration> SHUTDOWN_GRACE = plain(
            "SHUTDOWN_GRACE", "How long running evaluations may go on when the server is told to stop.",
            "0s to 1h, such as 30", "30s", text -> SettingParsers.duration(text, Duration.ZERO, Duration.ofHours(1)));
    static final Setting<@Nullable String> DOCKER_HOST = new Setting<>(
            "DOCKER_HOST", "The socket of the Docker engine.", "unix:///path/of/the/socket",
            "`unix:///var/run/docker.sock`", host -> null, SettingParsers::unixSocket, false);
    static final Setting<ImagePull> IMAGE_PULL = plain(
            "IMAGE_PULL", "What to do about a listed container image that is not there: nothing, or fetch it.",
            "never, missing", "never", SettingParsers::imagePull);
    static final Setting<Path> LANGUAGES_FILE = new Setting<>(
            "LANGUAGES_FILE", "Languages to add to the packed ones, or to take their place; see docs/languages.md.",
            "a YAML file", "none", host -> null, SettingParsers::languages, false);
    static final Setting<List<Path>> SANDBOX_MOUNTS = new Setting<>(
            "SANDBOX_MOUNTS", "Folders of this host that the engine `sandbox` shows to every program, read-only.",
            "absolute paths, parted by commas; none that holds secrets", "none", host -> null, SettingParsers::paths,
            false);
    static final Setting<Boolean> WARM_SLOTS = plain(
            "WARM_SLOTS", "Whether sandboxes are kept ready and serve one run after the other. Off, each serves one.",
            "on, off", "on", SettingParsers::onOff);
    static final Setting<String> LOG_LEVEL = plain(
            "LOG_LEVEL", "How much the server logs.", String.join(", ", LOG_LEVELS), "INFO",
            text -> SettingParsers.word(text.toUpperCase(Locale.ROOT), LOG_LEVELS));

    private static final List<Setting<?>> ALL = Stream.concat(
            Stream.<Setting<?>>of(
                    HOME, HOST, HOST_NAMES, PORT, DATABASE_URL, DEFAULT_ENGINE, WORKERS, MAX_TIMEOUT, MAX_MEMORY, MAX_CPU,
                    QUEUE_CAPACITY, QUEUE_AGING_INTERVAL, LEASE_SECONDS, MAX_ATTEMPTS, SHUTDOWN_GRACE, DOCKER_HOST,
                    IMAGE_PULL, LANGUAGES_FILE, SANDBOX_MOUNTS, WARM_SLOTS, LOG_LEVEL),
            ModuleSettings.ALL.stream()).toList();

    private Settings() {}

    public static List<Setting<?>> all() {
        return ALL;
    }

    /** The table of the README, in Markdown. */
    public static String markdown() {
        List<String> lines = new ArrayList<>();
        lines.add("| Environment variable | Flag | Default | Meaning | Allowed |");
        lines.add("| --- | --- | --- | --- | --- |");
        for (Setting<?> setting : ALL) {
            String variable = "`" + setting.name() + "`"
                    + (setting.secret() ? ", `" + setting.name() + Setting.FILE_SUFFIX + "`" : "");
            lines.add("| " + variable + " | `" + setting.flag() + "` | " + setting.defaultText() + " | "
                    + setting.description() + " | " + setting.allowed() + " |");
        }
        return String.join("\n", lines) + "\n";
    }

    private static <T> Setting<T> plain(
            String name, String description, String allowed, String value, Function<String, T> parser) {
        return new Setting<>(name, description, allowed, value, host -> value, parser, false);
    }

    private static long defaultMaxMemory(HostFacts host) {
        long half = host.memoryBytes() / 2 / MEBIBYTE * MEBIBYTE;
        return Math.max(256 * MEBIBYTE, Math.min(4096 * MEBIBYTE, half));
    }
}
