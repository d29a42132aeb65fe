package dev.crucible.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.json.Json;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that asks a server. */
abstract class ClientCommand implements Callable<Integer> {
    static final String DEFAULT_URL = "http://127.0.0.1:8080";

    final Shell shell;

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The server's address; default: $CRUCIBLE_URL, else " + DEFAULT_URL + ".")
    private @Nullable String url;

    @Option(names = "--json", description = "Print the server's answer as JSON.")
    boolean json;

    ClientCommand(Shell shell) {
        this.shell = shell;
    }

    CrucibleClient client() {
        return client(DEFAULT_URL);
    }

    /** @param otherwise where the server is when nobody says so */
    CrucibleClient client(String otherwise) {
        String fromEnvironment = shell.environment().getOrDefault("CRUCIBLE_URL", "");
        return new CrucibleClient(url != null ? url : fromEnvironment.isEmpty() ? otherwise : fromEnvironment);
    }

    void print(Object text) {
        shell.out().print(text);
    }

    void printJson(JsonNode node) {
        print(pretty(node) + "\n");
    }

    static String pretty(Object value) {
        try {
            return VisibleText.json(Json.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(value));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON form for " + value.getClass().getName(), e);
        }
    }

    static EvaluationId id(String text) {
        return EvaluationId.parse(text)
                .orElseThrow(() -> CommandFailure.usage("\"" + VisibleText.line(text, 70)
                        + "\" is not an evaluation's id; they look like eval_20261121_224936_9f3c01ab"));
    }
}
