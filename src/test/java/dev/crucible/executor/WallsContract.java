package dev.crucible.executor;

import static dev.crucible.executor.Programs.bash;
import static dev.crucible.executor.Programs.python;
import static org.assertj.core.api.Assertions.assertThat;

import dev.crucible.executor.Programs.Ran;
import dev.crucible.kernel.EvaluationId;
import dev.crucible.kernel.evaluation.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What no program may reach or see on any engine. */
abstract class WallsContract extends LimitsContract {
    @Test
    void every_limit_holds_when_a_program_runs_against_it() {
        EngineStatus status = executor.prove().get(0);

        assertThat(status.proofs()).extracting(LimitProof::name).containsExactly(
                "host_files", "network", "processes", "disk", "output", "cpu_time", "memory");
        assertThat(status.proofs()).allSatisfy(proof -> assertThat(proof.held()).as(proof.evidence()).isTrue());
        assertThat(status.available()).isTrue();
    }

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
                # The init lets go of the program's own streams a moment after the program has begun.
                own = ['/dev/null'] + [os.readlink(f'/proc/self/fd/{fd}') for fd in range(3)]
                for fd in range(64):
                    for how in (os.O_RDONLY, os.O_WRONLY):
                        try:
                            opened = os.open(f'/proc/1/fd/{fd}', how)
                            if os.readlink(f'/proc/self/fd/{opened}') not in own: print('opened descriptor', fd)
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
}
