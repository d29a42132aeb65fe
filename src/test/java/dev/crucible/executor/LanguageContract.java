package dev.crucible.executor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.crucible.executor.EngineStatus.LanguageStatus;
import dev.crucible.executor.Programs.Asked;
import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What every language must do on an engine that has it, with nothing but its own default limits. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class LanguageContract {
    /** Reads a line from standard input and prints it in capitals, after a word that ASCII cannot write. */
    private static final Map<String, String> ECHO = Map.ofEntries(
            Map.entry("python", "print('grüße ✓', input().upper())"),
            Map.entry("javascript", "console.log('grüße ✓', require('fs').readFileSync(0, 'utf8').trim().toUpperCase());"),
            Map.entry("typescript", """
                    import * as fs from "fs";
                    const line: string = fs.readFileSync(0, "utf8");
                    console.log("grüße ✓", line.trim().toUpperCase());
                    """),
            Map.entry("bash", "read -r line; echo \"grüße ✓ ${line^^}\""),
            Map.entry("c", """
                    #include <ctype.h>
                    #include <stdio.h>
                    int main(void) {
                        int c;
                        printf("grüße ✓ ");
                        while ((c = getchar()) != EOF) putchar(toupper(c));
                    }
                    """),
            Map.entry("cpp", """
                    #include <algorithm>
                    #include <iostream>
                    #include <string>
                    int main() {
                        std::string line;
                        std::getline(std::cin, line);
                        std::transform(line.begin(), line.end(), line.begin(), [](unsigned char c) { return toupper(c); });
                        std::cout << "grüße ✓ " << line << "\\n";
                    }
                    """),
            Map.entry("java", """
                    import java.util.Scanner;
                    public class Greeter {
                        public static void main(String[] args) {
                            System.out.println("grüße ✓ " + new Scanner(System.in).nextLine().toUpperCase());
                        }
                    }
                    """),
            Map.entry("go", """
                    package main
                    import ("bufio"; "fmt"; "os"; "strings")
                    func main() {
                        line, _ := bufio.NewReader(os.Stdin).ReadString('\\n')
                        fmt.Println("grüße ✓", strings.ToUpper(strings.TrimSpace(line)))
                    }
                    """),
            Map.entry("rust", """
                    fn main() {
                        let mut line = String::new();
                        std::io::stdin().read_line(&mut line).unwrap();
                        println!("grüße ✓ {}", line.trim().to_uppercase());
                    }
                    """),
            Map.entry("ruby", "puts \"grüße ✓ #{gets.chomp.upcase}\""),
            Map.entry("perl", "my $line = <STDIN>; print 'grüße ✓ ', uc $line;"),
            Map.entry("php", "<?php echo 'grüße ✓ ', strtoupper(trim(fgets(STDIN))), \"\\n\";"),
            Map.entry("r", "cat(\"grüße ✓ \", toupper(readLines(file(\"stdin\"), n = 1)), \"\\n\", sep = \"\")"),
            Map.entry("lua", "print('grüße ✓ ' .. io.read('l'):upper())"),
            Map.entry("sqlite", "CREATE TABLE t(line);\n.import \"|cat\" t\nSELECT 'grüße ✓ ' || upper(line) FROM t;"));

    /** Prints one line, then fails while it runs. */
    private static final Map<String, String> FAILING = Map.ofEntries(
            Map.entry("python", "print('before', flush=True)\nraise ValueError('the cause')"),
            Map.entry("javascript", "console.log('before'); throw new Error('the cause');"),
            Map.entry("typescript", "console.log('before'); throw new Error('the cause');"),
            Map.entry("bash", "echo before; echo 'the cause' >&2; exit 3"),
            Map.entry("c", """
                    #include <stdio.h>
                    int main(void) { puts("before"); fputs("the cause", stderr); return 3; }
                    """),
            Map.entry("cpp", """
                    #include <iostream>
                    int main() { std::cout << "before" << std::endl; std::cerr << "the cause"; return 3; }
                    """),
            Map.entry("java", """
                    class Main {
                        public static void main(String[] args) {
                            System.out.println("before");
                            throw new IllegalStateException("the cause");
                        }
                    }
                    """),
            Map.entry("go", "package main\nimport \"fmt\"\nfunc main() { fmt.Println(\"before\"); panic(\"the cause\") }"),
            Map.entry("rust", "fn main() { println!(\"before\"); panic!(\"the cause\"); }"),
            Map.entry("ruby", "puts 'before'; raise 'the cause'"),
            Map.entry("perl", "$| = 1; print \"before\\n\"; die 'the cause';"),
            Map.entry("php", "<?php echo \"before\\n\"; throw new Exception('the cause');"),
            Map.entry("r", "cat(\"before\\n\"); stop(\"the cause\")"),
            Map.entry("lua", "print('before'); error('the cause')"),
            Map.entry("sqlite", "SELECT 'before';\nSELECT the_cause;\nSELECT 'after';"));

    /** Cannot be compiled. */
    private static final Map<String, String> BROKEN = Map.of(
            "typescript", "const count: number = 'three';",
            "c", "int main(void) { return nothing; }",
            "cpp", "int main() { return nothing; }",
            "java", "class Main { int count = \"three\"; }",
            "go", "package main\nfunc main() { unused := 1 }",
            "rust", "fn main() { let count: i32 = \"three\"; }");

    /** Is compiled, and what comes of it is no program. */
    private static final Map<String, String> LIBRARY = Map.of(
            "go", "package lib\nfunc F() {}",
            "rust", "#![crate_type = \"lib\"]\npub fn f() {}");

    @TempDir
    static Path folder;

    private ExecutorPart executor;
    private Programs programs;
    private Languages languages;

    /** A fresh engine that keeps its boxes below {@code config.folder()}; closed by this suite. */
    protected abstract Engine engine(ExecutorConfig config, Languages languages);

    /** The languages that the engine must have. */
    protected abstract Set<String> names();

    @BeforeAll
    void start() {
        languages = Languages.load();
        ExecutorConfig config = new ExecutorConfig(folder, 4, null, "lang" + ProcessHandle.current().pid());
        Engine engine = engine(config, languages);
        executor = ExecutorModule.local(config, List.of(engine), languages, InstantSource.system());
        executor.start();
        programs = new Programs(executor, engine.name());
    }

    @AfterAll
    void stop() {
        if (executor != null) {
            executor.close();
        }
    }

    Stream<String> every() {
        return names().stream().sorted();
    }

    Stream<String> compiled() {
        return every().filter(BROKEN::containsKey);
    }

    @Test
    void what_cannot_be_executed_is_the_fault_of_who_wrote_it() {
        assertThat(LIBRARY.keySet().stream().filter(names()::contains)).allSatisfy(name -> {
            Ran ran = run(name, LIBRARY.get(name), "");
            assertThat(ran.result().reason()).as(name + ": " + ran.result().detail()).isEqualTo(Reason.NONZERO_EXIT);
            assertThat(ran.stderr()).contains("cannot execute ./main");
        });
    }

    @Test
    void what_is_compiled_runs_when_it_can_be_carried_and_fits_and_else_the_reason_is_told() {
        assumeThat(names()).contains("c");
        String code = "volatile char ballast[%d << 20] = {1};\nint main(void) { return ballast[0] - 1; }\n";

        assertThat(run("c", code.formatted(15), "").result().reason()).isEqualTo(Reason.OK);

        RunResult large = run("c", code.formatted(17), "").result();
        assertThat(large.reason()).as(large.detail()).isEqualTo(Reason.COMPILE_ERROR);
        assertThat(large.detail()).startsWith("It compiles, but one file that the compile step left cannot be carried to the"
                + " run: beyond 16 MiB each,");

        Limits usual = Limits.DEFAULTS;
        RunResult cramped = programs.run(new Asked("c", code.formatted(2)).limits(new Limits(
                usual.timeout(), usual.cpuTime(), usual.memoryBytes(), usual.cpuMillis(), 1 << 20, usual.outputBytes(),
                usual.pids()))).result();
        assertThat(cramped.reason()).as(cramped.detail()).isEqualTo(Reason.DISK_LIMIT);
        assertThat(cramped.detail()).isEqualTo("What the compile step made is larger than its 1Mi of disk.");
    }

    private Ran run(String language, String code, String stdin) {
        Limits limits = languages.find(language).orElseThrow().limits().over(Limits.DEFAULTS);
        return programs.run(new Asked(language, code).limits(limits).stdin(stdin));
    }

    @Test
    void the_engine_has_every_language_that_it_should_and_knows_its_version() {
        Map<String, LanguageStatus> found = executor.engines().get(0).languages();

        assertThat(names()).allSatisfy(name -> {
            assertThat(found.get(name).available()).as(name + ": " + found.get(name).detail()).isTrue();
            assertThat(found.get(name).version()).as(name).matches("\\d+(\\.\\d+)+");
        });
    }

    @ParameterizedTest
    @MethodSource("every")
    void the_template_says_hello(String name) {
        Ran ran = run(name, languages.find(name).orElseThrow().template(), "");

        assertThat(ran.result().reason()).as(ran.stderr()).isEqualTo(Reason.OK);
        assertThat(ran.stdout()).isEqualTo("Hello from the sandbox\n");
        assertThat(ran.stderr()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("every")
    void a_program_reads_its_input_and_keeps_text_that_is_not_ascii(String name) {
        Ran ran = run(name, ECHO.get(name), "some words\n");

        assertThat(ran.result().reason()).as(ran.stderr()).isEqualTo(Reason.OK);
        assertThat(ran.stdout()).isEqualTo("grüße ✓ SOME WORDS\n");
    }

    @ParameterizedTest
    @MethodSource("every")
    void a_program_that_fails_says_why_and_keeps_what_it_wrote_before(String name) {
        Ran ran = run(name, FAILING.get(name), "");

        assertThat(ran.result().reason()).as(ran.stderr()).isEqualTo(Reason.NONZERO_EXIT);
        assertThat(ran.stdout()).isEqualTo("before\n");
        assertThat(ran.stderr()).containsPattern("the.cause");
    }

    @ParameterizedTest
    @MethodSource("compiled")
    void a_program_that_does_not_compile_is_told_so_and_does_not_run(String name) {
        Ran ran = run(name, BROKEN.get(name), "");

        assertThat(ran.result().reason()).as(ran.stderr()).isEqualTo(Reason.COMPILE_ERROR);
        assertThat(ran.stdout()).isEmpty();
    }
}
