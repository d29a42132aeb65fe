package dev.crucible.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.crucible.executor.ImagePull;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.platform.http.TlsFiles;
import dev.crucible.platform.http.WireFormat;
import dev.crucible.queue.QueueConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigSourceTest {
    private static final HostFacts HOST = new HostFacts(6, 3L << 30, Path.of("/home/someone"), false);

    private static final List<String> SECRETS =
            List.of("INTERNAL_API_KEY", "QUEUE_API_KEY", "WORKER_API_KEY", "STORAGE_API_KEY", "EXECUTOR_API_KEY");
    private static final List<String> FILES = List.of("CLIENT_CERT", "CLIENT_KEY", "CA_CERT");

    private static final Path EXTRA = Path.of("src/test/resources/languages-extra.yaml").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void every_setting_has_its_documented_default() {
        assertThat(config(Map.of()))
                .isEqualTo(new CrucibleConfig(
                        Path.of("/home/someone/.crucible"), "127.0.0.1", Set.of(), 8080, null, "auto", 12,
                        new Limits(
                                Duration.ofSeconds(900), Duration.ofSeconds(5400), 1536L << 20, 6000, 1536L << 20,
                                100L << 20, 1024),
                        new QueueConfig(1_000_000, Duration.ofSeconds(60), Duration.ofSeconds(30), 3), null,
                        GuestConfig.DEFAULT, Duration.ofSeconds(30), SplitConfig.ONE_PROCESS, "INFO"));
    }

    @Test
    void every_setting_is_read_from_its_environment_variable() {
        Map<String, String> environment = everyVariable("");

        assertThat(config(environment)).isEqualTo(everythingChanged());
    }

    @Test
    void every_setting_is_read_from_its_variable_with_the_prefix_too() {
        assertThat(config(everyVariable("CRUCIBLE_"))).isEqualTo(everythingChanged());
    }

    @Test
    void every_setting_is_read_from_a_yaml_file() throws IOException {
        Path file = folder.resolve("crucible.yaml");
        List<String> lines = new ArrayList<>();
        everyVariable("").forEach((name, value) -> lines.add(
                name.toLowerCase(Locale.ROOT).replace("crucible_", "").replace('_', '-') + ": \"" + value + "\""));
        Files.write(file, lines);

        assertThat(ConfigSource.read(Map.of(), Map.of(), file, HOST).config()).isEqualTo(everythingChanged());
    }

    @Test
    void every_setting_is_read_from_a_properties_file() throws IOException {
        Path file = folder.resolve("crucible.properties");
        List<String> lines = new ArrayList<>();
        everyVariable("").forEach((name, value) -> lines.add(name + "=" + value));
        Files.write(file, lines);

        assertThat(ConfigSource.read(Map.of(), Map.of(), file, HOST).config()).isEqualTo(everythingChanged());
    }

    @Test
    void every_setting_is_read_from_its_flag_and_a_secret_from_the_file_the_flag_names() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "postgresql://u:p@db/crucible\n");
        Map<String, String> flags = new TreeMap<>();
        everyVariable("").forEach((name, value) -> flags.put(
                "--" + name.toLowerCase(Locale.ROOT).replace("crucible_", "").replace('_', '-'), value));
        flags.remove("--database-url");
        flags.put("--database-url-file", secret.toString());
        for (String name : SECRETS) {
            String flag = "--" + name.toLowerCase(Locale.ROOT).replace('_', '-');
            flags.remove(flag);
            flags.put(flag + "-file", Files.writeString(folder.resolve(name), key(name)).toString());
        }

        assertThat(ConfigSource.read(flags, Map.of(), null, HOST).config()).isEqualTo(everythingChanged());
    }

    @Test
    void flags_go_before_the_environment_and_the_environment_before_the_file() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "port: 1001\nworkers: 11\nmax_attempts: 7\n");

        EffectiveConfig effective = ConfigSource.read(
                Map.of("--port", "1003"), Map.of("PORT", "1002", "WORKERS", "12"), file, HOST);

        assertThat(effective.config().port()).isEqualTo(1003);
        assertThat(effective.config().workers()).isEqualTo(12);
        assertThat(effective.config().queue().maxAttempts()).isEqualTo(7);
        assertThat(origins(effective))
                .containsEntry("PORT", "flag --port")
                .containsEntry("WORKERS", "environment variable WORKERS")
                .containsEntry("MAX_ATTEMPTS", "key MAX_ATTEMPTS of " + file)
                .containsEntry("HOST", "default");
    }

    @Test
    void a_variable_with_the_prefix_goes_before_the_plain_one_that_may_be_meant_for_others() {
        assertThat(config(Map.of("PORT", "1001", "CRUCIBLE_PORT", "1002")).port()).isEqualTo(1002);
    }

    @Test
    void an_empty_variable_counts_as_not_given() {
        assertThat(config(Map.of("PORT", "", "DATABASE_URL", " "))).isEqualTo(config(Map.of()));
    }

    @Test
    void the_users_home_variable_is_not_ours() {
        assertThat(config(Map.of("HOME", "/elsewhere")).home()).isEqualTo(Path.of("/home/someone/.crucible"));
    }

    @Test
    void the_data_folder_is_under_the_desktops_folder_for_data_where_there_is_one() {
        assertThat(config(Map.of("XDG_DATA_HOME", "/data")).home()).isEqualTo(Path.of("/data/crucible"));
    }

    @Test
    void every_problem_is_reported_at_once() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "prot: 1\nmax_memory: [1]\nmax-timeout: never\n");
        Map<String, String> environment = Map.of(
                "PORT", "70000", "HOST", "0.0.0.0", "WORKERS", "many", "MAX_CPU", "-1", "CRUCIBLE_WORKRES", "3",
                "DEFAULT_ENGINE", "vm", "DOCKER_HOST", "tcp://10.0.0.1:2375", "LOG_LEVEL", "LOUD");

        assertThat(problems(Map.of("--lease-seconds", "0"), environment, file))
                .containsExactlyInAnyOrder(
                        "key prot is not a setting; did you mean PORT? (in " + file + ")",
                        "key max_memory of " + file + " must have a plain value",
                        "MAX_TIMEOUT (key MAX_TIMEOUT of " + file + "): \"never\" is not a duration; allowed: 1s to 24h, such"
                                + " as 900 or 15m",
                        "environment variable CRUCIBLE_WORKRES is not a setting; did you mean CRUCIBLE_WORKERS?",
                        "PORT (environment variable PORT): \"70000\" is out of range; allowed: 0 to 65535; 0 takes any free"
                                + " one",
                        "HOST: \"0.0.0.0\" is not an address of this machine alone: listening beyond this machine needs API"
                                + " keys, which the api of this version does not have yet; put a reverse proxy with"
                                + " authentication in front or keep HOST=127.0.0.1",
                        "WORKERS (environment variable WORKERS): \"many\" is not a whole number; allowed: 1 to 1000",
                        "MAX_CPU (environment variable MAX_CPU): \"-1\" is not a number of CPUs; allowed: 0.01 to 1024"
                                + " CPUs, such as 2 or 500m",
                        "DEFAULT_ENGINE (environment variable DEFAULT_ENGINE): \"vm\" is not one of the words it may be;"
                                + " allowed: auto, gvisor, docker, sandbox",
                        "DOCKER_HOST (environment variable DOCKER_HOST): \"tcp://10.0.0.1:2375\" is not the address of a"
                                + " Unix socket; Docker over TCP or SSH is not supported; allowed:"
                                + " unix:///path/of/the/socket",
                        "LOG_LEVEL (environment variable LOG_LEVEL): \"LOUD\" is not one of the words it may be; allowed:"
                                + " ERROR, WARN, INFO, DEBUG, TRACE",
                        "LEASE_SECONDS (flag --lease-seconds): \"0\" is out of range; allowed: 1s to 1h, such as 30");
    }

    @Test
    void the_variables_of_clients_are_known() {
        assertThat(config(Map.of("CRUCIBLE_URL", "http://x", "CRUCIBLE_API_KEY", "k"))).isEqualTo(config(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "postgres://user:hunter2@", "http://user:hunter2@db/x", "jdbc:mysql://db/x?password=hunter2", "user:hunter2@db",
        "postgresql://user:hunter2 @db/x", "postgresql://user:hunter2@db", "postgresql://user:hunter2@db/a/b"
    })
    void a_bad_secret_is_not_echoed(String url) {
        assertThat(problems(Map.of(), Map.of("DATABASE_URL", url), null))
                .singleElement()
                .asString()
                .startsWith("DATABASE_URL (environment variable DATABASE_URL): the value is not")
                .doesNotContain("hunter2");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "postgresql://user:pw@db/crucible", "postgres://user:p%40w@db:5433/crucible?sslmode=require",
        "jdbc:postgresql://db:5433/crucible?user=someone", "jdbc:postgresql:crucible"
    })
    void the_address_of_a_database_may_have_several_forms(String url) {
        assertThat(config(Map.of("DATABASE_URL", url)).databaseUrl()).isEqualTo(url);
    }

    @Test
    void a_secret_is_shown_as_stars_wherever_the_configuration_is_shown() {
        EffectiveConfig effective = ConfigSource.read(
                Map.of(), Map.of("DATABASE_URL", "postgresql://user:hunter2@db/crucible"), null, HOST);

        assertThat(effective.config().toString()).contains("databaseUrl=***").doesNotContain("hunter2");
        assertThat(effective.entries().toString()).contains("***").doesNotContain("hunter2");
    }

    @Test
    void a_secret_may_be_in_a_file_of_its_own() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "  postgresql://user:hunter2@db/crucible\n");

        EffectiveConfig effective =
                ConfigSource.read(Map.of(), Map.of("CRUCIBLE_DATABASE_URL_FILE", secret.toString()), null, HOST);

        assertThat(effective.config().databaseUrl()).isEqualTo("postgresql://user:hunter2@db/crucible");
        assertThat(origins(effective)).containsEntry("DATABASE_URL", "environment variable CRUCIBLE_DATABASE_URL_FILE");
    }

    @Test
    void a_secret_given_as_a_value_and_as_a_file_is_a_contradiction() {
        assertThat(problems(Map.of(), Map.of("DATABASE_URL", "postgresql://db/x", "DATABASE_URL_FILE", "/f"), null))
                .containsExactly("DATABASE_URL and DATABASE_URL_FILE are both given; give one of them");
    }

    @Test
    void a_file_that_should_hold_a_secret_but_cannot_be_read_is_named() {
        assertThat(problems(Map.of(), Map.of("DATABASE_URL_FILE", "/no/such/file"), null))
                .containsExactly("DATABASE_URL (environment variable DATABASE_URL_FILE): the file /no/such/file cannot be"
                        + " read");
    }

    @ParameterizedTest
    @CsvSource({"127.0.0.1,127.0.0.1", "127.3.2.1,127.3.2.1", "localhost,localhost", "::1,::1", "[::1],::1"})
    void the_server_may_listen_on_loopback(String host, String expected) {
        assertThat(config(Map.of("HOST", host)).host()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "10.0.0.1", "example.org", "127.0.0.1.example.org", "127.1", "127.0.0.256"})
    void the_server_may_not_listen_beyond_this_machine_without_keys(String host) {
        assertThat(problems(Map.of(), Map.of("HOST", host), null)).singleElement().asString().contains("needs API keys");
    }

    @Test
    void modules_with_keys_may_listen_beyond_this_machine() {
        Map<String, String> worker = new TreeMap<>(Map.of(
                "HOST", "0.0.0.0", "MODULES", "worker", "QUEUE_SERVICE_URL", "http://queue:8081",
                "STORAGE_SERVICE_URL", "http://storage:8082"));
        assertThat(problems(Map.of(), worker, null)).singleElement().asString()
                .contains("EXECUTOR_API_KEY", "give it a key");
        worker.put("INTERNAL_API_KEY", key("INTERNAL_API_KEY"));
        assertThat(config(worker).host()).isEqualTo("0.0.0.0");
    }

    @Test
    void a_module_that_is_not_here_must_be_somewhere() {
        assertThat(problems(Map.of(), Map.of("MODULES", "api"), null)).hasSize(3)
                .anySatisfy(problem -> assertThat(problem).contains("QUEUE_SERVICE_URL", "http://127.0.0.1:8081"))
                .anySatisfy(problem -> assertThat(problem).contains("STORAGE_SERVICE_URL", "http://127.0.0.1:8082"))
                .anySatisfy(problem -> assertThat(problem).contains("EXECUTOR_URLS", "http://127.0.0.1:8083"));
        assertThat(problems(Map.of(), Map.of("QUEUE_SERVICE_URL", "http://127.0.0.1:8081"), null)).singleElement().asString()
                .contains("leave either out");
        assertThat(problems(Map.of(), Map.of("MODULES", "api,ueue"), null)).singleElement().asString().contains("no module");
    }

    @Test
    void certificates_come_together() {
        assertThat(problems(Map.of(), Map.of("CLIENT_CERT", EXTRA.toString()), null)).singleElement().asString()
                .contains("all three or none");
    }

    @ParameterizedTest
    @CsvSource({"60,60000", "500ms,500", "2m,120000", "1h,3600000"})
    void a_duration_is_a_number_of_seconds_or_has_a_unit(String text, long millis) {
        assertThat(config(Map.of("QUEUE_AGING_INTERVAL", text)).queue().agingInterval()).hasMillis(millis);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a: \"b", "- a\n- b", "just text", "port: 1\nport: 2", "{port: 1"})
    void a_file_that_is_not_keys_and_values_is_a_problem(String yaml) throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), yaml);

        assertThat(problems(Map.of(), Map.of(), file)).singleElement().asString().contains(file.toString());
    }

    @Test
    void a_file_that_is_not_there_is_a_problem() {
        assertThat(problems(Map.of(), Map.of(), folder.resolve("none.yaml"))).singleElement().asString()
                .contains("does not exist");
    }

    @Test
    void a_key_given_twice_under_two_spellings_is_a_contradiction() throws IOException {
        Path file = Files.writeString(folder.resolve("c.yaml"), "max_memory: 1Gi\nmax-memory: 2Gi\n");

        assertThat(problems(Map.of(), Map.of(), file))
                .containsExactly("key MAX_MEMORY of " + file + " is given twice");
    }

    @Test
    void an_embedder_gives_settings_by_name_and_hears_of_unknown_ones() {
        assertThat(CrucibleConfig.of(Map.of("CRUCIBLE_HOME", "/data/c", "PORT", "0")))
                .satisfies(config -> assertThat(config.home()).isEqualTo(Path.of("/data/c")))
                .satisfies(config -> assertThat(config.port()).isZero());
        InvalidConfigException failure = catchThrowableOfType(
                InvalidConfigException.class, () -> CrucibleConfig.of(Map.of("PROT", "0", "WORKERS", "0")));
        assertThat(failure.problems()).hasSize(2);
    }

    @Test
    void the_readme_has_the_table_of_all_settings() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        String start = "<!-- config:start -->\n";
        String table = readme.substring(readme.indexOf(start) + start.length(), readme.indexOf("<!-- config:end -->"));

        assertThat(table).as("print it with ./run.sh config --markdown").isEqualTo(Settings.markdown());
    }

    @Test
    void a_mount_that_holds_what_sandboxes_must_not_see_is_refused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), Path.of("/proc"));
        assertThat(problems(Map.of(), Map.of("SANDBOX_MOUNTS",
                        "/,/etc,/root,/proc/1,/dev,/var/run,/home,/etc/ssl,/absent," + link + ",/usr/share"), null))
                .hasSize(10)
                .allSatisfy(problem -> assertThat(problem).startsWith("SANDBOX_MOUNTS: "))
                .anySatisfy(problem -> assertThat(problem).contains("/absent does not exist"))
                .anySatisfy(problem -> assertThat(problem).contains(link + " lies in "))
                .noneSatisfy(problem -> assertThat(problem).contains("/usr/share"));
        assertThat(problems(Map.of(), Map.of("SANDBOX_MOUNTS", "/usr/share", "CRUCIBLE_HOME", "/usr/share/crucible"), null))
                .singleElement().asString().contains("/usr/share holds /usr/share/crucible");
        assertThat(problems(Map.of(), Map.of("SANDBOX_MOUNTS", "/usr", "DOCKER_HOST", "unix:///usr/d.sock"), null))
                .singleElement().asString().contains("/usr holds /usr/d.sock");
        assertThat(problems(Map.of(), Map.of("SANDBOX_MOUNTS", "usr"), null)).hasSize(1);
    }

    @Test
    void a_file_of_languages_is_checked_at_the_start() throws IOException {
        Path file = Files.writeString(folder.resolve("languages.yaml"), """
                - {name: Bad, file: m, run: [m, "{file}"]}
                """);
        assertThat(problems(Map.of(), Map.of("LANGUAGES_FILE", file.toString()), null))
                .singleElement().asString().contains("LANGUAGES_FILE", "Bad: name must match", "Bad: probe must be");
        Files.writeString(file, "- {name: nosy, file: m, run: [m, '{file}'], probe: [m], mounts: [/etc/shadow]}");
        assertThat(problems(Map.of(), Map.of("LANGUAGES_FILE", file.toString()), null))
                .singleElement().asString().contains("nosy: mounts: /etc/shadow lies in");
    }

    private static Map<String, String> everyVariable(String prefix) {
        Map<String, String> variables = new TreeMap<>();
        variables.put("CRUCIBLE_HOME", "/var/lib/crucible");
        Map<String, String> others = new TreeMap<>(Map.of(
                "HOST", "::1", "PORT", "9000", "DATABASE_URL", "postgresql://u:p@db/crucible", "DEFAULT_ENGINE", "docker",
                "WORKERS", "3", "MAX_TIMEOUT", "10m", "MAX_MEMORY", "512Mi", "MAX_CPU", "500m", "QUEUE_CAPACITY", "100",
                "QUEUE_AGING_INTERVAL", "5s"));
        others.putAll(Map.of(
                "LEASE_SECONDS", "10", "MAX_ATTEMPTS", "5", "SHUTDOWN_GRACE", "0", "DOCKER_HOST", "unix:///run/d.sock",
                "LOG_LEVEL", "debug", "IMAGE_PULL", "missing", "LANGUAGES_FILE", EXTRA.toString(),
                "SANDBOX_MOUNTS", "/etc/alternatives, /usr/share/", "WARM_SLOTS", "off"));
        others.putAll(Map.of(
                "MODULES", "API", "QUEUE_PORT", "1", "STORAGE_PORT", "2", "EXECUTOR_PORT", "3", "SOCKET_FOLDER", "/run/crucible",
                "QUEUE_SERVICE_URL", "https://queue:8081", "STORAGE_SERVICE_URL", "unix:/run/storage.sock",
                "EXECUTOR_URLS", "http://one:8083, http://two:8083", "WIRE_FORMAT", "msgpack"));
        others.put("HOST_NAMES", "queue.internal, Q");
        SECRETS.forEach(name -> others.put(name, key(name)));
        FILES.forEach(name -> others.put(name, EXTRA.toString()));
        others.forEach((name, value) -> variables.put(prefix + name, value));
        assertThat(variables).hasSameSizeAs(Settings.all());
        return variables;
    }

    private static CrucibleConfig everythingChanged() {
        return new CrucibleConfig(
                Path.of("/var/lib/crucible"), "::1", Set.of("queue.internal", "q"), 9000, "postgresql://u:p@db/crucible", "docker", 3,
                new Limits(
                        Duration.ofMinutes(10), Duration.ofMinutes(10), 512L << 20, 500, 512L << 20, 100L << 20, 1024),
                new QueueConfig(100, Duration.ofSeconds(5), Duration.ofSeconds(10), 5), "unix:///run/d.sock",
                new GuestConfig(EXTRA, List.of(Path.of("/etc/alternatives"), Path.of("/usr/share")), ImagePull.MISSING, false),
                Duration.ZERO,
                new SplitConfig(
                        Set.of(ServerModule.API), new SplitConfig.Ports(1, 2, 3, Path.of("/run/crucible")),
                        URI.create("https://queue:8081"), URI.create("unix:/run/storage.sock"),
                        List.of(URI.create("http://one:8083"), URI.create("http://two:8083")),
                        new SplitConfig.Keys(
                                key("INTERNAL_API_KEY"), key("QUEUE_API_KEY"), key("WORKER_API_KEY"), key("STORAGE_API_KEY"),
                                key("EXECUTOR_API_KEY")),
                        WireFormat.MESSAGE_PACK, new TlsFiles(EXTRA, EXTRA, EXTRA)),
                "DEBUG");
    }

    private static String key(String name) {
        return "key-for-" + name;
    }

    private static CrucibleConfig config(Map<String, String> environment) {
        return ConfigSource.read(Map.of(), environment, null, HOST).config();
    }

    private static List<String> problems(
            Map<String, String> flags, Map<String, String> environment, @Nullable Path file) {
        return catchThrowableOfType(
                        InvalidConfigException.class, () -> ConfigSource.read(flags, environment, file, HOST))
                .problems();
    }

    private static Map<String, String> origins(EffectiveConfig effective) {
        Map<String, String> origins = new TreeMap<>();
        effective.entries().forEach(entry -> origins.put(entry.setting().name(), entry.origin()));
        return origins;
    }
}
