package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Lists evaluations, newest first.",
        footer = {"", "Examples:", "  list --status failed,timeout --since 2h", "  list --tag team=red --limit 100 --json", ""})
final class ListCommand extends ClientCommand {
    private static final int PREVIEW_WIDTH = 40;
    private static final Pattern AGE = Pattern.compile("(\\d{1,9})([smhd])");

    @Option(names = "--limit", paramLabel = "COUNT", description = "At most this many; default ${DEFAULT-VALUE}.")
    private int limit = 20;

    @Option(names = "--status", paramLabel = "NAMES", description = "Any of these, joined by commas.")
    private @Nullable String status;

    @Option(names = "--language", paramLabel = "NAME", description = "In this language.")
    private @Nullable String language;

    @Option(names = "--engine", paramLabel = "NAME", description = "On this engine.")
    private @Nullable String engine;

    @Option(names = "--priority", paramLabel = "0-10", description = "With this priority.")
    private @Nullable Integer priority;

    @Option(names = "--tag", paramLabel = "NAME=VALUE", description = "With this tag.")
    private @Nullable String tag;

    @Option(names = "--since", paramLabel = "TIME", description = "Created since: 30s, 10m, 2h, 7d ago, or a time in ISO form.")
    private @Nullable String since;

    @Option(names = "--until", paramLabel = "TIME", description = "Created before, in the same forms.")
    private @Nullable String until;

    @Option(names = "--search", paramLabel = "TEXT", description = "With this text in its code's beginning or in its id.")
    private @Nullable String text;

    @Option(names = "--cursor", paramLabel = "CURSOR", description = "Go on where the page before ended.")
    private @Nullable String cursor;

    ListCommand(Shell shell) {
        super(shell);
    }

    @Override
    public Integer call() {
        JsonNode page = client().list(filters());
        if (json) {
            printJson(page);
            return ExitCode.OK;
        }
        print(page.path("evaluations").isEmpty() ? "Nothing found.\n" : table(page.path("evaluations")));
        if (page.path("has_more").asBoolean() && page.path("next_cursor").isTextual()) {
            shell.err().println(shell.errInk()
                    .faint("There are more: --cursor " + VisibleText.line(page.path("next_cursor").asText())));
        }
        return ExitCode.OK;
    }

    private Map<String, String> filters() {
        Map<String, String> filters = new LinkedHashMap<>();
        filters.put("limit", Integer.toString(limit));
        put(filters, "status", status);
        put(filters, "language", language);
        put(filters, "engine", engine);
        put(filters, "priority", priority);
        put(filters, "tag", tag);
        put(filters, "since", since == null ? null : time("--since", since));
        put(filters, "until", until == null ? null : time("--until", until));
        put(filters, "q", text);
        put(filters, "cursor", cursor);
        return filters;
    }

    private static void put(Map<String, String> filters, String name, @Nullable Object value) {
        if (value != null) {
            filters.put(name, value.toString());
        }
    }

    private Instant time(String option, String text) {
        Matcher age = AGE.matcher(text);
        try {
            return age.matches()
                    ? shell.clock().instant().minus(age(Long.parseLong(age.group(1)), age.group(2)))
                    : Instant.parse(text);
        } catch (DateTimeException e) {
            throw CommandFailure.usage(option + " must be 30s, 10m, 2h or 7d ago, or a time such as 2026-11-21T22:49:36Z");
        }
    }

    private static Duration age(long amount, String unit) {
        return switch (unit) {
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }

    private String table(JsonNode evaluations) {
        Ink ink = shell.outInk();
        Table table = new Table(ink, "STATUS", "ID", "LANGUAGE", "ENGINE", "CREATED", "RAN", "CODE");
        for (JsonNode evaluation : evaluations) {
            String status = evaluation.path("status").asText();
            JsonNode ran = evaluation.path("runtime_ms");
            table.cell(Words.status(status), text -> Words.inked(ink, status, text))
                    .cell(evaluation.path("eval_id").asText())
                    .cell(evaluation.path("language").asText())
                    .cell(evaluation.path("engine").asText())
                    .cell(Words.ago(evaluation.path("created_at"), shell.clock()))
                    .cell(ran.isNumber() ? Words.millis(ran.asLong()) : "-")
                    .cell(preview(evaluation.path("code_preview").asText()), ink::faint);
        }
        return table.toString();
    }

    /** A line's worth; the table makes it visible. */
    private static String preview(String code) {
        String line = code.strip().replace("\n", " ↵ ");
        return line.codePointCount(0, line.length()) <= PREVIEW_WIDTH
                ? line
                : line.substring(0, line.offsetByCodePoints(0, PREVIEW_WIDTH - 1)) + "…";
    }
}
