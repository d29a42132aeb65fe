package dev.crucible.app.cli;

import dev.crucible.app.InvalidConfigException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The command line as a whole: finds the command, runs it, and tells failures in one clear message. */
public final class CommandLineTool {
    /** What is asked of the whole program, and is no flag of {@code serve}. */
    private static final Set<String> OF_THE_WHOLE = Set.of("-h", "--help", "-V", "--version");

    private final Shell shell;

    public CommandLineTool(Shell shell) {
        this.shell = shell;
    }

    /**
     * Runs one command to its end. {@code serve} ends when it is interrupted; no arguments, or flags alone, mean
     * {@code serve}.
     *
     * @return what the process should end with
     */
    public int execute(String... arguments) {
        boolean serve = arguments.length == 0
                || (arguments[0].startsWith("-") && !OF_THE_WHOLE.contains(arguments[0]));
        String[] all = arguments;
        if (serve) {
            all = new String[arguments.length + 1];
            all[0] = "serve";
            System.arraycopy(arguments, 0, all, 1, arguments.length);
        }
        int exitCode = commandLine(all[0]).execute(all);
        shell.out().flush();
        shell.err().flush();
        return exitCode;
    }

    @Command(
            name = "crucible",
            description = "Runs code that nobody trusts in a sandbox and reports what happened.",
            footer = {"", "Without a command it serves. COMMAND --help tells more.", ""})
    private static final class Root {}

    /** Every command, and how to make it. */
    private Map<String, Supplier<CommandLine>> commands() {
        Map<String, Supplier<CommandLine>> commands = new LinkedHashMap<>();
        commands.put("serve", () -> SettingOptions.on(new ServeCommand(shell)));
        commands.put("submit", () -> new CommandLine(new SubmitCommand(shell)));
        commands.put("status", () -> new CommandLine(new StatusCommand(shell)));
        commands.put("logs", () -> new CommandLine(new LogsCommand(shell)));
        commands.put("list", () -> new CommandLine(new ListCommand(shell)));
        commands.put("cancel", () -> new CommandLine(new CancelCommand(shell)));
        commands.put("languages", () -> new CommandLine(new LanguagesCommand(shell)));
        commands.put("engines", () -> new CommandLine(new EnginesCommand(shell)));
        commands.put("images", () -> ImagesCommand.on(shell));
        commands.put("doctor", () -> SettingOptions.on(new DoctorCommand(shell)));
        commands.put("config", () -> SettingOptions.on(new ConfigCommand(shell)));
        commands.put("version", () -> new CommandLine(new VersionCommand(shell)));
        return commands;
    }

    /** With the one command that is named, or with all: making all takes longer than most calls do. */
    private CommandLine commandLine(String name) {
        CommandLine root = new CommandLine(new Root());
        Map<String, Supplier<CommandLine>> commands = commands();
        if (commands.containsKey(name)) {
            root.addSubcommand(commands.get(name).get());
        } else {
            commands.values().forEach(command -> root.addSubcommand(command.get()));
        }
        root.setCommandName(shell.program());
        root.getCommandSpec().version("crucible " + VersionCommand.version());
        withHelp(root);
        root.getSubcommands().values().forEach(command -> {
            withHelp(command);
            command.getSubcommands().values().forEach(CommandLineTool::withHelp);
        });
        root.setOut(new PrintWriter(shell.out(), true, StandardCharsets.UTF_8));
        root.setErr(new PrintWriter(shell.err(), true, StandardCharsets.UTF_8));
        root.setColorScheme(CommandLine.Help.defaultColorScheme(shell.outInk().on() ? Ansi.ON : Ansi.OFF));
        root.setUsageHelpAutoWidth(false);
        root.setUsageHelpWidth(100);
        root.setParameterExceptionHandler((failure, arguments) -> misused(shell, failure));
        root.setExecutionExceptionHandler((failure, command, parsed) -> failed(shell, failure, parsed));
        return root;
    }

    private static void withHelp(CommandLine command) {
        command.getCommandSpec().addOption(CommandLine.Model.OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help.")
                .build());
        if (command.getParent() == null) {
            command.getCommandSpec().addOption(CommandLine.Model.OptionSpec.builder("-V", "--version")
                    .versionHelp(true)
                    .description("Show the version.")
                    .build());
        }
        command.getCommandSpec()
                .usageMessage()
                .sortOptions(false)
                .abbreviateSynopsis(true)
                .descriptionHeading("%n")
                .parameterListHeading("%n")
                .optionListHeading("%n")
                .commandListHeading("%nCommands:%n")
                .exitCodeListHeading("%nEnds with:%n")
                .exitCodeList(exitCodes());
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put(" 0", "what was asked for was done, and the answer is good");
        codes.put(" 1", "the answer is bad: the evaluation failed, nothing can run here, it would not start");
        codes.put(" 2", "what was typed or configured makes no sense");
        codes.put(" 3", "the server cannot be reached");
        codes.put(" 4", "the server refuses, and says why");
        return codes;
    }

    private static int misused(Shell shell, ParameterException failure) {
        CommandLine command = failure.getCommandLine();
        shell.err().println(shell.errInk().bad(VisibleText.line(failure.getMessage())));
        CommandLine.UnmatchedArgumentException.printSuggestions(failure, command.getErr());
        shell.err().println("See: " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitCode.USAGE;
    }

    private static int failed(Shell shell, Exception failure, ParseResult parsed) {
        if (failure instanceof InvalidConfigException invalid) {
            int count = invalid.problems().size();
            shell.err().println(shell.errInk().bad(
                    count == 1 ? "The configuration has a problem:" : "The configuration has " + count + " problems:"));
            invalid.problems().forEach(problem -> shell.err().println("  " + VisibleText.line(problem)));
            return ExitCode.USAGE;
        }
        int exitCode = failure instanceof CommandFailure known ? known.exitCode() : ExitCode.NEGATIVE;
        String message = Optional.ofNullable(failure.getMessage()).orElse("");
        shell.err().println(shell.errInk().bad(
                failure instanceof CommandFailure ? message : "Unexpected: " + failure.getClass().getSimpleName() + " " + message));
        if (verbose(parsed)) {
            failure.printStackTrace(shell.err());
        }
        return exitCode;
    }

    private static boolean verbose(ParseResult parsed) {
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        return last.hasMatchedOption("--verbose");
    }
}
