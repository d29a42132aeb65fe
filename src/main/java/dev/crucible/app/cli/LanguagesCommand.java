package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Command;

@Command(
        name = "languages",
        description = "Lists the languages, and which engine can run which version here.",
        footer = {"", "Example:", "  languages", ""})
final class LanguagesCommand extends ClientCommand {
    LanguagesCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        JsonNode answer = client().languages();
        if (json) {
            printJson(answer);
        } else {
            print(table(answer.path("languages")));
            remedies(answer.path("languages")).forEach(remedy -> print(remedy + "\n"));
        }
        return ExitCode.OK;
    }

    private String table(JsonNode languages) {
        Ink ink = shell.outInk();
        Set<String> engines = new LinkedHashSet<>();
        languages.forEach(language -> language.path("engines").fieldNames().forEachRemaining(engines::add));
        List<String> headings = new ArrayList<>(List.of("LANGUAGE", "ALSO"));
        engines.forEach(engine -> headings.add(VisibleText.line(engine)));
        Table table = new Table(ink, headings.toArray(String[]::new));
        for (JsonNode language : languages) {
            List<String> aliases = new ArrayList<>();
            language.path("aliases").forEach(alias -> aliases.add(alias.asText()));
            table.cell(language.path("name").asText(), ink::strong).cell(String.join(", ", aliases));
            for (String engine : engines) {
                JsonNode on = language.path("engines").path(engine);
                boolean available = on.path("available").asBoolean();
                table.cell(
                        available ? "✓ " + on.path("version").asText("") : "-", available ? ink::good : ink::faint);
            }
        }
        return table.toString();
    }

    /** What to do for languages that no engine runs. */
    private static List<String> remedies(JsonNode languages) {
        List<String> remedies = new ArrayList<>();
        for (JsonNode language : languages) {
            boolean anywhere = false;
            String line = "";
            for (Map.Entry<String, JsonNode> engine : language.path("engines").properties()) {
                anywhere |= engine.getValue().path("available").asBoolean();
                if (line.isEmpty() && engine.getValue().path("remedy").isTextual()) {
                    line = language.path("name").asText() + " on " + engine.getKey() + ": "
                            + engine.getValue().path("remedy").asText();
                }
            }
            if (!anywhere && !line.isEmpty()) {
                remedies.add("  " + VisibleText.line(line));
            }
        }
        return remedies;
    }
}
