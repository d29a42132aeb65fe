package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "status",
        description = "Tells what became of an evaluation. Ends with 1 when it has ended without success.",
        footer = {"", "Example:", "  status eval_20261121_224936_9f3c01ab", ""})
final class StatusCommand extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "The evaluation.")
    private String id = "";

    StatusCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        JsonNode record = client().evaluation(id(id));
        if (json) {
            printJson(record);
        } else {
            print(describe(record));
        }
        boolean ended = Words.terminal(record.path("status").asText());
        return ended ? Viewer.exitCode(record) : ExitCode.OK;
    }

    private String describe(JsonNode record) {
        Ink ink = shell.outInk();
        String status = record.path("status").asText();
        StringBuilder text = new StringBuilder();
        text.append(ink.strong(VisibleText.line(record.path("eval_id").asText())))
                .append("  ")
                .append(Words.inked(ink, status, VisibleText.line(Words.status(status))))
                .append('\n');
        line(text, "reason", Words.reason(record));
        line(text, "evidence", Leavings.evidence(record));
        line(text, "tests", Leavings.tests(record));
        Leavings.failures(record).forEach(failure -> line(text, "", failure));
        line(text, "result", Leavings.result(record));
        line(text, "artifacts", Leavings.artifacts(record));
        line(text, "used", Words.usage(record));
        line(text, "language", words(record, "language", "language_version"));
        line(text, "engine", words(record, "engine", "engine_version"));
        line(text, "priority", record.path("priority").asText(""));
        line(text, "created", Words.ago(record.path("created_at"), shell.clock()));
        if (record.path("queue_wait_ms").isNumber()) {
            line(text, "waited", Words.millis(record.path("queue_wait_ms").asLong()));
        }
        line(text, "attempt", record.path("attempt").asInt() > 1 ? record.path("attempt").asText() : "");
        line(text, "output", Words.size(record.path("output_size").asLong()) + ", errors "
                + Words.size(record.path("error_size").asLong()));
        return text.toString();
    }

    private static String words(JsonNode record, String first, String second) {
        return (record.path(first).asText("") + " " + record.path(second).asText("")).strip();
    }

    private void line(StringBuilder text, String name, String value) {
        if (!value.isEmpty()) {
            text.append("  ").append(shell.outInk().faint(String.format("%-9s", name))).append(' ')
                    .append(VisibleText.line(value)).append('\n');
        }
    }
}
