package dev.crucible.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Artifact;
import dev.crucible.kernel.evaluation.CapturedOutput;
import dev.crucible.kernel.evaluation.Isolation;
import dev.crucible.kernel.evaluation.Outcome;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Submission;
import dev.crucible.kernel.evaluation.TestCase;
import dev.crucible.kernel.evaluation.TestOutcome;
import dev.crucible.testing.FakePlatform;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;

/** How the dashboard shows what a run leaves, in a real browser; the test itself plays the worker. */
class DashboardOutcomeTest {
    private static final String HTML = "<img src=/nowhere onerror='document.title=1'>";

    private static DashboardBrowser browser;
    private static FakePlatform platform;

    @BeforeAll
    static void start() {
        platform = new FakePlatform("/web");
        browser = new DashboardBrowser();
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        platform.close();
    }

    @BeforeEach
    void visit() {
        browser.visit(base());
    }

    @AfterEach
    void the_console_is_quiet_and_nothing_of_the_guests_was_asked_for() {
        assertThat(browser.consoleErrors()).isEmpty();
        assertThat(browser.requestedUrls()).isNotEmpty().noneMatch(url -> url.getPath().contains("nowhere"));
    }

    private static String base() {
        return platform.gateway.uri().toString().replaceAll("/$", "");
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static CapturedOutput captured(String text) {
        return new CapturedOutput(utf8(text), utf8(text).length, false, null);
    }

    private static Submission submission(List<SourceFile> files, @Nullable String entrypoint, List<TestCase> tests) {
        Submission draft = platform.evaluations.draft("python", "");
        return new Submission(
                entrypoint == null ? "print(1)" : "", "python", draft.engine(), 5, draft.limits(), "", List.of(),
                draft.env(), draft.tags(), null, null, null, files, entrypoint, Isolation.COLD, tests, true,
                List.of("**"));
    }

    private static List<TestCase> cases(String... names) {
        return List.of(names).stream()
                .map(name -> new TestCase(name, "", List.of(), null, TestCase.Match.EXACT))
                .toList();
    }

    private static TestOutcome test(String name, Reason reason, boolean passed, String detail, String output) {
        return new TestOutcome(
                name, reason, passed, detail, reason == Reason.NONZERO_EXIT ? 3 : 0, null,
                new Outcome.Usage(12, 9L, 9L << 20, 1), utf8(output), utf8(output).length, new byte[0], 0);
    }

    private static Artifact artifact(EvaluationId id, String path, String content) {
        String ref = platform.outputs.putArtifact(id, path, new ByteArrayInputStream(utf8(content)));
        return new Artifact(path, utf8(content).length, ref);
    }

    private EvaluationId submit(Submission submission) {
        return platform.evaluations.submit(submission).id();
    }

    /** Ends the run that was submitted last, and opens its page. */
    private void end(
            EvaluationId id, Reason reason, String compile, Outcome.@Nullable Evidence evidence, @Nullable String result,
            List<Artifact> artifacts, List<TestOutcome> tests) {
        platform.finish(platform.startNext(), new Outcome(
                reason, "It ended.", 0, null, new Outcome.Usage(12, 10L, 5L << 20, 3), CapturedOutput.EMPTY,
                CapturedOutput.EMPTY, captured(compile), "sandbox", "1.0", "3.11.2", evidence, result, artifacts, tests));
        browser.script("location.hash = '#/eval/" + id + "'");
        browser.until(".outcome[data-reason=" + reason.wire() + "]");
    }

    @Test
    void tests_are_shown_with_the_first_failure_open() {
        EvaluationId id = submit(submission(List.of(), null, cases("small", "edge", HTML, "late")));
        end(id, Reason.OK, "", null, null, List.of(), List.of(
                test("small", Reason.OK, true, "The output is as expected.", "3\n"),
                test("edge", Reason.NONZERO_EXIT, false, "It ended with exit code 3.", "\u001b[31m" + HTML),
                test(HTML, Reason.OK, false, "The output differs in line 2.", "4\n")));

        assertThat(browser.text(".outcome")).contains("1 of 4 tests passed");
        assertThat(browser.text(".tests")).contains("1 test was not run.");
        assertThat(browser.text("[data-test=small] summary")).contains("small", "Passed", "12 ms");
        assertThat(browser.text("[data-test=edge] summary")).contains("Exit code 3");
        assertThat(browser.text(".tests li:nth-child(3) summary")).contains(HTML, "Wrong output");
        assertThat(browser.exists(".tests details[open]")).isTrue();
        assertThat(browser.until("[data-test=edge][open] .test-body").getText())
                .contains("It ended with exit code 3.", "␛[31m" + HTML);
        assertThat(browser.exists("[data-test=small][open]")).isFalse();
        assertThat(browser.exists(".tests img")).isFalse();
        browser.click("[data-test=small] summary");
        assertThat(browser.until("[data-test=small] .test-body").getText()).contains("as expected");
    }

    @Test
    void all_tests_passed_is_said_so() {
        EvaluationId id = submit(submission(List.of(), null, cases("1")));
        end(id, Reason.OK, "", null, null, List.of(), List.of(test("1", Reason.OK, true, "It passed.", "")));

        assertThat(browser.text(".outcome.tone-good")).contains("The test passed");
        assertThat(browser.exists(".tests details[open]")).isFalse();
    }

    @Test
    void artifacts_can_be_downloaded_whatever_their_names() {
        EvaluationId id = submit(submission(List.of(), null, List.of()));
        end(id, Reason.OK, "", null, null, List.of(
                artifact(id, "out/a b?#%.csv", "1,2\n"), artifact(id, HTML, "x"), artifact(id, "line\nbreak", "y")),
                List.of());

        assertThat(browser.text(".files")).contains("3 files, 6 B", "out/a b?#%.csv", HTML, "line␊break");
        assertThat(browser.exists(".files img")).isFalse();
        String link = browser.until(".files a[download]").getDomAttribute("href");
        assertThat(browser.script("return fetch(arguments[0]).then((answer) => answer.text())", link)).isEqualTo("1,2\n");
        assertThat(URI.create(base() + link).getPath()).endsWith("/artifacts/out/a b?#%.csv");
    }

    @Test
    void the_result_the_compilers_words_and_the_evidence_are_shown_as_text() {
        EvaluationId id = submit(submission(List.of(), null, List.of()));
        end(id, Reason.OUT_OF_MEMORY, "main.c:1: warning: " + HTML,
                new Outcome.Evidence("cgroup memory.events oom_kill", "bytes", 256L << 20, 300L << 20),
                "{\"score\": 0.5, \"note\": \"" + HTML + "\"}", List.of(), List.of());

        assertThat(browser.text("[aria-label=Compiler] pre")).isEqualTo("main.c:1: warning: " + HTML);
        assertThat(browser.text("[aria-label='Reported result'] pre")).contains("\"score\": 0.5", HTML);
        assertThat(browser.text(".outcome-evidence"))
                .isEqualTo("Seen by cgroup memory.events oom_kill: measured 300 MiB, the limit is 256 MiB.");
        assertThat(browser.exists(".evaluation img")).isFalse();
    }

    @Test
    void a_result_that_is_false_or_zero_is_a_result() {
        EvaluationId id = submit(submission(List.of(), null, List.of()));
        end(id, Reason.OK, "", null, "0", List.of(), List.of());

        assertThat(browser.text("[aria-label='Reported result'] pre")).isEqualTo("0");
    }

    @Test
    void a_submission_of_files_names_them_and_the_one_that_is_run() {
        EvaluationId id = submit(submission(
                List.of(new SourceFile("src/app.py", utf8("import lib")), new SourceFile("src/lib.py", new byte[2048])),
                "src/app.py", List.of()));
        end(id, Reason.OK, "", null, null, List.of(), List.of());

        browser.click("details.files summary");
        assertThat(browser.until("details.files").getText()).contains("src/app.py", "the program", "src/lib.py", "2 KiB");
        assertThat(browser.exists(".code .cm-content")).isFalse();
        assertThat(browser.text(".facts")).contains("wholly new sandbox");
    }

    @Test
    void a_phone_needs_no_scrolling_sideways_for_any_of_it() {
        browser.size(390, 844);
        EvaluationId id = submit(submission(List.of(), null, cases("x".repeat(128), "b")));
        end(id, Reason.OK, "w".repeat(300), null, "\"" + "r".repeat(300) + "\"",
                List.of(artifact(id, "a".repeat(200), "1")),
                List.of(test("x".repeat(128), Reason.OK, false, "d".repeat(200), "o".repeat(300))));

        assertThat(browser.script("return document.documentElement.scrollWidth")).isEqualTo(390L);
    }
}
