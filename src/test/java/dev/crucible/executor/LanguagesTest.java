package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LanguagesTest {
    private static InputStream yaml(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_packed_registry_is_valid_and_knows_python_bash_and_javascript() {
        Languages languages = Languages.load();
        assertThat(languages.all()).extracting(Language::name).startsWith("python", "bash", "javascript");
        assertThat(languages.find(" Python3 ").orElseThrow().run()).containsExactly("python3", "{file}");
        assertThat(languages.find("node").orElseThrow().name()).isEqualTo("javascript");
        assertThat(languages.find("cobol")).isEmpty();
    }

    @Test
    void every_problem_of_a_registry_is_named_at_once() {
        assertThatThrownBy(() -> Languages.read(yaml("""
                - {name: "Bad Name", file: ../x, run: [run], probe: [probe]}
                - {name: good, file: main.g, run: [run, "{file}"]}
                """)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Bad Name: name")
                .hasMessageContaining("file must be a plain file name")
                .hasMessageContaining("{file}")
                .hasMessageContaining("good: probe");
    }

    @Test
    void a_name_used_twice_and_an_unknown_field_are_refused() {
        assertThatThrownBy(() -> Languages.read(yaml("""
                - {name: a, aliases: [b], file: m, run: ["{file}"], probe: [p]}
                - {name: b, file: m, run: ["{file}"], probe: [p]}
                """))).hasMessageContaining("used twice");
        assertThatThrownBy(() -> Languages.read(yaml("- {name: a, file: m, run: [\"{file}\"], probe: [p], colour: red}")))
                .isInstanceOf(IOException.class);
    }
}
