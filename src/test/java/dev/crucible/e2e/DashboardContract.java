package dev.crucible.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** What the dashboard does for a person, in a real browser against a real server that can run Python. */
abstract class DashboardContract {
    private static final String STDOUT = "[data-stream=stdout] pre";
    private static final String STDERR = "[data-stream=stderr] pre";
    private static final String ENDLESS = "import time\nprint('begun', flush=True)\ntime.sleep(60)\n";

    private static DashboardBrowser browser;

    /** Where the server listens, such as {@code http://127.0.0.1:8080}; no slash at the end. */
    protected abstract String baseUrl();

    @BeforeAll
    static void start_the_browser() {
        browser = new DashboardBrowser();
    }

    @AfterAll
    static void stop_the_browser() {
        if (browser != null) {
            browser.close();
        }
    }

    @BeforeEach
    void visit() {
        browser.visit(baseUrl());
    }

    @AfterEach
    void the_console_is_quiet_and_nothing_was_asked_elsewhere() {
        assertThat(browser.consoleErrors()).isEmpty();
        String own = URI.create(baseUrl()).getAuthority();
        assertThat(browser.requestedUrls()).isNotEmpty().allMatch(url -> own.equals(url.getAuthority()));
    }

    @Test
    void a_program_runs_and_its_output_and_outcome_are_told() {
        browser.run("print('Hello, ' + 'Crucible')");

        browser.until(".outcome[data-status=completed][data-reason=ok]");
        assertThat(browser.text(STDOUT)).isEqualTo("Hello, Crucible\n");
        assertThat(browser.text(".outcome")).contains("Completed", "reported success");
        assertThat(browser.text(".facts")).contains("Exit code0", "Run time", "Queue wait");
        browser.untilText(".timeline", "Running");
        assertThat(browser.text("[role=status]")).startsWith("Completed.");
    }

    @Test
    void the_template_of_each_language_runs() {
        for (String language : List.of("python", "javascript", "bash")) {
            if (!browser.exists("option[value=" + language + "]:enabled")) {
                continue;
            }
            browser.choose("language", language);
            browser.click(".run");
            browser.until(".line[aria-current] .line-language");
            browser.untilText(".line[aria-current] .line-language", language);
            browser.until(".outcome[data-reason=ok]");
        }
    }

    @Test
    void input_and_arguments_reach_the_program() {
        browser.click("details.input summary");
        browser.fill("stdin", "from the input");
        browser.fill("args", "one\ntwo words");
        browser.run("import sys\nprint(input(), sys.argv[1:])");

        browser.untilText(STDOUT, "from the input ['one', 'two words']");
    }

    @Test
    void output_appears_while_the_program_still_runs() {
        browser.run(ENDLESS);

        browser.untilText(STDOUT, "begun");
        assertThat(browser.exists(".outcome[data-status=running]")).isTrue();
        browser.click(".danger");
    }

    @Test
    void standard_error_is_shown_apart() {
        browser.run("print('before')\nraise ValueError('the value was wrong')");

        browser.until(".outcome[data-reason=nonzero_exit]");
        assertThat(browser.text(STDOUT)).isEqualTo("before\n");
        assertThat(browser.text(STDERR)).contains("Traceback", "ValueError: the value was wrong");
        assertThat(browser.text(".outcome")).contains("exit code 1");
    }

    @Test
    void an_endless_loop_is_told_as_a_timeout_in_words() {
        browser.fill("timeout", "1");
        browser.run("while True: pass");

        browser.until(".outcome[data-status=timeout]");
        assertThat(browser.text(".outcome")).contains("Timed out", "1 s");
    }

    @Test
    void kill_stops_a_running_program_and_keeps_its_output() {
        browser.run(ENDLESS);
        browser.untilText(STDOUT, "begun");

        browser.click(".danger");

        browser.until(".outcome[data-status=cancelled][data-reason=killed]");
        assertThat(browser.text(".outcome")).contains("Stopped");
        assertThat(browser.text(STDOUT)).isEqualTo("begun\n");
        assertThat(browser.exists(".actions")).isFalse();
    }

    @Test
    void cancel_stops_a_running_program() {
        browser.run(ENDLESS);
        browser.untilText(STDOUT, "begun");

        browser.click(".danger-quiet");

        browser.until(".outcome[data-status=cancelled]");
    }

    @Test
    void html_in_the_output_is_only_text() {
        String html = "<img src=/nowhere onerror='document.title=1'><b>bold</b><script>window.guest = 1</script>";
        browser.run("print(\"\"\"" + html + "\"\"\")");

        browser.until(".outcome[data-reason=ok]");
        assertThat(browser.text(STDOUT)).isEqualTo(html + "\n");
        assertThat(browser.exists(STDOUT + " *")).isFalse();
        assertThat(browser.script("return window.guest === undefined")).isEqualTo(true);
    }

    @Test
    void control_characters_in_the_output_are_made_visible() {
        browser.run("print('a\\x1b[31mred\\rb')");

        browser.until(".outcome[data-reason=ok]");
        assertThat(browser.text(STDOUT)).isEqualTo("a␛[31mred␍b\n");
    }

    @Test
    void an_open_evaluation_survives_a_reload_by_its_link() {
        browser.run("print('still here')");
        browser.until(".outcome[data-reason=ok]");
        String link = browser.url();

        browser.reload();

        browser.untilText(STDOUT, "still here");
        assertThat(browser.url()).isEqualTo(link).contains("#/eval/eval_");
        browser.click("details.code summary");
        browser.untilText("details.code .cm-content", "print('still here')");
    }

    @Test
    void the_recent_list_tells_of_runs_and_opens_them() {
        browser.run("print('the first')");
        browser.until(".outcome[data-reason=ok]");
        String first = browser.text(".eval-id a");
        browser.run("print('the second')");
        browser.untilText(STDOUT, "the second");

        browser.untilText(".line[data-id='" + first + "']", "Completed");
        browser.click(".line[data-id='" + first + "']");

        browser.untilText(STDOUT, "the first");
        assertThat(browser.url()).endsWith("#/eval/" + first);
    }

    @Test
    void a_large_output_shows_its_end_and_a_link_to_all_of_it() {
        browser.run("for n in range(60000): print('line', n)");

        browser.until(".outcome[data-reason=ok]");
        browser.untilText(STDOUT, "line 59999\n");
        assertThat(browser.text(STDOUT).length()).isLessThan(300_000);
        assertThat(browser.until(".pane-note a").getDomAttribute("href")).contains("/output?stream=stdout");
        browser.reload();
        browser.untilText(STDOUT, "line 59999\n");
    }

    @Test
    void a_lost_connection_comes_back_and_no_line_is_lost_or_doubled() {
        String counting = IntStream.range(0, 60).mapToObj(n -> "line " + n + "\n").collect(Collectors.joining());
        browser.run("import time\nfor n in range(60):\n    print('line', n, flush=True)\n    time.sleep(0.05)");
        browser.untilText(STDOUT, "line 5\n");

        browser.script("window.sockets.at(-1).close()");

        browser.untilTrue("return window.sockets.length > 1 && window.sockets.at(-1).readyState === WebSocket.OPEN");
        browser.until(".connection[data-connection=open]");
        browser.until(".outcome[data-reason=ok]");
        assertThat(browser.text(STDOUT)).isEqualTo(counting);
    }

    @Test
    void pieces_of_output_that_overlap_or_leave_a_gap_are_joined_byte_for_byte() {
        Object seen = browser.script("""
                return import('/assets/stream.js').then(({ StreamBuffer }) => {
                  const stream = new StreamBuffer();
                  stream.hold();
                  stream.frame(5, 'wörld');
                  const joined = stream.release('hello', 5);
                  const overlapping = stream.frame(3, 'lowörld!');
                  const known = stream.frame(0, 'hell');
                  const gap = stream.frame(99, 'lost');
                  stream.hold();
                  stream.release(' \\uFFFD', 14);
                  stream.frame(14, ' \\uFFFD');
                  stream.frame(16, 'end');
                  return [stream.text, stream.end, joined, overlapping, known, gap];
                });""");

        assertThat(seen).isEqualTo(List.of("hellowörld! \uFFFD \uFFFDend", 19L, true, true, true, false));
    }

    @Test
    void a_phone_needs_no_scrolling_sideways() {
        browser.size(390, 844);
        browser.run("print('x' * 500)\nraise ValueError('y' * 300)");
        browser.until(".outcome[data-reason=nonzero_exit]");

        assertThat(browser.script("return document.documentElement.scrollWidth")).isEqualTo(390L);
        assertThat(browser.until(".run").isDisplayed()).isTrue();
        assertThat(browser.until(".lines .line").isDisplayed()).isTrue();
    }

    @Test
    void the_keyboard_alone_is_enough() {
        for (int i = 0; i < 20 && !focusIsIn(".cm-content"); i++) {
            browser.keys(Keys.TAB);
        }
        assertThat(focusIsIn(".cm-content")).isTrue();

        browser.keys(Keys.chord(Keys.CONTROL, "a"));
        browser.keys("print(6 * 7)");
        browser.keys(Keys.chord(Keys.CONTROL, Keys.ENTER));

        browser.untilText(STDOUT, "42\n");
        browser.keys(Keys.ESCAPE);
        browser.keys(Keys.TAB);
        assertThat(focusIsIn(".cm-content")).isFalse();
    }

    @Test
    void dark_follows_the_system_and_can_be_chosen() {
        assertThat(background()).isGreaterThan(200);
        browser.systemTheme("dark");
        assertThat(background()).isLessThan(50);

        browser.click(".theme");
        assertThat(browser.until(".theme").getDomAttribute("aria-label")).isEqualTo("Theme: light");
        assertThat(background()).isGreaterThan(200);
        browser.reload();
        browser.until(".theme[aria-label='Theme: light']");
        assertThat(background()).isGreaterThan(200);
    }

    @Test
    void a_refusal_is_shown_in_the_servers_words() {
        browser.run("   ");

        browser.until(".refusal");
        assertThat(browser.text(".refusal")).containsIgnoringCase("code");
        assertThat(browser.consoleErrors()).hasSize(1).first().asString().contains("/api/eval", "422");
    }

    @Test
    void the_header_tells_the_engine_the_health_and_why_an_engine_is_missing() {
        assertThat(browser.text(".top")).contains("Crucible", "Engine", "Live");
        browser.click(".popover summary");
        assertThat(browser.until(".popover[open] .sheet").getText()).contains("in use");
        browser.keys(Keys.ESCAPE);
        assertThat(browser.exists(".popover[open]")).isFalse();
    }

    private static boolean focusIsIn(String selector) {
        return Boolean.TRUE.equals(
                browser.script("return document.activeElement.matches(arguments[0])", selector));
    }

    /** How bright the page's background is, 0 to 255. */
    private static int background() {
        String colour = (String) browser.script("return getComputedStyle(document.body).backgroundColor");
        return Integer.parseInt(colour.replaceAll("^rgba?\\((\\d+).*$", "$1"));
    }
}
