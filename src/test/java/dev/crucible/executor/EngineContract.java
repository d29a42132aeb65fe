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
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** What every engine must do, against the real thing. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class EngineContract {
    /** No Python is smaller, and a warm one says so too. */
    private static final long LEAST_INTERPRETER = 3L << 20;

    private static final int CONCURRENT = 20;

    @TempDir
    static Path folder;

    private ExecutorPart executor;
    private Programs programs;
    private String engineName;

    /** A fresh engine that keeps its boxes below {@code config.folder()}; closed by this suite. */
    protected abstract Engine engine(ExecutorConfig config, Languages languages);

    /** Fails if the engine left a process, a container, a cgroup or a mount behind. Called after it was closed. */
    protected abstract void assertNothingIsLeft(ExecutorConfig config);

    /** How soon a program that spins is stopped after its limit, at most. */
    protected Duration stopsWithin() {
        return Duration.ofMillis(1000);
    }

    /** Whether the kernel serves this guest alone, so that what it shows of itself is nobody else's. */
    protected boolean guestsHaveTheirOwnKernel() {
        return false;
    }

    private ExecutorConfig config() {
        return new ExecutorConfig(folder, CONCURRENT, null, "test" + ProcessHandle.current().pid());
    }

    @BeforeAll
    void start() {
        Languages languages = Languages.load();
        Engine engine = engine(config(), languages);
        engineName = engine.name();
        executor = ExecutorModule.local(config(), List.of(engine), languages, InstantSource.system());
        executor.start();
        programs = new Programs(executor, engineName);
        EngineStatus status = executor.engines().get(0);
        assertThat(status.available()).as(status.detail() + " " + status.remedy()).isTrue();
    }

    @AfterAll
    void stop() throws IOException {
        if (executor == null) {
            return; // what the engine needs is not here, and the suite was skipped
        }
        executor.close();
        assertNothingIsLeft(config());
        try (var files = Files.walk(folder.resolve("spool"))) {
            assertThat(files.filter(Files::isRegularFile)).isEmpty();
        }
    }

    private Ran run(Asked asked) {
        return programs.run(asked);
    }

    private static Limits limits(Duration timeout, Duration cpu, long memory, long disk, long output, int pids) {
        return new Limits(timeout, cpu, memory, 1000, disk, output, pids);
    }

    // ---- the walls themselves ----

    @Test
    void every_limit_holds_when_a_program_runs_against_it() {
        EngineStatus status = executor.prove().get(0);

        assertThat(status.proofs()).extracting(LimitProof::name).containsExactly(
                "host_files", "network", "processes", "disk", "output", "cpu_time", "memory");
        assertThat(status.proofs()).allSatisfy(proof -> assertThat(proof.held()).as(proof.evidence()).isTrue());
        assertThat(status.available()).isTrue();
    }

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

    // ---- limits ----

    @Test
    void a_sleeper_is_stopped_at_its_timeout_and_what_it_wrote_is_kept() {
        Ran ran = run(python("import sys, time\nprint('partial', end='', flush=True)\nprint('warning', file=sys.stderr)\ntime.sleep(60)")
                .timeout(Duration.ofSeconds(1)));
        assertThat(ran.result().reason()).isEqualTo(Reason.WALL_TIMEOUT);
        assertThat(ran.result().detail()).contains("1 s");
        assertThat(ran.stdout()).isEqualTo("partial");
        assertThat(ran.stderr()).isEqualTo("warning\n");
        assertThat(ran.result().usage().wallMillis()).isBetween(1000L, 1000 + stopsWithin().toMillis());
    }

    @Test
    void a_program_that_ignores_every_signal_is_stopped_all_the_same() {
        Ran ran = run(python("import signal\nfor s in range(1, 65):\n    try: signal.signal(s, signal.SIG_IGN)\n    except Exception: pass\nwhile True: pass")
                .timeout(Duration.ofSeconds(1)));
        assertThat(ran.result().reason()).isIn(Reason.WALL_TIMEOUT, Reason.CPU_TIMEOUT);
    }

    @Test
    void cpu_time_is_counted_over_all_processes() {
        Limits limits = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(1), 256L << 20, 2000, 64L << 20, 1 << 20, 64);
        Ran ran = run(bash("for i in 1 2; do (while :; do :; done) & done; wait").limits(limits));
        assertThat(ran.result().reason()).isEqualTo(Reason.CPU_TIMEOUT);
        assertThat(ran.result().usage().cpuMillis()).isBetween(900L, 1000 + 2 * stopsWithin().toMillis());
    }

    @Test
    void cpu_time_of_children_that_nobody_waits_for_is_counted_too() {
        Limits limits = new Limits(Duration.ofSeconds(20), Duration.ofSeconds(1), 256L << 20, 2000, 64L << 20, 1 << 20, 64);
        Ran ran = run(python("""
                import os, signal, time
                signal.signal(signal.SIGCHLD, signal.SIG_IGN)
                while True:
                    if os.fork() == 0:
                        while time.process_time() < 0.008: pass
                        os._exit(0)
                    time.sleep(0.005)
                """).limits(limits));
        assertThat(ran.result().reason()).as(ran.result().detail()).isEqualTo(Reason.CPU_TIMEOUT);
        assertThat(ran.result().usage().cpuMillis()).isBetween(900L, 1000 + 2 * stopsWithin().toMillis());
    }

    @Test
    void processes_that_share_a_processor_are_not_each_charged_for_the_whole_of_it() {
        Limits limits = new Limits(Duration.ofSeconds(2), Duration.ofSeconds(4), 256L << 20, 1000, 64L << 20, 1 << 20, 64);
        Ran ran = run(bash("for i in 1 2 3 4 5 6; do (while :; do :; done) & done; wait").limits(limits));
        assertThat(ran.result().reason()).as(ran.result().detail()).isEqualTo(Reason.WALL_TIMEOUT);
        assertThat(ran.result().usage().cpuMillis()).isLessThan(4000);
    }

    @Test
    void memory_beyond_the_limit_is_an_out_of_memory_kill_that_the_kernel_reported() {
        Limits limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 64L << 20, 64L << 20, 1 << 20, 64);
        Ran ran = run(python("print('begin', flush=True)\nblocks = []\nwhile True: blocks.append(bytearray(1 << 20))").limits(limits));
        assertThat(ran.result().reason()).as(ran.result().detail() + ran.stderr()).isEqualTo(Reason.OUT_OF_MEMORY);
        assertThat(ran.stdout()).isEqualTo("begin\n");
        assertThat(ran.result().detail()).contains("64Mi");
    }

    @Test
    void memory_is_limited_for_all_processes_together() {
        Limits limits = limits(Duration.ofSeconds(4), Duration.ofSeconds(4), 96L << 20, 64L << 20, 1 << 20, 64);
        Ran ran = run(python("""
                import os, time
                for i in range(6):
                    if os.fork() == 0:
                        block = bytearray(30 << 20)
                        time.sleep(30)
                while True: os.wait()
                """).limits(limits));
        assertThat(ran.result().reason()).isEqualTo(Reason.OUT_OF_MEMORY);
    }

    @Test
    void output_is_kept_up_to_the_limit_exactly_on_either_stream() {
        for (String stream : new String[] {"stdout", "stderr"}) {
            Limits limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 256L << 20, 64L << 20, 100_000, 64);
            Ran ran = run(python("import sys\nwhile True: sys." + stream + ".write('y' * 1000)").limits(limits));
            assertThat(ran.result().reason()).isEqualTo(Reason.OUTPUT_LIMIT);
            byte[] kept = stream.equals("stdout") ? ran.out() : ran.err();
            assertThat(kept).hasSize(100_000).containsOnly('y');
            assertThat(stream.equals("stdout") ? ran.result().stdoutTruncated() : ran.result().stderrTruncated()).isTrue();
        }
    }

    @Test
    void output_of_exactly_the_limit_is_no_offence() {
        Limits limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 256L << 20, 64L << 20, 100_000, 64);
        Ran ran = run(python("import sys\nsys.stdout.write('y' * 100_000)").limits(limits));
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
        assertThat(ran.result().stdoutTruncated()).isFalse();
        assertThat(ran.out()).hasSize(100_000);
    }

    @Test
    void a_program_that_forks_without_end_hits_the_process_limit() {
        // Enough memory for all of them: gVisor copies three MiB for each process that Python forks.
        Limits limits = limits(Duration.ofSeconds(10), Duration.ofSeconds(10), 1L << 30, 64L << 20, 1 << 20, 64);
        Ran ran = run(python("""
                import os, time
                while True:
                    if os.fork() == 0:
                        time.sleep(30)
                """).limits(limits));
        assertThat(ran.result().reason()).as(ran.result().detail() + ran.stderr()).isEqualTo(Reason.PROCESS_LIMIT);
        assertThat(ran.stderr()).contains("BlockingIOError");
    }

    @Test
    void a_small_process_limit_holds_too() {
        Limits few = limits(Duration.ofSeconds(10), Duration.ofSeconds(10), 256L << 20, 64L << 20, 1 << 20, 4);
        Ran ran = run(python("import os, time\nfor i in range(8):\n    if os.fork() == 0: time.sleep(30)").limits(few));
        assertThat(ran.stderr()).contains("BlockingIOError");
        assertThat(ran.result().reason()).as(ran.result().detail()).isEqualTo(Reason.PROCESS_LIMIT);
    }

    @Test
    void a_fork_bomb_ends_and_the_next_run_is_fine() {
        run(bash("bomb() { bomb | bomb & }; bomb; sleep 5").timeout(Duration.ofSeconds(2)));
        assertThat(run(python("print('fine')")).stdout()).isEqualTo("fine\n");
    }

    @Test
    void a_full_disk_is_the_disk_limit() {
        Limits limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 256L << 20, 8L << 20, 1 << 20, 64);
        for (String place : new String[] {"/work/big", "/tmp/big", "/dev/shm/big"}) {
            Ran ran = run(python("with open('" + place + "', 'wb') as f:\n    while True: f.write(b'x' * 65536)").limits(limits));
            assertThat(ran.result().reason()).as(place + ran.result().detail() + ran.stderr()).isEqualTo(Reason.DISK_LIMIT);
        }
    }

    @Test
    void code_that_does_not_fit_its_own_disk_is_the_disk_limit_too() {
        Limits limits = limits(Duration.ofSeconds(20), Duration.ofSeconds(20), 256L << 20, 8192, 1 << 20, 64);
        assertThat(run(bash("#" + "x".repeat(20_000)).limits(limits)).result().reason()).isEqualTo(Reason.DISK_LIMIT);
    }

    @Test
    void threads_and_child_processes_work_within_the_limit() {
        Ran ran = run(python("""
                import multiprocessing, subprocess, threading
                threads = [threading.Thread(target=lambda: None) for _ in range(20)]
                [t.start() for t in threads]; [t.join() for t in threads]
                print(subprocess.run(['bash', '-c', 'echo child'], capture_output=True, text=True).stdout.strip())
                def square(x): return x * x
                with multiprocessing.Pool(4) as pool: print(pool.map(square, range(5)))
                """));
        assertThat(ran.stdout()).as(ran.stderr()).isEqualTo("child\n[0, 1, 4, 9, 16]\n");
    }

    @Test
    void a_kill_is_obeyed_though_the_program_leaves_no_cpu_to_its_supervisor() {
        Limits small = new Limits(
                Duration.ofSeconds(60), Duration.ofSeconds(60), 256L << 20, small(), 64L << 20, 1 << 20, 60);
        EvaluationId id = programs.start(bash("echo busy; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do (while :; do :; done) & done; wait").limits(small));
        awaitOutput(id, "busy\n");
        long asked = System.nanoTime();
        assertThat(executor.kill(id, StopMode.KILL)).isTrue();
        assertThat(programs.await(id).result().reason()).isEqualTo(Reason.KILLED);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofMillis(1500));
    }

    @Test
    void a_wall_limit_is_kept_though_the_program_leaves_no_cpu_to_its_supervisor() {
        Limits small = new Limits(
                Duration.ofSeconds(3), Duration.ofSeconds(60), 256L << 20, small(), 64L << 20, 1 << 20, 60);
        Ran ran = run(bash("for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do (while :; do :; done) & done; wait").limits(small));
        assertThat(ran.result().reason()).as(ran.result().detail()).isEqualTo(Reason.WALL_TIMEOUT);
        assertThat(ran.result().usage().wallMillis()).isBetween(2900L, 3000L + stopsWithin().toMillis());
    }

    /** In thousandths of a CPU. A kernel of its own needs more of it to get anything done beside sixteen that spin. */
    private int small() {
        return guestsHaveTheirOwnKernel() ? 200 : 50;
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

    // ---- walls ----

    @Test
    void there_is_no_network() {
        Ran ran = run(python("""
                import socket, time
                begin = time.monotonic()
                for address in [('1.1.1.1', 53), ('169.254.169.254', 80), ('10.0.0.1', 80)]:
                    try:
                        socket.create_connection(address, timeout=5)
                        print('connected to', address)
                    except OSError as e:
                        print('no route')
                try:
                    socket.getaddrinfo('example.com', 80)
                    print('resolved')
                except OSError:
                    print('no name')
                print(time.monotonic() - begin < 2)
                print(sorted(name for _, name in socket.if_nameindex() if name != 'lo'))
                """));
        assertThat(ran.stdout().lines().limit(5)).containsExactly("no route", "no route", "no route", "no name", "True");
    }

    @Test
    void no_file_of_the_host_can_be_read() throws IOException {
        Path canary = Files.createTempFile("crucible-canary", ".txt");
        Path secret = folder.resolve("canary.txt");
        try {
            Files.writeString(canary, "host secret");
            Files.writeString(secret, "host secret");
            Ran ran = run(bash("cat " + canary + " " + secret + " /etc/shadow /root/.bashrc 2>/dev/null; ls /home /root /var/lib /opt /srv /boot /mnt 2>/dev/null | grep -v : ; grep -rl 'host secret' /tmp /etc 2>/dev/null; true"));
            assertThat(ran.stdout()).doesNotContain("host secret").doesNotContain("canary");
            assertThat(ran.stdout()).doesNotContain("root:");
        } finally {
            Files.delete(canary);
            Files.delete(secret);
        }
    }

    @Test
    void settings_that_the_host_keeps_below_usr_are_not_shown() throws IOException {
        Path settings = Path.of("/usr/local/etc");
        Path canary = Files.isWritable(settings) ? Files.createTempFile(settings, "crucible-canary", ".txt") : null;
        try {
            assertThat(run(bash("ls -A /usr/local/etc")).stdout()).isEmpty();
        } finally {
            if (canary != null) {
                Files.delete(canary);
            }
        }
    }

    @Test
    void the_system_cannot_be_written() {
        Ran ran = run(bash("""
                for place in / /usr /usr/bin /etc /lib /dev /proc /proc/sys /proc/sys/kernel /; do
                    if touch "$place/x" 2>/dev/null; then echo "wrote $place"; fi
                done
                for file in /proc/sys/kernel/core_pattern /proc/sysrq-trigger /proc/sys/vm/drop_caches /etc/passwd; do
                    if echo x 2>/dev/null >"$file"; then echo "wrote $file"; fi
                done
                true
                """));
        assertThat(ran.stdout()).isEmpty();
    }

    @Test
    void only_its_own_processes_can_be_seen() {
        Ran ran = run(python("""
                import os
                print(sorted(int(p) for p in os.listdir('/proc') if p.isdigit()) == sorted({1, os.getpid()}))
                print(os.getpid() < 50)
                """));
        assertThat(ran.stdout()).isEqualTo("True\nTrue\n");
    }

    @Test
    void the_supervisor_cannot_be_signalled_traced_or_read() {
        Ran ran = run(python("""
                import ctypes, os, signal
                for s in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGCHLD, signal.SIGSEGV):
                    try: os.kill(1, s)
                    except OSError: pass
                for name in ('fd', 'mem', 'environ', 'maps', 'exe', 'cwd', 'root'):
                    try:
                        path = '/proc/1/' + name
                        print('opened', name, os.listdir(path) if name in ('fd', 'cwd', 'root') else open(path, 'rb').read(1))
                    except OSError: pass
                for fd in range(64):
                    for how in (os.O_RDONLY, os.O_WRONLY):
                        try:
                            opened = os.open(f'/proc/1/fd/{fd}', how)
                            if os.readlink(f'/proc/self/fd/{opened}') != '/dev/null': print('opened descriptor', fd)
                        except OSError: pass
                libc = ctypes.CDLL(None, use_errno=True)
                print(libc.ptrace(16, 1, 0, 0))
                try: os.pidfd_open(1); print(libc.syscall(438, os.pidfd_open(1), 0, 0))
                except OSError: print(-1)
                print('alive')
                """));
        // gVisor's kernel lets everybody see the numbers of descriptors, the container's variables and the addresses.
        String harmless = guestsHaveTheirOwnKernel() ? "opened (fd|environ|maps) .*" : "none";
        assertThat(ran.stdout().lines().filter(line -> !line.matches(harmless))).as(ran.stderr())
                .containsExactly("-1", "-1", "alive");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
    }

    @Test
    void the_supervisor_keeps_its_limits_and_its_priority_whatever_the_program_asks_for() {
        Ran ran = run(python("""
                import os, resource
                asked = {
                    'limits': lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)),
                    'priority': lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
                    'priority of all': lambda: os.setpriority(os.PRIO_USER, 0, 19),
                    'policy': lambda: os.sched_setscheduler(1, os.SCHED_BATCH, os.sched_param(0)),
                    'processors': lambda: os.sched_setaffinity(1, {0}),
                }
                for name, ask in asked.items():
                    try: ask(); print(name, 'changed')
                    except PermissionError: pass
                os.nice(1)
                resource.prlimit(0, resource.RLIMIT_NOFILE, (100, 100))
                print('its own may change')
                """));
        assertThat(ran.stdout()).as(ran.stderr()).isEqualTo("its own may change\n");
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
    }

    @Test
    void doors_that_lead_around_the_network_and_the_filter_are_shut() {
        Ran ran = run(python("""
                import ctypes, socket
                try: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM); print('a socket to the hypervisor')
                except OSError: pass
                if ctypes.CDLL(None).syscall(425, 8, ctypes.create_string_buffer(256)) >= 0: print('a ring of io_uring')
                """));
        assertThat(ran.stdout()).as(ran.stderr()).isEmpty();
        assertThat(ran.result().reason()).isEqualTo(Reason.OK);
    }

    @Test
    void nobody_sees_who_else_starts_the_interpreter() {
        EvaluationId watcher = programs.start(python("""
                import ctypes, os, sys, time
                libc = ctypes.CDLL(None)
                fd = libc.inotify_init1(os.O_NONBLOCK)
                libc.inotify_add_watch(fd, os.path.realpath(sys.executable).encode(), 0xfff)
                print('watching', flush=True)
                time.sleep(2)
                try: print('saw', len(os.read(fd, 4096)))
                except OSError: print('saw nothing')
                """));
        awaitOutput(watcher, "watching\n");
        run(python("print('here')"));
        assertThat(programs.await(watcher).stdout()).isEqualTo("watching\nsaw nothing\n");
    }

    @Test
    void nothing_gives_more_rights() {
        Ran ran = run(python("""
                import ctypes, os
                libc = ctypes.CDLL(None, use_errno=True)
                print(os.getuid() != 0, os.geteuid() != 0)
                caps = [line.split()[1] for line in open('/proc/self/status') if line.startswith(('CapEff', 'CapPrm', 'CapInh', 'CapAmb'))]
                print(set(int(c, 16) for c in caps))
                print(libc.setuid(0), libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), libc.chroot(b'/tmp'))
                print(libc.unshare(0x10000000))
                print(libc.mount(b'none', b'/tmp', b'tmpfs', 0, None), libc.setuid(0))
                """));
        assertThat(ran.stdout()).as(ran.stderr())
                .isEqualTo("True True\n{0}\n-1 -1 -1\n-1\n-1 -1\n");
    }

    @Test
    void frames_of_our_own_protocol_on_standard_output_are_only_data() {
        Ran ran = run(python("""
                import os, struct, sys
                forged = b'X' + struct.pack('>I', 7) + b'exit=0\\n' + b'O' + struct.pack('>I', 3) + b'abc' + b'!' + struct.pack('>I', 1) + b'x'
                for fd in range(1, 64):
                    try: os.write(fd, forged)
                    except OSError: pass
                sys.exit(7)
                """));
        byte[] forged = "X\0\0\0\7exit=0\nO\0\0\0\3abc!\0\0\0\1x".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(ran.out()).isEqualTo(forged);
        assertThat(ran.err()).isEqualTo(forged);
        assertThat(ran.result().exitCode()).isEqualTo(7);
    }

    @Test
    void bytes_that_are_no_text_arrive_unharmed() {
        Ran ran = run(python("import os\nos.write(1, bytes(range(256)) * 512)\nos.write(2, b'\\0\\xff\\xfe')"));
        byte[] expected = new byte[256 * 512];
        for (int i = 0; i < expected.length; i++) {
            expected[i] = (byte) i;
        }
        assertThat(ran.out()).isEqualTo(expected);
        assertThat(ran.err()).isEqualTo(new byte[] {0, (byte) 0xff, (byte) 0xfe});
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

    private void awaitOutput(EvaluationId id, String expected) {
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            Progress progress = executor.progress(id, 0, 0, Duration.ofMillis(200));
            return new String(progress.stdout(), StandardCharsets.UTF_8).equals(expected);
        });
    }
}
