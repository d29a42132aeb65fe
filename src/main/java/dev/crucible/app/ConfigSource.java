package dev.crucible.app;

import dev.crucible.executor.ImagePull;
import dev.crucible.executor.Languages;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.TlsFiles;
import dev.crucible.queue.QueueConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads the configuration: defaults, then a file, then the environment, then flags; the later wins. Every problem is
 * found before one is reported. An empty value counts as not given.
 */
public final class ConfigSource {
    private static final long MAX_OUTPUT_BYTES = 100L << 20;
    private static final int MAX_PIDS = 1024;
    private static final int MAX_SECRET_BYTES = 16 * 1024;
    private static final String USUAL_DOCKER_SOCKET = "/var/run/docker.sock";

    private final HostFacts host;
    private final List<String> problems = new ArrayList<>();
    private final Map<Setting<?>, Given> given = new HashMap<>();
    private final Map<Setting<?>, Object> values = new HashMap<>();
    private final Set<Setting<?>> unread = new HashSet<>();

    /** A value as it was typed. */
    private record Given(String text, String origin) {}

    private ConfigSource(HostFacts host) {
        this.host = host;
    }

    /**
     * Reads everything.
     *
     * @param flags by {@link Setting#flag()}
     * @param environment the variables of the process
     * @param file a YAML or properties file, or null for none
     * @throws InvalidConfigException listing everything that is wrong
     */
    public static EffectiveConfig read(
            Map<String, String> flags, Map<String, String> environment, @Nullable Path file, HostFacts host) {
        ConfigSource source = new ConfigSource(host);
        source.dataHome(environment);
        if (file != null) {
            ConfigFile content = ConfigFile.read(file);
            source.problems.addAll(content.problems());
            source.layer(content.values(), "key %s of " + file);
        }
        ConfigNames.unknownVariables(environment, source.problems);
        source.layer(environment, "environment variable %s");
        source.flags(flags);
        return source.finish();
    }

    static EffectiveConfig embedded(Map<String, String> settings, HostFacts host) {
        ConfigSource source = new ConfigSource(host);
        for (String name : new TreeMap<>(settings).keySet()) {
            if (!ConfigNames.ALL.contains(name)) {
                source.problems.add(ConfigNames.unknown("setting", name, ConfigNames.ALL));
            }
        }
        source.layer(settings, "setting %s");
        return source.finish();
    }

    /** The folder that the desktop world gives to programs for their data, where it is set. */
    private void dataHome(Map<String, String> environment) {
        String dataHome = environment.getOrDefault("XDG_DATA_HOME", "");
        if (dataHome.startsWith("/")) {
            given.put(Settings.HOME, new Given(dataHome + "/crucible", "default, under XDG_DATA_HOME"));
        }
    }

    private void layer(Map<String, String> layer, String origin) {
        for (Setting<?> setting : Settings.all()) {
            String name = firstGiven(layer, setting.variables(), "");
            String file = setting.secret() ? firstGiven(layer, setting.variables(), Setting.FILE_SUFFIX) : null;
            if (name != null && file != null) {
                problems.add(String.format("%s and %s are both given; give one of them", name, file));
            } else if (name != null) {
                given.put(setting, new Given(layer.get(name).strip(), String.format(origin, name)));
            } else if (file != null) {
                fromSecretFile(setting, layer.get(file), String.format(origin, file));
            }
        }
    }

    private void flags(Map<String, String> flags) {
        for (Setting<?> setting : Settings.all()) {
            String text = flags.get(setting.flag());
            String origin = "flag " + setting.flag();
            if (text != null && setting.secret()) {
                fromSecretFile(setting, text, origin);
            } else if (text != null) {
                given.put(setting, new Given(text.strip(), origin));
            }
        }
    }

    private static @Nullable String firstGiven(Map<String, String> layer, List<String> names, String suffix) {
        for (String name : names) {
            if (!layer.getOrDefault(name + suffix, "").isBlank()) {
                return name + suffix;
            }
        }
        return null;
    }

    private void fromSecretFile(Setting<?> setting, String file, String origin) {
        try {
            byte[] content;
            try (var in = Files.newInputStream(Path.of(file.strip()))) {
                content = in.readNBytes(MAX_SECRET_BYTES + 1);
            }
            String secret = new String(content, StandardCharsets.UTF_8).strip();
            if (secret.isEmpty() || content.length > MAX_SECRET_BYTES) {
                problems.add(setting.name() + " (" + origin + "): the file " + file + " is "
                        + (secret.isEmpty() ? "empty" : "too large to be a secret"));
            } else {
                given.put(setting, new Given(secret, origin));
            }
        } catch (IOException | InvalidPathException e) {
            problems.add(setting.name() + " (" + origin + "): the file " + file + " cannot be read");
        }
    }

    private EffectiveConfig finish() {
        List<EffectiveConfig.Entry> entries = new ArrayList<>();
        for (Setting<?> setting : Settings.all()) {
            Given value = given.get(setting);
            String standard = setting.defaultValue().apply(host);
            if (value == null && standard != null) {
                value = new Given(standard, "default");
            }
            if (value != null) {
                parse(setting, value);
            }
            String shown = value == null ? null : setting.secret() ? "***" : value.text();
            entries.add(new EffectiveConfig.Entry(setting, shown, value == null ? "default" : value.origin()));
        }
        mounts();
        if (values.containsKey(Settings.HOST) && unread.stream().noneMatch(ModuleSettings.ALL::contains)) {
            problems.addAll(tlsProblems());
            problems.addAll(SplitRules.problems(split(), value(Settings.HOST)));
        }
        if (!problems.isEmpty()) {
            throw new InvalidConfigException(problems);
        }
        return new EffectiveConfig(build(), entries);
    }

    /** Whether what sandboxes are shown holds nothing that they must not see. */
    private void mounts() {
        Path home = (Path) values.get(Settings.HOME);
        if (home == null) {
            return; // that is a problem already
        }
        String docker = optional(Settings.DOCKER_HOST);
        Path socket = Path.of(docker == null ? USUAL_DOCKER_SOCKET : URI.create(docker).getPath());
        MountRules rules = new MountRules(home, host.userHome(), socket);
        rules.problems(guests().mounts()).forEach(problem -> problems.add(Settings.SANDBOX_MOUNTS.name() + ": " + problem));
        Path languages = guests().languagesFile();
        if (languages != null) {
            Languages.load(languages).all().forEach(language -> language.mounts().forEach(mount -> rules.refusal(mount)
                    .ifPresent(why -> problems.add(
                            Settings.LANGUAGES_FILE.name() + ": " + language.name() + ": mounts: " + why))));
        }
    }

    private GuestConfig guests() {
        return new GuestConfig(
                (Path) values.get(Settings.LANGUAGES_FILE), listed(Settings.SANDBOX_MOUNTS),
                (ImagePull) values.getOrDefault(Settings.IMAGE_PULL, ImagePull.NEVER),
                (Boolean) values.getOrDefault(Settings.WARM_SLOTS, true));
    }

    @SuppressWarnings("unchecked")
    private List<Path> listed(Setting<List<Path>> setting) {
        return (List<Path>) values.getOrDefault(setting, List.of());
    }

    private void parse(Setting<?> setting, Given value) {
        try {
            values.put(setting, setting.parser().apply(value.text()));
        } catch (IllegalArgumentException e) {
            unread.add(setting);
            String echo = setting.secret() ? "the value" : "\"" + ConfigNames.shortened(value.text()) + "\"";
            problems.add(setting.name() + " (" + value.origin() + "): " + echo + " " + e.getMessage() + "; allowed: "
                    + setting.allowed());
        }
    }

    private CrucibleConfig build() {
        return new CrucibleConfig(
                value(Settings.HOME), value(Settings.HOST), hostNames(), value(Settings.PORT), optional(Settings.DATABASE_URL),
                value(Settings.DEFAULT_ENGINE), value(Settings.WORKERS), maxLimits(),
                new QueueConfig(
                        value(Settings.QUEUE_CAPACITY), value(Settings.QUEUE_AGING_INTERVAL),
                        value(Settings.LEASE_SECONDS), value(Settings.MAX_ATTEMPTS)),
                optional(Settings.DOCKER_HOST), guests(), value(Settings.SHUTDOWN_GRACE), split(),
                value(Settings.LOG_LEVEL));
    }

    private SplitConfig split() {
        return new SplitConfig(
                value(ModuleSettings.MODULES),
                new SplitConfig.Ports(
                        value(ModuleSettings.QUEUE_PORT), value(ModuleSettings.STORAGE_PORT),
                        value(ModuleSettings.EXECUTOR_PORT), value(ModuleSettings.SOCKET_FOLDER)),
                value(ModuleSettings.QUEUE_SERVICE_URL), value(ModuleSettings.STORAGE_SERVICE_URL), executorUrls(),
                new SplitConfig.Keys(
                        optional(ModuleSettings.INTERNAL_API_KEY), optional(ModuleSettings.QUEUE_API_KEY),
                        optional(ModuleSettings.WORKER_API_KEY), optional(ModuleSettings.STORAGE_API_KEY),
                        optional(ModuleSettings.EXECUTOR_API_KEY)),
                value(ModuleSettings.WIRE_FORMAT), tls());
    }

    private Set<String> hostNames() {
        Set<String> names = value(Settings.HOST_NAMES);
        return names == null ? Set.of() : names;
    }

    private List<URI> executorUrls() {
        List<URI> urls = value(ModuleSettings.EXECUTOR_URLS);
        return urls == null ? List.of() : urls;
    }

    private @Nullable TlsFiles tls() {
        Path certificate = value(ModuleSettings.CLIENT_CERT);
        Path key = value(ModuleSettings.CLIENT_KEY);
        return certificate == null || key == null ? null : new TlsFiles(certificate, key, value(ModuleSettings.CA_CERT));
    }

    private List<String> tlsProblems() {
        List<Setting<@Nullable Path>> together =
                List.of(ModuleSettings.CLIENT_CERT, ModuleSettings.CLIENT_KEY, ModuleSettings.CA_CERT);
        long given = together.stream().filter(setting -> value(setting) != null).count();
        return given == 0 || given == together.size()
                ? List.of()
                : List.of("CLIENT_CERT, CLIENT_KEY and CA_CERT go together; give all three or none");
    }

    private Limits maxLimits() {
        Duration timeout = value(Settings.MAX_TIMEOUT);
        int cpuMillis = value(Settings.MAX_CPU);
        long memory = value(Settings.MAX_MEMORY);
        // Whatever a guest writes to its folders is memory, so a larger disk limit could never be used.
        long disk = memory;
        Duration cpuTime = Duration.ofMillis(timeout.toMillis() * Math.max(1000, cpuMillis) / 1000);
        return new Limits(timeout, cpuTime, memory, cpuMillis, disk, MAX_OUTPUT_BYTES, MAX_PIDS);
    }

    @SuppressWarnings("unchecked")
    private <T> T value(Setting<T> setting) {
        return (T) values.get(setting);
    }

    private @Nullable String optional(Setting<@Nullable String> setting) {
        return (String) values.get(setting);
    }
}
