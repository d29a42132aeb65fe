package dev.crucible.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "version",
        description = "Prints this program's version.",
        footer = {"", "Example:", "  version --json", ""})
final class VersionCommand implements Callable<Integer> {
    private final Shell shell;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    VersionCommand(Shell shell) {
        this.shell = shell;
    }

    /** The version in the jar's manifest; {@code development} for classes outside of a jar. */
    static String version() {
        return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion()).orElse("development");
    }

    @Override
    public Integer call() {
        String java = System.getProperty("java.version");
        String platform = System.getProperty("os.name") + " " + System.getProperty("os.arch");
        if (json) {
            Map<String, String> version = new LinkedHashMap<>();
            version.put("version", version());
            version.put("java", java);
            version.put("platform", platform);
            shell.out().println(ClientCommand.pretty(version));
        } else {
            shell.out().println("crucible " + version() + " (Java " + java + ", " + platform + ")");
        }
        return ExitCode.OK;
    }
}
