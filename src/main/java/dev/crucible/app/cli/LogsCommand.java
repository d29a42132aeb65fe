package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "logs",
        description = "Prints what an evaluation printed, each stream to its own.",
        footer = {"", "Examples:", "  logs eval_20261121_224936_9f3c01ab > out.bin", "  logs -f eval_20261121_224936_9f3c01ab", ""})
final class LogsCommand extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "The evaluation.")
    private String id = "";

    @Option(names = {"-f", "--follow"}, description = "Go on until it ends; Ctrl-C stops watching, not the evaluation.")
    private boolean follow;

    @Option(names = "--raw", description = "Do not take escape sequences out of what a terminal shows.")
    private boolean raw;

    LogsCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() throws IOException {
        if (follow && json) {
            throw CommandFailure.usage("--follow and --json do not go together");
        }
        EvaluationId evaluation = id(id);
        Viewer viewer = new Viewer(shell, client(), raw, false);
        if (follow) {
            viewer.sayOutcome(viewer.follow(evaluation));
            return ExitCode.OK;
        }
        JsonNode logs = viewer.client().logs(evaluation, 0, 0);
        if (json) {
            printJson(logs);
        } else if (Words.terminal(logs.path("status").asText())) {
            viewer.printOutput(evaluation, logs);
        } else {
            new Follower(viewer.client(), evaluation, viewer.stdout(), viewer.stderr()).catchUp();
        }
        return ExitCode.OK;
    }
}
