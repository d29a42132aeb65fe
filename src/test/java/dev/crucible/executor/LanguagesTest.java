package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.crucible.kernel.evaluation.Limits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LanguagesTest {
    private static InputStream yaml(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void the_packed_registry_is_valid_and_knows_fifteen_languages() {
        Languages languages = Languages.load();
        assertThat(languages.all()).extracting(Language::name).containsExactly(
                "python", "javascript", "typescript", "bash", "c", "cpp", "java", "go", "rust", "ruby", "perl", "php", "r",
                "lua", "sqlite");
        assertThat(languages.all()).allSatisfy(language -> {
            assertThat(language.image()).as(language.name()).startsWith("crucible/");
            assertThat(language.aptPackages()).as(language.name()).isNotEmpty();
            assertThat(language.template()).as(language.name()).contains("Hello from the sandbox");
            assertThat(language.fork()).as(language.name()).isEqualTo(language.name().equals("python"));
        });
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

    @Test
    void the_base_images_dockerfile_installs_the_packages_of_its_languages() throws IOException {
        String dockerfile = Files.readString(Path.of("deploy/images/base/Dockerfile"));
        String packages = Languages.load().all().stream()
                .filter(language -> "crucible/base:bookworm".equals(language.image()))
                .flatMap(language -> language.aptPackages().stream())
                .distinct().sorted().collect(Collectors.joining(" "));

        assertThat(dockerfile).contains("        " + packages + " \\\n");
    }

    @Test
    void words_of_a_command_stand_for_the_program_and_the_memory_limit() {
        Language language = language(List.of("cc", "{sources}", "-o{stem}"), List.of("vm", "-m{memory_mib}m", "{memory_bytes}", "{file}"));
        List<String> files = List.of("src/b.c", "src/{stem}.c", "notes.txt", "a.c");

        assertThat(language.compileCommand("src/{stem}.c", files, Limits.DEFAULTS))
                .containsExactly("cc", "src/{stem}.c", "a.c", "src/b.c", "-osrc/{stem}");
        assertThat(language.runCommand("a.c", files, Limits.DEFAULTS))
                .containsExactly("vm", "-m256m", "268435456", "a.c");
    }

    @Test
    void limits_environment_and_mounts_are_read() throws IOException {
        Language language = Languages.read(yaml("""
                - name: big
                  file: m
                  compile: [make, "{file}"]
                  run: [./m]
                  probe: [make]
                  env: {HEAP: "1"}
                  mounts: [/etc/big]
                  limits: {memory_limit: 1Gi, timeout: 0.5}
                  compile_limits: {cpu_limit: 500m, disk_limit: 1Mi, pids_limit: 7}
                """)).all().get(0);

        assertThat(language.env()).containsExactly(Map.entry("HEAP", "1"));
        assertThat(language.mounts()).containsExactly(Path.of("/etc/big"));
        assertThat(language.limits())
                .isEqualTo(new LanguageLimits(Duration.ofMillis(500), null, 1L << 30, null, null));
        assertThat(language.compileLimits()).isEqualTo(new LanguageLimits(null, 500, null, 1L << 20, 7));
        assertThat(language.compileLimits().over(Limits.DEFAULTS)).isEqualTo(new Limits(
                Duration.ofSeconds(30), Duration.ofSeconds(15), 256L << 20, 500, 1L << 20, 10L << 20, 7));
    }

    @Test
    void every_problem_of_limits_environment_mounts_and_image_is_named() {
        assertThatThrownBy(() -> Languages.read(yaml("""
                - name: bad
                  file: m
                  run: [m, "{file}"]
                  probe: [m]
                  image: "Not An Image"
                  env: {"1X": a}
                  mounts: [relative, /a/../b]
                  limits: {memory_limit: lots, timeout: 0, pids_limit: many}
                  compile_limits: {cpu_limit: 0}
                - {name: empty, file: m, run: [null], probe: [p]}
                """)))
                .hasMessageContainingAll(
                        "bad: image must be", "bad: env: a name", "mounts: relative must be", "mounts: /a/../b must be",
                        "limits: memory_limit: expected", "limits: timeout: must be above 0", "limits: pids_limit is not a number",
                        "compile_limits: cpu_limit: must be above 0", "compile_limits without compile",
                        "empty: a list or map has an empty value");
    }

    @Test
    void an_administrators_file_replaces_and_adds(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("more.yaml"), """
                - {name: lua, title: My Lua, file: m.lua, run: [luajit, "{file}"], probe: [luajit, -v]}
                - {name: brainfuck, aliases: [bf], file: m.bf, run: [bf, "{file}"], probe: [bf]}
                """);

        Languages languages = Languages.load(file);

        assertThat(languages.all()).hasSize(16);
        assertThat(languages.find("lua").orElseThrow().title()).isEqualTo("My Lua");
        assertThat(languages.find("lua5")).isEmpty();
        assertThat(languages.find("BF").orElseThrow().name()).isEqualTo("brainfuck");
        assertThatThrownBy(() -> Languages.load(Files.writeString(file, "- {name: x, aliases: [py], file: m, run: [\"{file}\"], probe: [p]}")))
                .hasMessageContaining("the name py is used twice");
        assertThatThrownBy(() -> Languages.load(Files.writeString(file, "- {name: x\n  file")))
                .hasMessageContaining("is not a list of languages in YAML");
        assertThatThrownBy(() -> Languages.load(folder.resolve("absent"))).hasMessageContaining("cannot be read");
    }

    private static Language language(List<String> compile, List<String> run) {
        return new Language(
                "any", "Any", List.of(), "a.c", compile, run, List.of("any"), null, Map.of(), "", false);
    }
}
