package dev.crucible.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.crucible.platform.json.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCommandsTest {
    private static final String ID = "eval_20261121_115955_0123abcd";
    private static final String QUEUED = "{'eval_id':'" + ID + "','status':'queued','message':'Queued','queue_position':1}";
    private static final String COMPLETED = "{'eval_id':'" + ID + "','status':'completed','reason':'ok','success':true,"
            + "'language':'python','language_version':'3.11.2','engine':'sandbox','engine_version':'0.8.0','priority':5,"
            + "'created_at':'2026-11-21T11:59:55Z','queue_wait_ms':2,'runtime_ms':35,'cpu_ms':20,"
            + "'peak_memory_bytes':9437184,'exit_code':0,'signal':null,'output':'42\\n','error':'','output_size':3,"
            + "'error_size':0,'output_inline_complete':true,'attempt':1}";
    private static final String FAILED = COMPLETED.replace("'completed'", "'failed'").replace("'ok'", "'nonzero_exit'")
            .replace("true,'language'", "false,'language'").replace("'exit_code':0", "'exit_code':3");

    private static final String TESTED = COMPLETED.substring(0, COMPLETED.length() - 1)
            + ",'passed':1,'total':3,'tests':[{'name':'a','passed':true},"
            + "{'name':'b','passed':false,'detail':'The output differs.'}],'result':{'score':0.5},"
            + "'artifacts':[{'path':'out/a.csv','size':12},{'path':'b.bin','size':2048}],"
            + "'evidence':{'source':'cgroup memory.events oom_kill','unit':'bytes','limit':268435456,"
            + "'measured':314572800}}";

    private final GatewayStub gateway = new GatewayStub();
    private final ShellFixture shell = new ShellFixture().url(gateway.url());

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void submitting_prints_the_id_alone_so_that_a_script_can_take_it() throws IOException {
        gateway.answers("POST /api/eval", QUEUED);

        assertThat(shell.run("submit", program("hello.py", "print(42)"))).isZero();

        assertThat(shell.out()).isEqualTo(ID + "\n");
        assertThat(shell.err()).isEmpty();
        assertThat(sent()).isEqualTo(json("{'code':'print(42)','language':'python'}"));
        assertThat(gateway.seen().get(0).headers().get("Idempotency-key")).singleElement().asString().hasSize(36);
    }

    @Test
    void every_option_of_submit_reaches_the_server() throws IOException {
        gateway.answers("POST /api/eval", QUEUED);
        String input = program("input.txt", "a\nb\n");

        assertThat(shell.run(
                        "submit", program("job", "#!/usr/bin/env bash\necho"), "--engine", "docker", "--timeout", "1.5",
                        "--priority", "9", "--memory", "512Mi", "--cpu", "500m", "--pids", "7", "--output-limit", "1Mi",
                        "--stdin", input, "--env", "A=1", "--env", "B=x=y", "--arg", "one", "--arg", "--two", "--tag",
                        "team=red"))
                .isZero();

        assertThat(sent()).isEqualTo(json("{'code':'#!/usr/bin/env bash\\necho','language':'bash','engine':'docker',"
                + "'memory_limit':'512Mi','cpu_limit':'500m','output_limit':'1Mi','stdin':'a\\nb\\n','timeout':1.5,"
                + "'priority':9,'pids_limit':7,'args':['one','--two'],'env':{'A':'1','B':'x=y'},'tags':{'team':'red'}}"));
    }

    @Test
    void files_go_along_under_the_path_they_were_given_by() throws IOException {
        gateway.answers("POST /api/eval", QUEUED);
        Path text = beside("text.txt", "héllo".getBytes(StandardCharsets.UTF_8));
        Path bytes = beside("bytes.bin", new byte[] {(byte) 0xff, 0});

        assertThat(shell.run(
                        "submit", program("a.py", "1"), "--file", "./" + text, "--file", bytes.toString(), "--artifact",
                        "*.csv", "--artifact", "out/**", "--cold"))
                .isZero();

        assertThat(sent()).isEqualTo(json("{'code':'1','language':'python','files':[{'path':'" + text
                + "','content':'héllo'},{'path':'" + bytes + "','content':'/wA=','encoding':'base64'}],"
                + "'artifacts':['*.csv','out/**'],'isolation':'cold'}"));
    }

    /** A file in the build's own folder, by its path from the current one. */
    private static Path beside(String name, byte[] content) throws IOException {
        return Files.write(Files.createDirectories(Path.of("target", "extra-files")).resolve(name), content);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/etc/passwd", "../x", "a/../../x", ".", "target/missing", "target"})
    void a_file_that_cannot_go_along_is_refused_before_anything_is_sent(String file) throws IOException {
        assertThat(shell.run("submit", program("a.py", "1"), "--file", file)).isEqualTo(2);

        assertThat(shell.err()).containsAnyOf("relative to the current folder", "no file", "cannot be read");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void tests_are_told_with_those_that_did_not_pass() throws IOException {
        gateway.answers("POST /api/eval", TESTED);

        assertThat(shell.run("submit", program("a.py", ""), "--wait")).isEqualTo(1);

        assertThat(shell.err()).contains("  tests: 1 of 3 passed\n  ✗ b: The output differs.\n  - 1 not run\n"
                + "  artifacts: out/a.csv (12 B), b.bin (2.0 KiB)\n");
    }

    @Test
    void status_tells_tests_artifacts_result_and_evidence_in_plain_words() {
        gateway.answers("GET /api/eval/" + ID, TESTED);

        assertThat(shell.run("status", ID)).isEqualTo(1);

        assertThat(shell.out())
                .contains("  evidence  cgroup memory.events oom_kill: measured 300.0 MiB, limit 256.0 MiB\n")
                .contains("  tests     1 of 3 passed\n")
                .contains("            ✗ b: The output differs.\n")
                .contains("            - 1 not run\n")
                .contains("  result    {\"score\":0.5}\n")
                .contains("  artifacts out/a.csv (12 B), b.bin (2.0 KiB)\n");
    }

    @Test
    void a_program_may_come_from_standard_input() throws IOException {
        gateway.answers("POST /api/eval", QUEUED);

        assertThat(shell.typing("#!/usr/bin/node\nconsole.log(1)").run("submit", "-")).isZero();

        assertThat(sent().path("language").asText()).isEqualTo("javascript");
        assertThat(shell.typing("print(1)").run("submit", "-")).isZero();
        assertThat(sent().path("language").asText()).isEqualTo("python");
    }

    @Test
    void a_language_that_cannot_be_told_is_asked_for() throws IOException {
        assertThat(shell.run("submit", program("data", "?"))).isEqualTo(2);

        assertThat(shell.err()).contains("give --language");
        assertThat(gateway.requests()).isEmpty();
    }

    @Test
    void waiting_prints_the_output_where_a_programs_output_belongs_and_the_outcome_beside_it() throws IOException {
        gateway.answers("POST /api/eval", COMPLETED.replace("'error':''", "'error':'warned\\n'"));

        assertThat(shell.run("submit", program("a.py", "print(42)"), "--wait")).isZero();

        assertThat(shell.out()).isEqualTo("42\n");
        assertThat(shell.err())
                .isEqualTo("warned\n✓ completed: ended normally · 35 ms · CPU 20 ms · peak memory 9.0 MiB\n");
        assertThat(gateway.requests()).containsExactly("POST /api/eval?wait=60");
    }

    @Test
    void waiting_goes_on_when_the_server_no_longer_holds_the_answer() throws IOException {
        gateway.answers("POST /api/eval", 202, QUEUED.replace('\'', '"'))
                .answers("GET /api/eval/" + ID, QUEUED)
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("submit", program("a.py", "print(42)"), "--wait")).isZero();

        assertThat(shell.out()).isEqualTo("42\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "failed | nonzero_exit | 3 | null | 3 | ended with exit code 3",
        "failed | signalled | null | 11 | 139 | ended by signal 11",
        "timeout | wall_timeout | null | 9 | 124 | stopped: it ran longer than its timeout of 2 s",
        "failed | out_of_memory | null | null | 125 | stopped: it used more memory than allowed",
        "cancelled | killed | null | null | 125 | stopped by a user while it ran",
    })
    void the_exit_code_can_be_the_programs_own(
            String status, String reason, String exitCode, String signal, int expected, String words)
            throws IOException {
        gateway.answers("POST /api/eval", "{'eval_id':'" + ID + "','status':'" + status + "','reason':'" + reason
                + "','success':false,'timeout':2.0,'exit_code':" + exitCode + ",'signal':" + signal
                + ",'output':'','error':'','output_inline_complete':true}");

        assertThat(shell.run("submit", program("a.py", ""), "--wait", "--exit-code")).isEqualTo(expected);
        assertThat(shell.err()).contains(words);
        assertThat(shell.run("submit", program("a.py", ""), "--wait")).isEqualTo(1);
    }

    @Test
    void json_is_the_servers_own_answer_and_nothing_else() throws IOException {
        gateway.answers("POST /api/eval", FAILED);

        assertThat(shell.run("submit", program("a.py", ""), "--wait", "--json")).isEqualTo(1);

        assertThat(Json.MAPPER.readTree(shell.out())).isEqualTo(json(FAILED));
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void following_writes_what_is_new_and_asks_for_what_is_beyond_it() throws IOException {
        gateway.answers("POST /api/eval", QUEUED)
                .answers("GET /api/eval/" + ID + "/logs", logs("queued", "", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("running", "é1\\n", "oops\\n"))
                .answers("GET /api/eval/" + ID + "/logs", logs("completed", "2\\n", ""))
                .sends("GET /api/eval/" + ID + "/output?stream=stdout", "é1\n2\nrest".getBytes(StandardCharsets.UTF_8))
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("submit", program("a.py", ""), "--follow", "--quiet")).isZero();

        assertThat(shell.out()).isEqualTo("é1\n2\nrest");
        assertThat(shell.err()).isEqualTo("oops\n");
        assertThat(gateway.requests())
                .contains("GET /api/eval/" + ID + "/logs?after_stdout=0&after_stderr=0")
                .contains("GET /api/eval/" + ID + "/logs?after_stdout=4&after_stderr=5");
    }

    @Test
    void following_carries_bytes_that_are_not_text_unharmed() throws IOException {
        byte[] bytes = {'a', (byte) 0xff, 0, (byte) 0xc3, 'b', '\n'};
        gateway.answers("GET /api/eval/" + ID + "/logs", logs("running", "a\ufffd\\u0000\ufffdb\\n", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("completed", "", ""))
                .sends("GET /api/eval/" + ID + "/output?stream=stdout", bytes)
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("logs", "-f", ID)).isZero();

        assertThat(shell.outBytes()).isEqualTo(bytes);
    }

    @Test
    void an_output_that_is_given_whole_is_not_written_twice() {
        gateway.withoutRanges()
                .answers("GET /api/eval/" + ID + "/logs", logs("running", "abc", "long ago"))
                .answers("GET /api/eval/" + ID + "/logs", logs("completed", "", ""))
                .sends("GET /api/eval/" + ID + "/output?stream=stdout", "abcdef".getBytes(StandardCharsets.UTF_8))
                .sends("GET /api/eval/" + ID + "/output?stream=stderr", "long".getBytes(StandardCharsets.UTF_8))
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("logs", "-f", ID)).isZero();

        assertThat(shell.out()).isEqualTo("abcdef");
        assertThat(shell.err()).startsWith("long ago\n✓ completed");
    }

    @Test
    void a_character_cut_in_two_by_an_answer_arrives_whole() throws IOException {
        gateway.answers("GET /api/eval/" + ID + "/logs", logs("running", "a\ufffd", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("running", "é", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("completed", "", ""))
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("logs", "-f", ID)).isZero();

        assertThat(shell.out()).isEqualTo("aé");
        assertThat(gateway.requests()).contains("GET /api/eval/" + ID + "/logs?after_stdout=1&after_stderr=0");
    }

    @Test
    void a_terminal_gets_a_programs_text_but_not_its_escape_sequences() {
        gateway.answers("GET /api/eval/" + ID + "/logs", logs("completed", "", ""))
                .sends("GET /api/eval/" + ID + "/output?stream=stdout",
                        "\033[31mred\033[0m \033]0;title\007é\rover\b\u009b2J\n".getBytes(StandardCharsets.UTF_8));

        assertThat(shell.terminal().run("logs", ID)).isZero();
        assertThat(shell.out()).isEqualTo("red é\nover\n");

        assertThat(shell.run("logs", ID, "--raw")).isZero();
        assertThat(shell.out()).contains("\033[31mred");
    }

    @Test
    void logs_of_a_program_that_still_runs_print_what_there_is() {
        gateway.answers("GET /api/eval/" + ID + "/logs", logs("running", "1\\n", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("running", "1\\n", ""))
                .answers("GET /api/eval/" + ID + "/logs", logs("running", "", ""));

        assertThat(shell.run("logs", ID)).isZero();

        assertThat(shell.out()).isEqualTo("1\n");
    }

    @Test
    void the_status_is_told_in_words() {
        gateway.answers("GET /api/eval/" + ID, FAILED);

        assertThat(shell.run("status", ID)).isEqualTo(1);

        assertThat(shell.out()).isEqualTo(ID + "  ✗ failed\n"
                + "  reason    ended with exit code 3\n"
                + "  used      35 ms · CPU 20 ms · peak memory 9.0 MiB\n"
                + "  language  python 3.11.2\n"
                + "  engine    sandbox 0.8.0\n"
                + "  priority  5\n"
                + "  created   5 s ago\n"
                + "  waited    2 ms\n"
                + "  output    3 B, errors 0 B\n");
    }

    @Test
    void a_list_is_a_table_in_which_no_stranger_can_play_tricks_on_the_terminal() {
        gateway.answers("GET /api/evaluations", "{'evaluations':["
                + "{'eval_id':'" + ID + "','status':'completed','language':'python','engine':'sandbox',"
                + "'created_at':'2026-11-21T11:59:55Z','code_preview':'print(42)\\nx = 1','runtime_ms':35},"
                + "{'eval_id':'mine','status':'running','language':'bash','engine':'docker',"
                + "'created_at':'2026-11-21T09:00:00Z','code_preview':'\\u001b[2J\\u202egnp\\r\\u009b','runtime_ms':null}],"
                + "'has_more':false}");

        assertThat(shell.run("list")).isZero();

        assertThat(shell.out()).isEqualTo(
                "STATUS       ID                             LANGUAGE  ENGINE   CREATED  RAN    CODE\n"
                        + "✓ completed  eval_20261121_115955_0123abcd  python    sandbox  5 s ago  35 ms  print(42) ↵ x = 1\n"
                        + "> running    mine                           bash      docker   3 h ago  -      "
                        + "\\x1b[2J\\u{202e}gnp\\r\\x9b\n");
    }

    @Test
    void filters_of_a_list_reach_the_server() {
        gateway.answers("GET /api/evaluations", "{'evaluations':[],'has_more':false}");

        assertThat(shell.run("list", "--status", "failed,timeout", "--tag", "team=red", "--since", "2h", "--limit", "5",
                        "--search", "a b"))
                .isZero();

        assertThat(gateway.requests()).containsExactly("GET /api/evaluations?limit=5&q=a+b&since=2026-11-21T10%3A00%3A00Z"
                + "&status=failed%2Ctimeout&tag=team%3Dred");
        assertThat(shell.out()).isEqualTo("Nothing found.\n");
    }

    @Test
    void json_escapes_what_a_terminal_would_act_on() throws IOException {
        String answer = "{'evaluations':[{'code_preview':'\u202e\u009b\ud83d\ude00\\u001b'}]}";
        gateway.answers("GET /api/evaluations", answer);

        assertThat(shell.run("list", "--json")).isZero();

        assertThat(shell.out()).contains("\\u202e\\u009b\ud83d\ude00\\u001B");
        assertThat(Json.MAPPER.readTree(shell.out())).isEqualTo(json(answer));
    }

    @Test
    void cancelling_tells_what_became_of_it() {
        gateway.answers("POST /api/eval/" + ID + "/cancel",
                "{'eval_id':'" + ID + "','status':'cancelled','message':'Removed from the queue'}")
                .answers("POST /api/eval/" + ID + "/cancel",
                        "{'eval_id':'" + ID + "','status':'completed','message':'It had ended already'}");

        assertThat(shell.run("cancel", ID)).isZero();
        assertThat(shell.out()).isEqualTo("- cancelled  Removed from the queue\n");
        assertThat(shell.run("cancel", ID, "--kill")).isEqualTo(1);
        assertThat(gateway.requests()).containsExactly(
                "POST /api/eval/" + ID + "/cancel?terminate=false", "POST /api/eval/" + ID + "/cancel?terminate=true");
    }

    @Test
    void languages_are_shown_for_each_engine_with_what_to_do_for_what_is_missing() {
        gateway.answers("GET /api/languages", "{'languages':["
                + "{'name':'python','aliases':['py','python3'],'engines':{'sandbox':{'available':true,'version':'3.11.2'},"
                + "'docker':{'available':false,'version':null,'remedy':'start dockerd'}}},"
                + "{'name':'javascript','aliases':['js'],'engines':{'sandbox':{'available':false,'version':null,"
                + "'detail':'no node','remedy':'apt-get install nodejs'},'docker':{'available':false,'version':null}}}]}");

        assertThat(shell.run("languages")).isZero();

        assertThat(shell.out()).isEqualTo("LANGUAGE    ALSO         sandbox   docker\n"
                + "python      py, python3  ✓ 3.11.2  -\n"
                + "javascript  js           -         -\n"
                + "  javascript on sandbox: apt-get install nodejs\n");
    }

    @Test
    void engines_are_shown_with_why_one_is_missing_and_what_to_do() {
        gateway.answers("GET /api/engines", "{'default':'sandbox','default_reason':'The strongest that works.','engines':["
                + "{'name':'docker','available':false,'version':null,'detail':'No daemon answers.',"
                + "'remedy':'systemctl start docker','weaknesses':[]},"
                + "{'name':'sandbox','available':true,'version':'0.8.0','detail':'bubblewrap','remedy':null,"
                + "'weaknesses':['No cgroup is writable.']}]}");

        assertThat(shell.run("engines")).isZero();

        assertThat(shell.out()).isEqualTo("ENGINE             READY  VERSION  FOUND\n"
                + "docker             ✗ no   -        No daemon answers.\n"
                + "sandbox (default)  ✓ yes  0.8.0    bubblewrap\n"
                + "\nThe strongest that works.\n"
                + "> docker: systemctl start docker\n"
                + "! sandbox: No cgroup is writable.\n");
    }

    @Test
    void no_engine_at_all_is_a_bad_answer() {
        gateway.answers("GET /api/engines", "{'default':null,'engines':[{'name':'docker','available':false}]}");

        assertThat(shell.run("engines")).isEqualTo(1);
    }

    @Test
    void a_refusal_is_told_in_the_servers_words_with_every_field_at_fault() throws IOException {
        gateway.refuses("POST /api/eval", 422, "{'type':'/errors/validation','title':'x','status':422,'code':'validation',"
                + "'detail':'body.timeout: must be positive','request_id':'r1','errors':["
                + "{'loc':['body','timeout'],'msg':'must be positive','type':'out_of_range'},"
                + "{'loc':['body','language'],'msg':'unknown \\u001b[31m','type':'unknown'}]}");

        assertThat(shell.run("submit", program("a.py", ""))).isEqualTo(4);

        assertThat(shell.err()).isEqualTo("body.timeout: must be positive\n"
                + "  body.timeout: must be positive\n"
                + "  body.language: unknown \\x1b[31m\n");
        assertThat(shell.out()).isEmpty();
    }

    @Test
    void a_server_that_is_not_there_has_an_exit_code_of_its_own() {
        gateway.close();

        assertThat(shell.run("list")).isEqualTo(3);

        assertThat(shell.err()).startsWith("No server answers at " + gateway.url());
    }

    @Test
    void something_else_that_answers_is_not_taken_for_a_server() {
        gateway.answers("GET /api/evaluations", 200, "<html>").answers("GET /api/engines", 500, "boom");

        assertThat(shell.run("list")).isEqualTo(4);
        assertThat(shell.err()).contains("not a Crucible server");
        assertThat(shell.run("engines")).isEqualTo(4);
        assertThat(shell.err()).contains("status 500");
    }

    @Test
    void a_submission_whose_answer_was_lost_is_sent_again_under_the_same_key() throws IOException {
        gateway.breaks("POST /api/eval").answers("POST /api/eval", QUEUED);

        assertThat(shell.run("submit", program("a.py", ""))).isZero();

        assertThat(gateway.seen()).hasSizeGreaterThan(1);
        assertThat(gateway.seen().stream().map(seen -> seen.headers().get("Idempotency-key")).distinct()).hasSize(1);
    }

    @Test
    void a_restart_of_the_server_does_not_end_the_following() {
        gateway.answers("GET /api/eval/" + ID + "/logs", logs("running", "1\\n", ""))
                .breaks("GET /api/eval/" + ID + "/logs")
                .refuses("GET /api/eval/" + ID + "/logs", 503, "{'detail':'Stopping','code':'stopping'}")
                .answers("GET /api/eval/" + ID + "/logs", logs("completed", "2\\n", ""))
                .answers("GET /api/eval/" + ID, COMPLETED);

        assertThat(shell.run("logs", "-f", ID)).isZero();

        assertThat(shell.out()).isEqualTo("1\n2\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../../etc/passwd", "a b", "", "x?y=1", "\u001b[2J"})
    void what_is_no_id_is_not_sent(String id) {
        assertThat(shell.run("status", id)).isEqualTo(2);

        assertThat(gateway.requests()).isEmpty();
        assertThat(shell.err()).doesNotContain("\u001b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "ftp://x", "http://", "http://x?y=1", "http://a b"})
    void an_address_that_is_none_is_a_mistake_in_usage(String url) {
        assertThat(shell.run("list", "--url", url)).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({"frobnicate", "submit", "list --limit=many", "submit x --wait --follow", "submit a.py --exit-code"})
    void a_mistake_in_usage_ends_with_2_and_says_where_help_is(String line) {
        assertThat(shell.run(line.split(" "))).isEqualTo(2);

        assertThat(shell.err()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "serve", "submit", "status", "logs", "list", "cancel", "languages", "engines", "doctor", "config", "version"
    })
    void every_command_has_help_with_an_example_and_the_exit_codes(String command) {
        assertThat(shell.run(command, "--help")).isZero();

        assertThat(shell.out()).contains("Usage: ./run.sh " + command, "Example", "Ends with:", "the server refuses");
    }

    @Test
    void files_that_cannot_be_submitted_are_told_from_one_another() throws IOException {
        Path binary = Files.write(folder.resolve("b.py"), new byte[] {(byte) 0xff});
        Path huge = Files.write(folder.resolve("h.py"), new byte[(1 << 20) + 1]);

        assertThat(shell.run("submit", binary.toString())).isEqualTo(2);
        assertThat(shell.err()).contains("not UTF-8");
        assertThat(shell.run("submit", huge.toString())).isEqualTo(2);
        assertThat(shell.err()).contains("larger than 1 MiB");
        assertThat(shell.run("submit", folder.resolve("none.py").toString())).isEqualTo(2);
        assertThat(shell.err()).contains("there is no file");
    }

    @Test
    void a_terminal_gets_colours_unless_they_are_not_wanted() {
        gateway.answers("GET /api/eval/" + ID, COMPLETED);

        shell.terminal().run("status", ID);
        assertThat(shell.out()).contains("\033[32m✓ completed\033[0m");
        shell.environment.put("NO_COLOR", "1");
        shell.run("status", ID);
        assertThat(shell.out()).doesNotContain("\033");
    }

    private static String logs(String status, String output, String error) {
        return "{'eval_id':'" + ID + "','status':'" + status + "','output':'" + output + "','error':'" + error
                + "','is_running':" + status.equals("running") + "}";
    }

    private String program(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text).toString();
    }

    /** The body of the last request. */
    private JsonNode sent() throws IOException {
        return Json.MAPPER.readTree(gateway.seen().get(gateway.seen().size() - 1).body());
    }

    private static JsonNode json(String text) throws JsonProcessingException {
        return Json.MAPPER.readTree(text.replace('\'', '"'));
    }
}
