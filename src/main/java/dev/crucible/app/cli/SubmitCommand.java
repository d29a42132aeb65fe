package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "submit",
        description = {
            "Sends a program to be run in a sandbox, and prints its id.",
            "With --wait or --follow the program's output goes to standard output and standard error, and how it ended"
                    + " is said on standard error."
        },
        footer = {
            "",
            "Examples:",
            "  submit hello.py --follow",
            "  echo 'print(6 * 7)' | submit - --wait",
            "  submit job.sh --timeout 120 --memory 512Mi --env MODE=fast --arg input.txt --tag team=red",
            "  submit main.py --file lib/table.py --file data/in.csv --artifact 'out/*.csv' --wait",
            ""
        })
final class SubmitCommand extends ClientCommand {
    @Parameters(paramLabel = "FILE", description = "The program; - reads it from standard input.")
    private String file = "";

    @Option(names = "--language", paramLabel = "NAME", description = "Default: by the file's extension or first line.")
    private @Nullable String language;

    @Option(names = "--engine", paramLabel = "NAME", description = "Default: the server's.")
    private @Nullable String engine;

    @Option(names = "--timeout", paramLabel = "SECONDS", description = "How long it may run; default 30.")
    private @Nullable BigDecimal timeout;

    @Option(names = "--priority", paramLabel = "0-10", description = "10 is most urgent; default 5.")
    private @Nullable Integer priority;

    @Option(names = "--memory", paramLabel = "SIZE", description = "Such as 512Mi; default 256Mi.")
    private @Nullable String memory;

    @Option(names = "--cpu", paramLabel = "CPUS", description = "Such as 0.5 or 500m; default 1.")
    private @Nullable String cpu;

    @Option(names = "--pids", paramLabel = "COUNT", description = "Processes and threads at once; default 64.")
    private @Nullable Integer pids;

    @Option(names = "--output-limit", paramLabel = "SIZE", description = "For each stream; default 10Mi.")
    private @Nullable String outputLimit;

    @Option(names = "--stdin", paramLabel = "FILE", description = "What the program reads; - passes standard input on.")
    private @Nullable String stdin;

    @Option(names = "--stdin-text", paramLabel = "TEXT", description = "The same, given here.")
    private @Nullable String stdinText;

    @Option(names = "--env", paramLabel = "NAME=VALUE", description = "A variable for the program; repeatable.")
    private Map<String, String> environment = new LinkedHashMap<>();

    @Option(names = "--arg", paramLabel = "TEXT", description = "An argument for the program; repeatable.")
    private List<String> arguments = List.of();

    @Option(names = "--tag", paramLabel = "NAME=VALUE", description = "Kept with the evaluation; repeatable.")
    private Map<String, String> tags = new LinkedHashMap<>();

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "One more file for the work folder, under the path given here; repeatable.")
    private List<String> files = List.of();

    @Option(
            names = "--artifact",
            paramLabel = "GLOB",
            description = "Files that the program leaves and that are kept, such as 'out/*.csv'; repeatable.")
    private List<String> artifacts = List.of();

    @Option(names = "--cold", description = "Run it in a wholly new sandbox and interpreter.")
    private boolean cold;

    @ArgGroup
    private @Nullable Waiting waiting;

    @Option(
            names = "--exit-code",
            description = "With --wait or --follow: end with the program's exit code (128 + signal; 124 when a time limit"
                    + " stopped it, 125 when anything else did).")
    private boolean guestExitCode;

    @Option(names = "--raw", description = "Do not take escape sequences out of what a terminal shows.")
    private boolean raw;

    @Option(names = {"-q", "--quiet"}, description = "With --wait or --follow: do not say how it ended.")
    private boolean quiet;

    /** Two ways of staying until the end. */
    static final class Waiting {
        @Option(names = "--wait", description = "Wait for the end, then print the output.")
        boolean wait;

        @Option(names = {"-f", "--follow"}, description = "Print the output while it runs.")
        boolean follow;
    }

    SubmitCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() throws IOException {
        if (waiting == null && (guestExitCode || quiet)) {
            throw CommandFailure.usage("--exit-code and --quiet need --wait or --follow");
        }
        ObjectNode submission = submission();
        Viewer viewer = new Viewer(shell, client(), raw, quiet || json);
        boolean follow = waiting != null && waiting.follow && !json;
        int hold = waiting != null && !follow ? Viewer.LONGEST_HOLD : 0;
        JsonNode answer = viewer.client().submit(submission, UUID.randomUUID().toString(), hold);
        EvaluationId id = id(answer.path("eval_id").asText());
        if (waiting == null) {
            announce(answer);
            return ExitCode.OK;
        }
        JsonNode record = follow ? viewer.follow(id) : viewer.await(id, answer);
        if (json) {
            printJson(record);
        } else if (!follow) {
            viewer.printOutput(id, record);
        }
        viewer.sayOutcome(record);
        return guestExitCode ? Viewer.guestExitCode(record) : Viewer.exitCode(record);
    }

    private void announce(JsonNode answer) {
        if (json) {
            printJson(answer);
            return;
        }
        String id = answer.path("eval_id").asText();
        print(VisibleText.line(id) + "\n");
        if (shell.errIsTerminal()) {
            shell.err().println(shell.errInk().faint("queued; watch it with: " + shell.program() + " logs -f " + id));
        }
    }

    private ObjectNode submission() {
        if (stdin != null && stdinText != null) {
            throw CommandFailure.usage("--stdin and --stdin-text are two ways to give the same thing; give one");
        }
        if (SourceFile.STDIN.equals(stdin) && file.equals(SourceFile.STDIN)) {
            throw CommandFailure.usage("standard input cannot be both the program and what the program reads");
        }
        String code = SourceFile.read(file, shell.in());
        ObjectNode body = Json.MAPPER.createObjectNode().put("code", code);
        body.put("language", language != null ? language : guessedLanguage(code));
        put(body, "engine", engine);
        put(body, "memory_limit", memory);
        put(body, "cpu_limit", cpu);
        put(body, "output_limit", outputLimit);
        put(body, "stdin", stdin == null ? stdinText : SourceFile.read(stdin, shell.in()));
        if (timeout != null) {
            body.put("timeout", timeout);
        }
        if (priority != null) {
            body.put("priority", priority);
        }
        if (pids != null) {
            body.put("pids_limit", pids);
        }
        if (!arguments.isEmpty()) {
            body.set("args", Json.MAPPER.valueToTree(arguments));
        }
        for (String extra : files) {
            body.withArray("files").add(ExtraFile.read(extra));
        }
        if (!artifacts.isEmpty()) {
            body.set("artifacts", Json.MAPPER.valueToTree(artifacts));
        }
        if (cold) {
            body.put("isolation", "cold");
        }
        if (!environment.isEmpty()) {
            body.set("env", Json.MAPPER.valueToTree(environment));
        }
        if (!tags.isEmpty()) {
            body.set("tags", Json.MAPPER.valueToTree(tags));
        }
        return body;
    }

    private String guessedLanguage(String code) {
        return SourceFile.language(file, code).orElseGet(() -> {
            if (file.equals(SourceFile.STDIN)) {
                return "python";
            }
            throw CommandFailure.usage("The language of " + VisibleText.line(file)
                    + " cannot be told from its name or first line; give --language (`languages` lists them)");
        });
    }

    private static void put(ObjectNode body, String field, @Nullable String value) {
        if (value != null) {
            body.put(field, value);
        }
    }
}
