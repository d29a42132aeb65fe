package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.crucible.executor.Programs.Asked;
import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import dev.crucible.kernel.evaluation.SourceFile;
import dev.crucible.kernel.evaluation.Outcome.Usage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What every engine must do, against the real thing: run programs as they are meant, and keep limits and walls. */
public abstract class EngineContract extends WallsContract {
    /** No Python is smaller, and a warm one says so too. */
    private static final long LEAST_INTERPRETER = 3L << 20;

    // ---- the program's own life ----

    @Test
    void a_program_gets_its_input_arguments_and_environment() {
        Ran ran = run(python("""
                import os, sys
                print(sys.stdin.read().upper(), sys.argv[1:], os.environ['GREETING'], __name__, sys.argv[0])
                """).stdin("some input").args("one", "two words", "").env(Map.of("GREETING", "hé llo")));
        assertThat(ran.stdout()).isEqualTo("SOME INPUT ['one', 'two words', ''] hé llo __main__ main.py\n");
    }

    @Test
    void the_environment_is_ours_and_the_submissions_and_nothing_of_the_hosts() {
        Ran ran = run(bash("env -0 | sort -z | tr '\\0' '\\n' | grep -vE '^(_|SHLVL|PWD|OLDPWD|HOSTNAME)='").env(Map.of("MINE", "1")));
        assertThat(ran.stdout().lines().map(line -> line.replaceAll("EVAL_ID=.*", "EVAL_ID")))
                .containsExactlyInAnyOrder(
                        "CRUCIBLE_RESULT=/work/.crucible_result.json",
                        "EVAL_ID",
                        "HOME=/work",
                        "LANG=C.UTF-8",
                        "MINE=1",
                        "PATH=/usr/local/bin:/usr/bin:/bin",
                        "PYTHONDONTWRITEBYTECODE=1",
                        "PYTHONUNBUFFERED=1");
    }

    @Test
    void the_work_folder_and_tmp_can_be_written_and_hold_nothing_of_an_earlier_run() {
        String code = """
                pwd; python3 -c 'import os; print(os.listdir("/work"), os.listdir("/tmp"))'
                echo x > /work/left; echo x > /tmp/left; mkdir -p /work/a/b; python3 -c 'open("/tmp/p","w")'
                """;
        String first = run(bash(code)).stdout();
        String second = run(bash(code)).stdout();
        assertThat(first).isEqualTo("/work\n['main.sh'] []\n");
        assertThat(second).isEqualTo(first);
    }

    @Test
    void a_traceback_names_the_program_s_own_file() {
        Ran ran = run(python("def f():\n    1/0\nf()\n"));
        assertThat(ran.result().reason()).isEqualTo(Reason.NONZERO_EXIT);
        assertThat(ran.result().exitCode()).isEqualTo(1);
        assertThat(ran.stderr()).contains("File \"/work/main.py\", line 2, in f").contains("ZeroDivisionError");
    }

    @Test
    void an_exit_code_that_looks_like_a_kill_is_only_an_exit_code() {
        for (int code : new int[] {3, 124, 137, 139, 255}) {
            Ran ran = run(bash("exit " + code));
            assertThat(ran.result().reason()).isEqualTo(Reason.NONZERO_EXIT);
            assertThat(ran.result().exitCode()).isEqualTo(code);
            assertThat(ran.result().signal()).isNull();
        }
    }

    @Test
    void a_signal_that_the_program_dies_of_is_named() {
        Ran crash = run(python("import os, signal\nprint('before')\nos.kill(os.getpid(), signal.SIGSEGV)"));
        assertThat(crash.result().reason()).isEqualTo(Reason.SIGNALLED);
        assertThat(crash.result().signal()).isEqualTo(11);
        assertThat(crash.result().exitCode()).isNull();
        assertThat(crash.result().detail()).contains("SIGSEGV");
        assertThat(crash.stdout()).isEqualTo("before\n");

        Ran suicide = run(bash("kill -9 $$"));
        assertThat(suicide.result().reason()).isEqualTo(Reason.SIGNALLED);
        assertThat(suicide.result().signal()).isEqualTo(9);
    }

    @Test
    void input_that_nobody_reads_does_no_harm() {
        Ran ran = run(bash("echo done").stdin("x".repeat(900_000)));
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        assertThat(ran.stdout()).isEqualTo("done\n");
    }

    @Test
    void the_standard_streams_can_be_opened_by_name() {
        Ran shell = run(bash("""
                read -r line < /dev/stdin; echo "hi $line" > /dev/stdout; echo oh > /dev/stderr; cat /proc/self/fd/0
                """).stdin("first\nsecond\n"));
        assertThat(shell.stdout()).as(shell.stderr()).isEqualTo("hi first\nsecond\n");
        assertThat(shell.stderr()).isEqualTo("oh\n");

        String code = """
                import os
                text = open('/dev/stdin').read()
                open('/dev/stdout', 'w').write(text.upper())
                open('/dev/stderr', 'w').write(str([os.fstat(fd).st_uid == os.getuid() for fd in range(3)]))
                """;
        for (Asked asked : List.of(python(code), python(code).cold())) {
            Ran ran = run(asked.stdin("given"));
            assertThat(ran.stdout()).as(ran.stderr()).isEqualTo("GIVEN");
            assertThat(ran.stderr()).isEqualTo("[True, True, True]");
        }
    }

    @Test
    void large_input_arrives_whole() {
        Ran ran = run(bash("wc -c").stdin("é".repeat(500_000)));
        assertThat(ran.stdout().strip()).isEqualTo("1000000");
    }

    // ---- artifacts and result ----

    @Test
    void a_result_is_kept_as_it_was_written_or_it_is_told_why_not() {
        String written = "{\"c\": 1e999, \"d\": -0.0, \"e\": 1.50, \"f\": 0.12345678901234567890123}";
        RunResult kept = run(reporting(written)).result();
        assertThat(kept.result()).isEqualTo(written);
        assertThat(kept.detail()).isEqualTo("The program ended with exit code 0.");

        RunResult doubled = run(reporting("{\"a\": {\"b\": 1,\n\"b\": 2}}")).result();
        assertThat(doubled.result()).isNull();
        assertThat(doubled.detail()).endsWith(" Its result was not kept: a name comes twice in one object at line 2, column 1.");
    }

    private static Asked reporting(String result) {
        return bash("printf %s '" + result + "' > \"$CRUCIBLE_RESULT\"");
    }

    @Test
    void what_a_program_left_is_kept_and_what_was_not_kept_is_told() {
        Ran ran = run(python("""
                import os
                os.makedirs('out/deep')
                open('out/deep/a.bin', 'wb').write(bytes(range(256)))
                open('out/empty.csv', 'w')
                open('out/closed.csv', 'w').write('mine')
                os.chmod('out/closed.csv', 0)
                os.symlink('/etc/passwd', 'out/link.csv')
                os.mkfifo('out/pipe.csv')
                open('not-asked.txt', 'w')
                """).artifacts("out/**/*.bin", "out/*.csv"));
        List<String> kept = ran.result().artifacts().stream().map(SourceFile::path).toList();
        assertThat(kept).contains("out/deep/a.bin", "out/empty.csv");
        assertThat(kept).isSubsetOf("out/deep/a.bin", "out/empty.csv", "out/closed.csv");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        // Where the supervisor has more rights in the box than the program, it can read what the program closed.
        assertThat(ran.result().detail().contains("Not all artifacts were kept: one is")).isNotEqualTo(kept.contains("out/closed.csv"));
    }

    @Test
    void artifacts_beyond_the_caps_are_counted() {
        Ran ran = run(python("for i in range(40): open(f'{i}.txt', 'w').write(str(i))").artifacts("*.txt"));
        assertThat(ran.result().artifacts()).hasSize(32);
        assertThat(ran.result().detail()).contains("8 are beyond 32 files or 16 MiB");
        assertThat(run(python("open('a.txt', 'w')").artifacts("*.txt")).result().detail()).doesNotContain("artifacts");
    }

    @Test
    void an_artifact_may_be_as_large_as_all_of_them_together() {
        Ran ran = run(python("open('most.bin', 'wb').truncate(16 << 20)").artifacts("*.bin"));
        assertThat(ran.result().artifacts()).as(ran.result().detail()).extracting(file -> file.content().length)
                .containsExactly(16 << 20);
        assertThat(run(python("open('more.bin', 'wb').truncate((16 << 20) + 1)").artifacts("*.bin")).result().detail())
                .contains("Not all artifacts were kept: one is beyond");
    }

    // ---- ending ----

    @Test
    void an_execution_killed_before_its_program_runs_was_cancelled() {
        EvaluationId id = programs.start(bash("echo ran"));
        boolean reached = executor.kill(id, StopMode.KILL);
        Ran ran = programs.await(id);
        if (reached) {
            assertThat(ran.result().reason()).isIn(Reason.CANCELLED, Reason.KILLED);
        }
        assertThat(executor.kill(id, StopMode.KILL)).isFalse();
    }

    @Test
    void a_running_program_is_killed_within_a_second_and_what_it_wrote_is_kept() {
        EvaluationId id = programs.start(bash("echo started; (sleep 300; echo never) & sleep 300"));
        awaitOutput(id, "started\n");
        long asked = System.nanoTime();
        assertThat(executor.kill(id, StopMode.KILL)).isTrue();
        Ran ran = programs.await(id);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(1));
        assertThat(ran.result().reason()).isEqualTo(Reason.KILLED);
        assertThat(ran.stdout()).isEqualTo("started\n");
    }

    @Test
    void a_program_that_is_asked_to_terminate_may_clean_up() {
        EvaluationId id = programs.start(python("""
                import signal, sys, time
                def bye(*_):
                    print('cleaned up', flush=True)
                    sys.exit(0)
                signal.signal(signal.SIGTERM, bye)
                print('ready', flush=True)
                time.sleep(60)
                """));
        awaitOutput(id, "ready\n");
        executor.kill(id, StopMode.TERMINATE);
        Ran ran = programs.await(id);
        assertThat(ran.stdout()).isEqualTo("ready\ncleaned up\n");
        assertThat(ran.result().reason()).isEqualTo(Reason.KILLED);
    }

    @Test
    void a_program_that_will_not_terminate_is_killed_after_five_seconds() {
        EvaluationId id = programs.start(bash("trap '' TERM; echo ready; while :; do sleep 0.1; done"));
        awaitOutput(id, "ready\n");
        long asked = System.nanoTime();
        executor.kill(id, StopMode.TERMINATE);
        Ran ran = programs.await(id);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isBetween(Duration.ofMillis(4900), Duration.ofSeconds(7));
        assertThat(ran.result().reason()).isEqualTo(Reason.KILLED);
    }

    @Test
    void the_run_is_over_when_the_program_is_and_no_daemon_outlives_it() {
        long begun = System.nanoTime();
        Ran ran = run(python("""
                import os, time
                if os.fork() == 0:
                    os.setsid()
                    if os.fork() == 0:
                        time.sleep(60)
                        os.write(1, b'late')
                    os._exit(0)
                print('parent done')
                """));
        assertThat(ran.stdout()).isEqualTo("parent done\n");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void output_without_a_line_end_is_there_within_a_tenth_of_a_second() {
        EvaluationId id = programs.start(python("""
                import sys, time
                sys.stdin.read()
                for i in range(5):
                    time.sleep(0.3)
                    print(time.time(), end=' ', flush=True)
                time.sleep(1)
                """));
        List<Double> delays = new ArrayList<>();
        long offset = 0;
        while (delays.size() < 5) {
            Progress progress = executor.progress(id, offset, 0, Duration.ofSeconds(5));
            double now = System.currentTimeMillis() / 1000.0;
            String text = new String(progress.stdout(), StandardCharsets.UTF_8).strip();
            offset += progress.stdout().length;
            if (!text.isEmpty()) {
                for (String written : text.split(" ")) {
                    delays.add(now - Double.parseDouble(written));
                }
            }
        }
        programs.await(id);
        delays.sort(null);
        assertThat(delays.get(delays.size() / 2)).isLessThan(0.1);
    }

    @Test
    void twenty_run_at_once_without_meeting() {
        List<EvaluationId> ids = new ArrayList<>();
        for (int i = 0; i < CONCURRENT; i++) {
            ids.add(programs.start(python("import time\nopen('/tmp/mine', 'x').write('" + i + "')\ntime.sleep(1)\nprint(open('/tmp/mine').read())")));
        }
        for (int i = 0; i < CONCURRENT; i++) {
            Ran ran = programs.await(ids.get(i));
            assertThat(ran.stdout()).as(ran.result().detail() + ran.stderr()).isEqualTo(i + "\n");
        }
        await().atMost(Duration.ofSeconds(20)).until(() -> executor.capacity().running() == 0);
    }

    @Test
    void usage_is_measured() {
        Ran ran = run(python("import time\nblock = bytearray(50 << 20)\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass\ntime.sleep(0.3)"));
        // A guest kernel's own clock of CPU time runs ahead of what the host counted, and the host's count is what is told.
        assertThat(ran.result().usage().cpuMillis()).isBetween(guestsHaveTheirOwnKernel() ? 350L : 480L, 900L);
        assertThat(ran.result().usage().wallMillis()).isBetween(790L, 5000L);
        Long peak = ran.result().usage().peakMemoryBytes();
        if (peak != null) {
            // What the box had ready is not the program's, and the kernel counts pages in batches.
            assertThat(peak).isBetween(45L << 20, 120L << 20);
            Long least = run(python("print(1)")).result().usage().peakMemoryBytes();
            assertThat(least).isGreaterThan(LEAST_INTERPRETER);
        }
    }

    @Test
    void usage_is_within_five_percent_of_what_the_kernel_told_the_program_itself() {
        Ran ran = run(python("""
                import os, resource, time
                def burn(seconds):
                    end = time.process_time() + seconds
                    while time.process_time() < end: pass
                begun = time.monotonic()
                block = bytearray(80 << 20)
                if os.fork() == 0:
                    burn(0.4)
                    os._exit(0)
                burn(0.8)
                os.wait()
                time.sleep(0.5)
                used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
                print(round(sum(u.ru_utime + u.ru_stime for u in used) * 1000), round((time.monotonic() - begun) * 1000))
                """).limits(new Limits(
                        Duration.ofSeconds(20), Duration.ofSeconds(20), 256L << 20, 2000, 64L << 20, 1 << 20, 64)));
        String[] own = ran.stdout().strip().split(" ");
        Usage usage = ran.result().usage();
        // Beside the five percent, the end of the interpreter, which comes after the program has asked.
        long wall = Long.parseLong(own[1]);
        assertThat(usage.wallMillis()).isBetween(wall, (long) (wall * 1.05) + (guestsHaveTheirOwnKernel() ? 500 : 50));
        if (!guestsHaveTheirOwnKernel()) { // whose word would be compared with the host's
            long cpu = Long.parseLong(own[0]);
            assertThat(usage.cpuMillis()).isBetween((long) (cpu * 0.95), (long) (cpu * 1.05) + 20);
        }
        Long peak = usage.peakMemoryBytes();
        if (peak != null) {
            assertThat(peak).isBetween(76L << 20, 120L << 20);
        }
    }
}
