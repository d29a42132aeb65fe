package dev.crucible.app.cli;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.RunningServer;
import java.net.BindException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = {
            "Starts the server in the foreground; without any command the same. Ctrl-C or SIGTERM stops it cleanly.",
            "Every flag can also be an environment variable or a line of a file: see `config`."
        },
        footer = {
            "", "Examples:", "  serve", "  serve --port 9000 --workers 8 --home /var/lib/crucible",
            "  serve --modules worker --queue-service-url http://127.0.0.1:8081 --storage-service-url http://127.0.0.1:8082", ""
        })
final class ServeCommand implements Callable<Integer> {
    /** How much longer than the grace the parts may take to end before the process goes anyway. */
    private static final Duration STOP_MARGIN = Duration.ofSeconds(30);

    private final Shell shell;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile boolean stopWanted;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--verbose", description = "Show the stack trace when the start fails.")
    private boolean verbose;

    ServeCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        CrucibleConfig config = SettingOptions.read(spec.commandLine().getParseResult(), shell).config();
        Logging.level(config.logLevel());
        Thread hook = stopHook(Thread.currentThread(), config.shutdownGrace());
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return serve(config);
        } finally {
            stopped.countDown();
            if (!stopWanted) {
                Runtime.getRuntime().removeShutdownHook(hook);
            }
        }
    }

    /** On a signal, has this command's own thread stop the server, and keeps the process until it has. */
    private Thread stopHook(Thread serving, Duration grace) {
        return new Thread(
                () -> {
                    stopWanted = true;
                    serving.interrupt();
                    try {
                        stopped.await(grace.plus(STOP_MARGIN).toMillis(), TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "stop");
    }

    private int serve(CrucibleConfig config) {
        Ink ink = shell.outInk();
        shell.out().println(ink.strong("Crucible " + VersionCommand.version()));
        long start = System.nanoTime();
        try (RunningServer server = start(config)) {
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            welcome(server, config, took);
            untilStopped(config.shutdownGrace());
        } catch (InterruptedException e) {
            shell.out().println(ink.faint("Stopped."));
        }
        return ExitCode.OK;
    }

    private void untilStopped(Duration grace) throws InterruptedException {
        try {
            new CountDownLatch(1).await();
        } finally {
            shell.out().println("\nStopping: running evaluations get up to " + Words.millis(grace.toMillis()) + "…");
        }
    }

    private RunningServer start(CrucibleConfig config) throws InterruptedException {
        try {
            return shell.launcher().start(config, step -> shell.out().println(shell.outInk().faint("  " + step + "…")));
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            if (stopWanted) {
                Thread.interrupted();
                throw new InterruptedException("stopped while starting");
            }
            throw failure(config, e);
        }
    }

    private void welcome(RunningServer server, CrucibleConfig config, Duration took) {
        shell.out().println("Ready after " + Words.millis(took.toMillis()) + ".\n");
        server.dashboard().ifPresent(uri -> {
            line("Dashboard", shell.outInk().strong(uri.toString()));
            line("Engine", server.engineSummary());
        });
        server.services().forEach((module, uri) -> line(module.substring(0, 1).toUpperCase(Locale.ROOT) + module.substring(1),
                shell.outInk().strong(uri.toString())));
        line("Data", config.home().toString());
        line("Reach", config.reachableFromOutside()
                ? "other machines too, with a key"
                : "this machine only" + (server.dashboard().isPresent() ? ", since there are no API keys" : ""));
        server.dashboard().ifPresent(uri -> {
            boolean usual = uri.toString().replaceAll("/$", "").equals(ClientCommand.DEFAULT_URL);
            line("Submit", (usual ? "" : "CRUCIBLE_URL=" + uri + " ") + shell.program() + " submit hello.py --follow");
        });
        line("Stop", "Ctrl-C");
        shell.out().println();
    }

    private void line(String name, String value) {
        shell.out().println("  " + shell.outInk().faint(String.format("%-10s", name)) + " " + value);
    }

    private CommandFailure failure(CrucibleConfig config, Exception failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return CommandFailure.negative(
                        "Crucible could not start: port " + config.port() + " of " + config.host()
                                + " is taken by another program. Choose another with --port or PORT, 0 for any free one.",
                        failure);
            }
        }
        String why = Optional.ofNullable(failure.getMessage()).orElse(failure.getClass().getName());
        return CommandFailure.negative(
                "Crucible could not start: " + why + (verbose ? "" : "\n`serve --verbose` shows more."), failure);
    }
}
