package dev.crucible.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.RunningServer;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalCommandsTest {
    private static final EngineStatus SANDBOX = new EngineStatus(
            "sandbox", true, "0.8.0", "bubblewrap 0.8.0.", null, List.of(),
            Map.of("python", new LanguageStatus(true, "3.11", null, null),
                    "javascript", new LanguageStatus(false, null, "no node", "apt-get install nodejs")));
    private static final EngineStatus NO_DOCKER =
            new EngineStatus("docker", false, null, "No daemon answers.", "systemctl start docker", List.of(), Map.of());

    private final ShellFixture shell = new ShellFixture().url("http://127.0.0.1:1");

    @TempDir
    Path folder;

    @BeforeEach
    void own_folder_and_free_port() throws IOException {
        shell.environment.put("CRUCIBLE_HOME", folder.resolve("data").toString());
        shell.environment.put("PATH", System.getenv("PATH"));
        try (ServerSocket free = new ServerSocket(0)) {
            shell.environment.put("PORT", Integer.toString(free.getLocalPort()));
        }
    }

    @Test
    void the_doctor_needs_no_server_and_finds_that_code_can_run() {
        assertThat(shell.launcher(probing(NO_DOCKER, SANDBOX)).run("doctor")).isZero();

        assertThat(shell.out())
                .contains("✓ Java", "✓ Engine sandbox   bubblewrap 0.8.0. Runs python 3.11.\n")
                .contains("! Engine docker    No daemon answers.\n", "> systemctl start docker\n")
                .contains("✓ Running code", "! Server", "✓ Port")
                .endsWith("Code can be run here.\n");
    }

    @Test
    void the_doctor_tells_the_interpreters_of_the_engine_and_not_those_of_whoever_asks() throws IOException {
        Path own = Files.createDirectory(folder.resolve("bin"));
        Files.writeString(own.resolve("python3"), "#!/bin/sh\necho Python 9.9.9\n");
        Files.setPosixFilePermissions(own.resolve("python3"), PosixFilePermissions.fromString("rwxr-xr-x"));
        shell.environment.put("PATH", own + ":" + System.getenv("PATH"));
        EngineStatus bare = new EngineStatus("gvisor", true, "1", "runsc 1.", null, List.of(),
                Map.of("python", new LanguageStatus(false, null, "no image", "docker pull something")));

        assertThat(shell.launcher(probing(bare, SANDBOX)).run("doctor")).isZero();

        assertThat(shell.out()).doesNotContain("9.9.9", "not needed").contains("Runs python 3.11.\n")
                .contains("! Engine gvisor    runsc 1. It has no language to run.\n", "> docker pull something\n");
    }

    @Test
    void the_doctor_says_no_when_no_engine_works() {
        assertThat(shell.launcher(probing(NO_DOCKER)).run("doctor")).isEqualTo(1);

        assertThat(shell.out()).contains("✗ Running code").endsWith("Code cannot be run here yet.\n");
    }

    @Test
    void the_doctor_finds_a_port_that_another_program_has() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            shell.environment.put("PORT", Integer.toString(taken.getLocalPort()));

            assertThat(shell.launcher(probing(SANDBOX)).run("doctor")).isEqualTo(1);
        }
        assertThat(shell.out()).contains("✗ Port", "is taken by another program", "choose another with PORT or --port");
    }

    @Test
    void the_doctor_sees_a_wrong_configuration_as_one_more_finding() {
        shell.environment.put("WORKERS", "none");

        assertThat(shell.launcher(probing(SANDBOX)).run("doctor")).isEqualTo(1);

        assertThat(shell.out()).contains("✗ Configuration", "WORKERS (environment variable WORKERS): \"none\"");
    }

    @Test
    void the_doctor_speaks_json_too() throws IOException {
        shell.launcher(probing(SANDBOX)).run("doctor", "--json");

        JsonNode answer = Json.MAPPER.readTree(shell.out());
        assertThat(answer.path("works").asBoolean()).isTrue();
        assertThat(answer.path("checks").findValuesAsText("name")).contains("Java", "Port", "Engine sandbox");
    }

    @Test
    void the_effective_configuration_is_printed_with_where_it_came_from_and_without_secrets() {
        shell.environment.put("DATABASE_URL", "postgresql://user:hunter2@db/crucible");

        assertThat(shell.run("config", "--workers", "7")).isZero();

        assertThat(shell.out())
                .containsPattern("DATABASE_URL +\\*\\*\\* +environment variable DATABASE_URL\n")
                .containsPattern("WORKERS +7 +flag --workers\n")
                .containsPattern("MAX_ATTEMPTS +3 +default\n")
                .doesNotContain("hunter2");
        assertThat(shell.run("config", "--json")).isZero();
        assertThat(shell.out()).contains("\"***\"").doesNotContain("hunter2");
    }

    @Test
    void the_table_of_settings_can_be_printed_for_the_readme() {
        assertThat(shell.run("config", "--markdown")).isZero();

        assertThat(shell.out()).startsWith("| Environment variable |").contains("| `PORT` | `--port` | 8080 |");
    }

    @Test
    void the_version_is_printed() throws IOException {
        assertThat(shell.run("version", "--json")).isZero();

        assertThat(Json.MAPPER.readTree(shell.out()).path("version").asText()).isEqualTo("development");
        assertThat(shell.run("--version")).isZero();
        assertThat(shell.out()).isEqualTo("crucible development\n");
    }

    private static RunningServer.Launcher probing(EngineStatus... engines) {
        return new RunningServer.Launcher() {
            @Override
            public RunningServer start(CrucibleConfig config, Consumer<String> progress) {
                throw new UnsupportedOperationException("this test starts no server");
            }

            @Override
            public List<EngineStatus> probeEngines(CrucibleConfig config) {
                return List.of(engines);
            }

            @Override
            public List<AttackReport> attack(
                    CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
                throw new UnsupportedOperationException("this test attacks nothing");
            }
        };
    }
}
