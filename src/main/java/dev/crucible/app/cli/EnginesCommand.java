package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(
        name = "engines",
        description = "Lists what can isolate code here, and what to do for what cannot. Ends with 1 when nothing can.",
        footer = {"", "Example:", "  engines", ""})
final class EnginesCommand extends ClientCommand {
    EnginesCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        JsonNode answer = client().engines();
        boolean any = false;
        for (JsonNode engine : answer.path("engines")) {
            any |= engine.path("available").asBoolean();
        }
        if (json) {
            printJson(answer);
        } else {
            describe(answer);
        }
        return any ? ExitCode.OK : ExitCode.NEGATIVE;
    }

    private void describe(JsonNode answer) {
        Ink ink = shell.outInk();
        String standard = answer.path("default").asText("");
        Table table = new Table(ink, "ENGINE", "READY", "VERSION", "FOUND");
        for (JsonNode engine : answer.path("engines")) {
            boolean available = engine.path("available").asBoolean();
            String name = engine.path("name").asText();
            table.cell(name.equals(standard) ? name + " (default)" : name, ink::strong)
                    .cell(available ? "✓ yes" : "✗ no", available ? ink::good : ink::bad)
                    .cell(engine.path("version").asText("-"))
                    .cell(engine.path("detail").asText(""));
        }
        print(table);
        if (answer.path("default_reason").isTextual()) {
            print("\n" + VisibleText.line(answer.path("default_reason").asText()) + "\n");
        }
        for (JsonNode engine : answer.path("engines")) {
            String name = VisibleText.line(engine.path("name").asText());
            engine.path("weaknesses").forEach(weakness ->
                    print(ink.careful("! ") + name + ": " + VisibleText.line(weakness.asText()) + "\n"));
            if (engine.path("remedy").isTextual()) {
                print(ink.faint("> ") + name + ": " + VisibleText.line(engine.path("remedy").asText()) + "\n");
            }
        }
    }
}
