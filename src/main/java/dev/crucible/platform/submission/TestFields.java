package dev.crucible.platform.submission;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.crucible.kernel.evaluation.TestCase.Match;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.platform.json.Json;
import dev.crucible.platform.submission.Fields;
import dev.crucible.platform.submission.InputFields;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the inputs of a submission that is run with many. */
record TestFields(List<TestCase> tests, boolean stopOnFailure) {
    private static final int MAX_TESTS = 200;
    private static final int MAX_NAME = 128;
    private static final int MAX_EXPECTED_BYTES = 1 << 20;

    static TestFields read(Fields fields, InputFields input) {
        List<TestCase> tests = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Fields test : fields.objects("tests", MAX_TESTS)) {
            tests.add(test(test, Integer.toString(tests.size() + 1), names));
        }
        if (!tests.isEmpty()) {
            ownInput(fields, input);
            sizes(fields, tests, input);
        }
        return new TestFields(tests, fields.flag("stop_on_failure"));
    }

    /** What would reach no run at all should not be taken in silence. */
    private static void ownInput(Fields fields, InputFields input) {
        String message = "reaches none of tests: give it to each of them";
        if (!input.stdin().isEmpty()) {
            fields.wrong("stdin", message, "conflict");
        }
        if (!input.args().isEmpty()) {
            fields.wrong("args", message, "conflict");
        }
    }

    private static void sizes(Fields fields, List<TestCase> tests, InputFields input) {
        long given = InputFields.size("", List.of(), input.env());
        long expected = 0;
        for (TestCase test : tests) {
            given += InputFields.size(test.stdin(), test.args(), Map.of());
            expected += test.expectedOutput() == null ? 0 : Fields.utf8Length(test.expectedOutput());
        }
        if (given > InputFields.MAX_BYTES) {
            fields.wrong("tests", "stdin and args of all of them, and env, are longer than 1 MiB together", "too_long");
        }
        if (expected > MAX_EXPECTED_BYTES) {
            fields.wrong("tests", "expected_output of all of them is longer than 1 MiB together", "too_long");
        }
    }

    private static TestCase test(Fields test, String number, Set<String> names) {
        String name = name(test, number);
        if (!names.add(name)) {
            test.wrong("name", "is the name of an earlier test", "duplicate");
        }
        Match match = match(test);
        return new TestCase(
                name, InputFields.stdin(test), InputFields.args(test), expectedOutput(test, match), match);
    }

    private static String name(Fields test, String number) {
        String name = test.text("name");
        if (name == null) {
            return number;
        }
        if (name.isBlank() || name.length() > MAX_NAME) {
            test.wrong("name", "must have 1 to " + MAX_NAME + " characters", "too_long");
        } else if (name.chars().anyMatch(Character::isISOControl)) {
            test.wrong("name", "must not hold control characters", "invalid_text");
        }
        return name;
    }

    private static Match match(Fields test) {
        String name = test.text("match");
        for (Match match : Match.values()) {
            if (match.wire().equals(name)) {
                return match;
            }
        }
        if (name != null) {
            test.wrong("match", "must be one of " + Arrays.stream(Match.values())
                    .map(Match::wire).collect(Collectors.joining(", ")), "unknown_value");
        }
        return Match.EXACT;
    }

    private static @Nullable String expectedOutput(Fields test, Match match) {
        String expected = test.text("expected_output");
        if (expected != null && match == Match.JSON && !isJson(expected)) {
            test.wrong("expected_output", "is not JSON, which match json compares with", "invalid_json");
        }
        return expected;
    }

    private static boolean isJson(String text) {
        try {
            return !Json.MAPPER.readTree(text).isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }
}
