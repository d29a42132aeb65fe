package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Limits;
import dev.crucible.kernel.evaluation.Reason;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What every engine must do with a program that goes beyond its limits. */
abstract class LimitsContract extends EngineSuite {
    private static Limits limits(Duration timeout, Duration cpu, long memory, long disk, long output, int pids) {
        return new Limits(timeout, cpu, memory, 1000, disk, output, pids);
    }

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
}
