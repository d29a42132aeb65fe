package dev.crucible.app.cli;

import static java.util.Objects.requireNonNull;

import dev.crucible.app.HostFacts;
import dev.crucible.app.RunningServer;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Supplier;

/**
 * All that a command sees of the world around it.
 *
 * @param out takes what was asked for; raw bytes and UTF-8 text
 * @param err takes what is said about it
 * @param outIsTerminal whether a person's terminal shows what is written to {@code out}
 * @param errIsTerminal the same for {@code err}
 * @param environment the variables of the process
 * @param program what a person types before a command, such as {@code ./run.sh}
 * @param host what defaults depend on; asked for only when needed
 * @param launcher makes servers
 */
public record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        boolean outIsTerminal,
        boolean errIsTerminal,
        Map<String, String> environment,
        InstantSource clock,
        String program,
        Supplier<HostFacts> host,
        RunningServer.Launcher launcher) {
    public Shell {
        requireNonNull(in, "in is null");
        requireNonNull(out, "out is null");
        requireNonNull(err, "err is null");
        environment = Map.copyOf(environment);
        requireNonNull(clock, "clock is null");
        requireNonNull(program, "program is null");
        requireNonNull(host, "host is null");
        requireNonNull(launcher, "launcher is null");
    }

    Ink outInk() {
        return new Ink(outIsTerminal && colourWanted());
    }

    Ink errInk() {
        return new Ink(errIsTerminal && colourWanted());
    }

    /** See no-color.org. */
    private boolean colourWanted() {
        return environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
    }
}
