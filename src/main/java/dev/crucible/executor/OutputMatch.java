package dev.crucible.executor;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.kernel.evaluation.TestCase.Match;
import dev.crucible.platform.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Holds a program's output against what was expected of it. */
final class OutputMatch {
    /** 1 and 1.0 are one number. Nodes ask this for each pair of leaves; zero says equal. */
    private static final Comparator<JsonNode> JSON_NUMBERS = (left, right) -> {
        if (left.isNumber() && right.isNumber()) {
            return left.decimalValue().compareTo(right.decimalValue());
        }
        return left.equals(right) ? 0 : 1;
    };

    private OutputMatch() {}

    static boolean matches(Match match, String expected, byte[] actual) {
        String text = new String(actual, StandardCharsets.UTF_8);
        return switch (match) {
            case EXACT -> Arrays.equals(expected.getBytes(StandardCharsets.UTF_8), actual);
            case TRIM -> expected.strip().equals(text.strip());
            case LINES -> lines(expected).equals(lines(text));
            case JSON -> sameJson(expected, text);
        };
    }

    private static List<String> lines(String text) {
        List<String> lines = new ArrayList<>(text.lines().map(String::stripTrailing).toList());
        while (!lines.isEmpty() && lines.get(lines.size() - 1).isEmpty()) {
            lines.remove(lines.size() - 1);
        }
        return lines;
    }

    private static boolean sameJson(String expected, String actual) {
        try {
            JsonNode left = Json.MAPPER.readTree(expected);
            return left.equals(JSON_NUMBERS, Json.MAPPER.readTree(actual));
        } catch (JsonProcessingException | NumberFormatException e) {
            return false;
        }
    }
}
