package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StructuredResultTest {
    private static StructuredResult of(String text) {
        return StructuredResult.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{}", "{\"a\": 1e999}", "{\"a\":-0.0,\"b\":1.50}", "{\"a\": [{\"a\": 1}, {\"a\": 1}], \"b\": {\"a\": 1}}",
        "{\"ä\": \"\\ud800\"}", "{\"n\": 1234567890123456789012345678901234567890}"
    })
    void an_object_is_kept_as_it_was_written(String text) {
        assertThat(of(text)).isEqualTo(new StructuredResult(text, ""));
        assertThat(of("\n " + text + "\n")).isEqualTo(new StructuredResult(text, ""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
        "`` | it is not a JSON object",
        "[1] | it is not a JSON object",
        "{\"a\": NaN} | it is not valid JSON at line 1, column 10",
        "{\"a\": 1 | it is not valid JSON at line 1, column 8",
        "{\"a\": 1, \"a\": 2} | a name comes twice in one object at line 1, column 10",
        "[{\"a\": 1}, {\"b\": 1, \"b\": 1}] | it is not a JSON object",
        "{\"x\": [{\"a\": 1}, {\"b\": 1, \"\\u0062\": 1}]} | a name comes twice in one object at line 1, column 27",
        "{} {} | something follows the JSON object at line 1, column 4",
        "{\"a\": 1e99999999999} | it holds a number that is out of every range",
    })
    void what_is_refused_is_told(String text, String why) {
        assertThat(of(text)).isEqualTo(new StructuredResult(null, "Its result was not kept: " + why + "."));
    }

    @Test
    void sizes_are_bounded() {
        assertThat(of("{\"a\": \"" + "x".repeat(65_536) + "\"}").refusal()).contains("larger than 64 KiB");
        assertThat(of("{\"a\": " + "[".repeat(70) + "]".repeat(70) + "}").refusal()).contains("nested too deeply");
        assertThat(of("{\"a\": " + "1".repeat(70) + "}").refusal()).contains("a number or a name that is too long");
        assertThat(StructuredResult.of(new byte[] {'{', (byte) 0xff, '}'}).refusal()).contains("not UTF-8");
        assertThat(StructuredResult.of(null)).isEqualTo(new StructuredResult(null, ""));
    }
}
