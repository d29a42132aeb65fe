package dev.crucible.bench;

import dev.crucible.executor.sandbox.PlainSandbox;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The baselines: {@code print(1)} by a process that is started and waited for, and nothing else. */
final class Programs {
    static final String CODE = "print(1)";
    /** The same on the host and in the image. */
    static final List<String> PYTHON = List.of("/usr/bin/python3", "-c", CODE);

    /** One run of a baseline. */
    @FunctionalInterface
    interface Command {
        void run() throws IOException, InterruptedException;
    }

    private Programs() {}

    static void python() throws IOException, InterruptedException {
        run(PYTHON);
    }

    /** The command of bare Python inside the box that the engine builds. */
    static List<String> bubblewrap(Workspace workspace) throws IOException {
        return PlainSandbox.command(workspace.fresh("sandbox"), PYTHON);
    }

    static void run(List<String> command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", "/usr/bin:/bin");
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.getInputStream().close();
        if (process.waitFor() != 0 || !output.equals("1\n")) {
            throw new IOException(command.get(0) + " failed: " + output);
        }
    }
}
