package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cancel",
        description = {
            "Stops an evaluation: a queued one never runs, a running one is told to stop and after 5 s made to.",
            "Ends with 1 when it had ended already."
        },
        footer = {"", "Example:", "  cancel eval_20261121_224936_9f3c01ab --kill", ""})
final class CancelCommand extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "The evaluation.")
    private String id = "";

    @Option(names = "--kill", description = "At once, without time to tidy up.")
    private boolean kill;

    CancelCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        JsonNode answer = client().cancel(id(id), kill);
        String status = answer.path("status").asText();
        if (json) {
            printJson(answer);
        } else {
            print(Words.inked(shell.outInk(), status, VisibleText.line(Words.status(status))) + "  "
                    + VisibleText.line(answer.path("message").asText("")) + "\n");
        }
        return Words.terminal(status) && !status.equals("cancelled") ? ExitCode.NEGATIVE : ExitCode.OK;
    }
}
