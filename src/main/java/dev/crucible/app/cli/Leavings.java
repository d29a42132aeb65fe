package dev.crucible.app.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** What a run left besides its output, as a person would say it; empty where there is nothing. */
final class Leavings {
    private static final int LONGEST_RESULT = 500;

    private Leavings() {}

    static boolean hasTests(JsonNode record) {
        return record.path("total").isInt();
    }

    /** True also without tests. */
    static boolean allPassed(JsonNode record) {
        return !hasTests(record) || record.path("passed").asInt() == record.path("total").asInt();
    }

    static String tests(JsonNode record) {
        return hasTests(record)
                ? record.path("passed").asInt() + " of " + record.path("total").asInt() + " passed"
                : "";
    }

    /** A line for each test that did not pass. */
    static List<String> failures(JsonNode record) {
        List<String> lines = new ArrayList<>();
        for (JsonNode test : record.path("tests")) {
            if (!test.path("passed").asBoolean()) {
                lines.add("✗ " + test.path("name").asText() + ": " + test.path("detail").asText(Words.reason(test)));
            }
        }
        int unrun = record.path("total").asInt() - record.path("tests").size();
        if (Words.terminal(record.path("status").asText()) && unrun > 0) {
            lines.add("- " + unrun + " not run");
        }
        return lines;
    }

    static String artifacts(JsonNode record) {
        return String.join(", ", StreamSupport.stream(record.path("artifacts").spliterator(), false)
                .map(file -> file.path("path").asText() + " (" + Words.size(file.path("size").asLong()) + ")")
                .toList());
    }

    /** The structured result as one line of JSON. */
    static String result(JsonNode record) {
        JsonNode result = record.path("result");
        String text = result.isMissingNode() || result.isNull() ? "" : result.toString();
        return text.length() > LONGEST_RESULT ? text.substring(0, LONGEST_RESULT) + "…" : text;
    }

    /** What the reason rests on. */
    static String evidence(JsonNode record) {
        JsonNode evidence = record.path("evidence");
        if (!evidence.isObject()) {
            return "";
        }
        String unit = evidence.path("unit").asText();
        List<String> figures = new ArrayList<>();
        if (evidence.path("measured").isNumber()) {
            figures.add("measured " + amount(evidence.path("measured").asLong(), unit));
        }
        if (evidence.path("limit").isNumber()) {
            figures.add("limit " + amount(evidence.path("limit").asLong(), unit));
        }
        return evidence.path("source").asText() + (figures.isEmpty() ? "" : ": " + String.join(", ", figures));
    }

    private static String amount(long value, String unit) {
        return switch (unit) {
            case "bytes" -> Words.size(value);
            case "ms" -> Words.millis(value);
            default -> value + " " + unit;
        };
    }
}
