package dev.crucible.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.RunningServer;
import dev.crucible.app.ServerModule;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import dev.crucible.kernel.ErrorCode;
import dev.crucible.kernel.PlatformException;
import java.io.IOException;
import java.net.BindException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ServeCommandTest {
    private final AtomicInteger closed = new AtomicInteger();
    private final CompletableFuture<CrucibleConfig> started = new CompletableFuture<>();
    private final ShellFixture shell = new ShellFixture();

    /** How a server starts in a test. */
    private interface Start {
        RunningServer start(CrucibleConfig config, Consumer<String> progress) throws Exception;
    }

    @Test
    void without_a_command_it_serves_and_says_all_that_a_person_needs() throws InterruptedException {
        shell.launcher(launcher(this::healthy));

        int exitCode = serveUntilStopped();

        assertThat(exitCode).isZero();
        assertThat(shell.out().replaceAll("after \\d+ ms", "after 1 ms")).isEqualTo("Crucible development\n"
                + "  starting the embedded database…\n"
                + "Ready after 1 ms.\n\n"
                + "  Dashboard  http://127.0.0.1:8080/\n"
                + "  Engine     sandbox, the strongest that works here\n"
                + "  Data       /home/someone/.crucible\n"
                + "  Reach      this machine only, since there are no API keys\n"
                + "  Submit     ./run.sh submit hello.py --follow\n"
                + "  Stop       Ctrl-C\n\n\n"
                + "Stopping: running evaluations get up to 30.00 s…\n"
                + "Stopped.\n");
        assertThat(closed).hasValue(1);
    }

    @Test
    void flags_without_a_command_are_flags_of_the_server() throws InterruptedException {
        shell.launcher(launcher(this::healthy));

        serveUntilStopped("--port", "9000", "--workers=3");

        assertThat(started.join().port()).isEqualTo(9000);
        assertThat(started.join().workers()).isEqualTo(3);
    }

    @Test
    void a_module_of_its_own_says_where_it_is_and_offers_no_dashboard() throws InterruptedException {
        shell.launcher(launcher(this::healthy));

        serveUntilStopped("serve", "--modules", "queue", "--storage-service-url", "http://127.0.0.1:8082");

        assertThat(shell.out()).contains("  Queue      http://127.0.0.1:8081\n", "  Reach      this machine only\n")
                .doesNotContain("Dashboard", "Submit", "Engine");
    }

    @Test
    void a_wrong_configuration_stops_the_start_with_every_problem() {
        shell.environment.put("PORT", "x");
        shell.environment.put("CRUCIBLE_WORKER", "1");

        assertThat(shell.run("serve", "--host", "0.0.0.0")).isEqualTo(2);

        assertThat(shell.err())
                .startsWith("The configuration has 3 problems:\n")
                .contains("PORT (environment", "CRUCIBLE_WORKER is not a setting", "HOST: \"0.0.0.0\"")
                .doesNotContain("\tat ");
    }

    @Test
    void a_start_that_fails_says_why_in_one_message() {
        shell.launcher(launcher((config, progress) -> {
            throw new PlatformException(ErrorCode.STORAGE_UNAVAILABLE, "the data folder is used by process 7");
        }));

        assertThat(shell.run("serve")).isEqualTo(1);
        assertThat(shell.err()).isEqualTo("Crucible could not start: the data folder is used by process 7\n"
                + "`serve --verbose` shows more.\n");
        assertThat(shell.run("serve", "--verbose")).isEqualTo(1);
        assertThat(shell.err()).contains("\tat ");
    }

    @Test
    void a_port_that_is_taken_is_named() {
        shell.launcher(launcher((config, progress) -> {
            throw new IOException("Failed to bind", new BindException("Address already in use"));
        }));

        assertThat(shell.run("serve", "--port", "9001")).isEqualTo(1);

        assertThat(shell.err()).contains("port 9001 of 127.0.0.1 is taken by another program");
    }

    private int serveUntilStopped(String... arguments) throws InterruptedException {
        CompletableFuture<Integer> exitCode = new CompletableFuture<>();
        Thread serving = new Thread(() -> exitCode.complete(shell.run(arguments)));
        serving.start();
        await().until(() -> shell.out().contains("Ctrl-C"));
        serving.interrupt();
        serving.join();
        return exitCode.join();
    }

    private RunningServer healthy(CrucibleConfig config, Consumer<String> progress) {
        progress.accept("starting the embedded database");
        started.complete(config);
        return new RunningServer() {
            @Override
            public Optional<URI> dashboard() {
                return config.split().modules().contains(ServerModule.API)
                        ? Optional.of(URI.create("http://127.0.0.1:" + config.port() + "/"))
                        : Optional.empty();
            }

            @Override
            public Map<String, URI> services() {
                return config.split().modules().contains(ServerModule.API)
                        ? Map.of()
                        : Map.of("queue", URI.create("http://127.0.0.1:8081"));
            }

            @Override
            public String engineSummary() {
                return "sandbox, the strongest that works here";
            }

            @Override
            public void close() {
                closed.incrementAndGet();
            }
        };
    }

    private static RunningServer.Launcher launcher(Start start) {
        return new RunningServer.Launcher() {
            @Override
            public RunningServer start(CrucibleConfig config, Consumer<String> progress) throws Exception {
                return start.start(config, progress);
            }

            @Override
            public List<EngineStatus> probeEngines(CrucibleConfig config) {
                return List.of();
            }

            @Override
            public List<AttackReport> attack(
                    CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
                throw new UnsupportedOperationException("this test attacks nothing");
            }
        };
    }
}
