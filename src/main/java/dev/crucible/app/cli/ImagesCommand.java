package dev.crucible.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "images",
        description = "The images that the container engines run: lists them, and makes them where no registry has them.",
        footer = {"", "Examples:", "  images list", "  images build", "  images build --languages go,rust", ""})
final class ImagesCommand implements Callable<Integer> {
    private final Shell shell;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private ImagesCommand(Shell shell) {
        this.shell = shell;
    }

    static CommandLine on(Shell shell) {
        return new CommandLine(new ImagesCommand(shell))
                .addSubcommand(SettingOptions.on(new ImagesListCommand(shell)))
                .addSubcommand(SettingOptions.on(new ImagesBuildCommand(shell)));
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(shell.err());
        return ExitCode.USAGE;
    }
}
