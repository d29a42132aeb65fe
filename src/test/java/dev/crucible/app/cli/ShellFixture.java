package dev.crucible.app.cli;

import dev.crucible.app.CrucibleConfig;
import dev.crucible.app.HostFacts;
import dev.crucible.app.RunningServer;
import dev.crucible.executor.EngineStatus;
import dev.crucible.executor.attack.Attack;
import dev.crucible.executor.attack.AttackReport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** A terminal, or a pipe, that remembers. */
final class ShellFixture {
    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    final Map<String, String> environment = new HashMap<>();
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private byte[] in = new byte[0];
    private boolean terminal;
    private RunningServer.Launcher launcher = new NoLauncher();

    ShellFixture url(String url) {
        environment.put("CRUCIBLE_URL", url);
        return this;
    }

    ShellFixture typing(String text) {
        in = text.getBytes(StandardCharsets.UTF_8);
        return this;
    }

    ShellFixture terminal() {
        terminal = true;
        return this;
    }

    ShellFixture launcher(RunningServer.Launcher launcher) {
        this.launcher = launcher;
        return this;
    }

    /** Runs a command to its end; {@link #out()} and {@link #err()} then have what this command wrote. */
    int run(String... arguments) {
        out.reset();
        err.reset();
        Shell shell = new Shell(
                new ByteArrayInputStream(in), new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8), terminal, terminal, environment,
                InstantSource.fixed(NOW), "./run.sh",
                () -> new HostFacts(2, 4L << 30, Path.of("/home/someone"), false), launcher);
        return new CommandLineTool(shell).execute(arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    byte[] outBytes() {
        return out.toByteArray();
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private static final class NoLauncher implements RunningServer.Launcher {
        @Override
        public RunningServer start(CrucibleConfig config, Consumer<String> progress) {
            throw new UnsupportedOperationException("this test starts no server");
        }

        @Override
        public List<EngineStatus> probeEngines(CrucibleConfig config) {
            throw new UnsupportedOperationException("this test probes no engines");
        }

        @Override
        public List<AttackReport> attack(
                CrucibleConfig config, String engine, List<Attack> attacks, Consumer<AttackReport> progress) {
            throw new UnsupportedOperationException("this test attacks nothing");
        }
    }
}
