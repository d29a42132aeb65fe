"""
The supervisor as a script, for hosts whose build has no native one (src/main/native): pid 1 of a box of the engine
sandbox, which it ends with the one run that it serves. It speaks the frames that SupervisorProtocol.java describes on
its standard input and output; the guest holds no descriptor of that channel. The native supervisor gives each run an
init and namespaces of its own; here the box's are the run's, and pid 1 does everything: it reaps, counts, keeps
deadlines, and reads what the program left once no process of the guest is left to race with. It is undumpable, so that
the guest, which is the same user, can neither open nor trace it.

Python 3.8 or later, and its standard library.
"""
import ctypes
import errno
import os
import resource
import select
import signal
import stat
import struct
import time

WORK = b"/work"
RESULT_FILE = ".crucible_result.json"
WRITABLE = {WORK: "0755", b"/tmp": "1777", b"/dev/shm": "1777"}
HIDDEN_FILES = ("cmdline", "kallsyms", "kcore", "key-users", "keys", "kmsg", "latency_stats", "modules", "sched_debug",
                "sysrq-trigger", "timer_list", "timer_stats")
HIDDEN_FOLDERS = ("acpi", "asound", "scsi")
CHUNK = 1 << 16
MAX_WAITING = 2 * CHUNK
MAX_FILE = 16 << 20
MAX_PAYLOAD = MAX_FILE + 8192  # with its path
MAX_RESULT = 64 << 10
MAX_PATH, MAX_DEPTH, MAX_VISITED = 4000, 32, 20000
TERM_GRACE, SAMPLE_MIN, SAMPLE_MAX = 5.0, 0.01, 0.5
READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW

MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT, MS_BIND = 1, 2, 4, 8, 32, 4096
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_READ, PR_CAPBSET_DROP = 4, 22, 23, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 38, 47, 4
SECCOMP_MODE_FILTER, CAPABILITY_VERSION_3 = 2, 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


class Fault(Exception):
    """A sentence for the executor: the box is of no use."""


class FilterProgram(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def checked(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, what + ": " + os.strerror(number))
    return result


def prctl(option, *values):
    words = [ctypes.c_ulong(value) for value in (values + (0, 0, 0, 0))[:4]]
    return checked(libc.prctl(option, *words), "prctl %d" % option)


def mount(source, target, kind, flags, options):
    checked(libc.mount(source, target, kind, ctypes.c_ulong(flags), options), "mount " + target.decode())


def mount_writable(disk, flags):
    for place, mode in WRITABLE.items():
        options = "size=%d,mode=%s,nr_inodes=%d" % (disk, mode, max(256, disk // 4096))
        mount(b"tmpfs", place, b"tmpfs", flags | MS_NOSUID | MS_NODEV, options.encode())


def hide_in_proc():
    hidden = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC
    for name in filter(os.path.exists, ("/proc/" + file for file in HIDDEN_FILES)):
        mount(b"/dev/null", name.encode(), None, MS_BIND, None)
    for name in filter(os.path.exists, ("/proc/" + folder for folder in HIDDEN_FOLDERS)):
        mount(b"tmpfs", name.encode(), b"tmpfs", hidden, b"size=4096")


# ---- files in ----

def make_file(path, mode, content):
    """No link is followed. False when the disk is full."""
    *folders, name = path.split(b"/")
    if len(path) > MAX_PATH or any(part in (b"", b".", b"..") or b"\0" in part for part in folders + [name]):
        raise Fault("A file's path is not below the work folder")
    folder = os.open(b".", FOLDER)
    try:
        for part in folders:
            try:
                os.mkdir(part, 0o755, dir_fd=folder)
            except FileExistsError:
                pass
            inner = os.open(part, FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode & 0o777, dir_fd=folder)
        with open(file, "wb", buffering=0) as out:
            while content:
                content = content[out.write(content):]
    except OSError as e:
        if e.errno != errno.ENOSPC:
            raise
        return False
    finally:
        os.close(folder)
    return True


# ---- which files are wanted ----

def matches(pattern, text, is_star, same):
    """A pattern against a text, piece by piece. Linear but for the last star."""
    at = seen = resume = 0
    star = None
    while seen < len(text):
        if at < len(pattern) and is_star(pattern[at]):
            star, resume, at = at, seen, at + 1
        elif at < len(pattern) and same(pattern[at], text[seen]):
            at, seen = at + 1, seen + 1
        elif star is not None:
            resume += 1
            at, seen = star + 1, resume
        else:
            return False
    return all(is_star(piece) for piece in pattern[at:])


def part_matches(pattern, name):
    return matches(pattern, name, lambda byte: byte == ord("*"), lambda wanted, byte: wanted in (byte, ord("?")))


def plain(path):
    """Names travel as text and end in lists that people read."""
    try:
        return not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in path.decode())
    except UnicodeDecodeError:
        return False


def path_matches(pattern, path):
    """** stands for any number of whole parts, and at the end for at least one."""
    parts = pattern.split(b"/")
    return matches(parts + [b"*"] * (parts[-1] == b"**"), path.split(b"/"), lambda part: part == b"**", part_matches)


# ---- becoming the guest ----

def set_limit(what, soft, hard):
    if soft > 0:
        most = resource.getrlimit(what)[1]
        hard = hard if most == resource.RLIM_INFINITY else min(hard, most)
        resource.setrlimit(what, (min(soft, hard), hard))


def set_limits(limits):
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, name in ((resource.RLIMIT_NOFILE, "nofile"), (resource.RLIMIT_FSIZE, "fsize"),
                       (resource.RLIMIT_DATA, "data"), (resource.RLIMIT_NPROC, "nproc")):
        set_limit(what, limits.get(name, 0), limits.get(name, 0))
    if limits.get("cpu_ms", 0) > 0:
        seconds = limits["cpu_ms"] // 1000
        set_limit(resource.RLIMIT_CPU, seconds + 2, seconds + 3)


def drop_rights(policy):
    for capability in range(64):
        if libc.prctl(PR_CAPBSET_READ, ctypes.c_ulong(capability)) == 1:
            prctl(PR_CAPBSET_DROP, capability)
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL)
    checked(libc.capset((ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0), (ctypes.c_uint32 * 6)()), "capset")
    program = ctypes.create_string_buffer(policy, len(policy))
    loaded = FilterProgram(len(policy) // 8, ctypes.addressof(program))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(loaded))


def become_guest(streams, limits, policy):
    """Up to its end nothing of the guest's has run, so no process exists that could look at this one."""
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.setsid()
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    prctl(PR_SET_DUMPABLE, 1)  # undumpable, its own /proc files would belong to root
    with open("/proc/self/oom_score_adj", "w") as score:
        score.write("1000")
    set_limits(limits)
    drop_rights(policy)


class Supervisor:
    def __init__(self):
        self.phase = "new"  # then ready, running, spent
        self.incoming, self.outgoing = bytearray(), bytearray()
        self.policy, self.arguments, self.environment, self.keep, self.files = b"", [], [], [], []
        self.limits, self.disk = {}, 0
        self.pid, self.stdin, self.streams = 0, None, {}
        self.input, self.input_end = bytearray(), False
        self.cpu_before = self.rss_before = 0  # of the guest's process while it was still ours
        self.started = self.next_sample = 0.0
        self.term_deadline = self.timeout = None
        self.asked = self.disk_full = self.fork_denied = False
        self.left_out = self.visited = self.kept_files = self.kept_bytes = 0
        signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals())
        child = (1 << (signal.SIGCHLD - 1)).to_bytes(128, "little")
        self.signals = checked(libc.signalfd(-1, child, os.O_NONBLOCK | os.O_CLOEXEC), "signalfd")

    # ---- to the executor ----

    def send(self, kind, payload=b""):
        self.outgoing += kind + len(payload).to_bytes(4, "big") + payload
        self.flush()

    def flush(self):
        try:
            while self.outgoing:
                del self.outgoing[:os.write(1, self.outgoing)]
        except BlockingIOError:
            return

    def flush_all(self, patience=None):
        poller = select.poll()
        poller.register(1, select.POLLOUT)
        while self.outgoing and poller.poll(patience):
            self.flush()

    # ---- starting ----

    def prepare(self):
        if self.phase != "new":
            raise Fault("The supervisor was told twice what its runs are")
        if self.limits.get("uid", 0) > 0:
            raise Fault("A scripted supervisor runs programs as its own user only")
        self.disk = self.limits.get("disk", 0)
        mount_writable(self.disk, 0)
        hide_in_proc()
        os.chdir(WORK)
        self.phase = "ready"
        self.send(b"R", b"isolated=0\nfork=0\nspent=0\n")

    def start(self):
        if self.phase != "ready" or not self.arguments or not self.policy:
            raise Fault("The supervisor was told to start without a program, or while no run is ready")
        if self.limits.get("disk", 0) != self.disk:
            mount_writable(self.limits.get("disk", 0), MS_REMOUNT)
        while self.files:
            self.disk_full |= not make_file(*self.files.pop(0))
        self.execute()
        self.phase = "running"
        self.started = self.next_sample = time.monotonic()
        self.send(b"S")

    def execute(self):
        (guest_in, self.stdin), (out, guest_out), (err, guest_err), (told, tell) = (os.pipe() for _ in range(4))
        self.streams = {out: b"O", err: b"E"}
        for ours in (self.stdin, out, err):
            os.set_blocking(ours, False)
        self.pid = os.fork()
        if self.pid == 0:
            self.begin((guest_in, guest_out, guest_err), tell)
        for theirs in (guest_in, guest_out, guest_err, tell):
            os.close(theirs)
        with open(told, "rb") as answer:  # ends when the program executes, or with its process
            words = answer.read()
        if len(words) != 16:
            why = words[16:].decode(errors="replace") or "its process ended"
            raise Fault("The sandbox cannot execute %.200s: %s" % (os.fsdecode(self.arguments[0]), why))
        self.cpu_before, self.rss_before = struct.unpack("=qq", words)

    def begin(self, streams, tell):
        """In the program's own process: executes it, after word of what the process had used up to there."""
        used = b"\0" * 16
        try:
            arguments = (ctypes.c_char_p * (len(self.arguments) + 1))(*self.arguments)
            environment = (ctypes.c_char_p * (len(self.environment) + 1))(*self.environment)
            for variable in self.environment:
                if variable.startswith(b"PATH="):
                    os.environb[b"PATH"] = variable[5:]  # where the C library looks for the program
            become_guest(streams, self.limits, self.policy)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            os.write(tell, struct.pack("=qq", time.process_time_ns() // 1000, peak))
            used = b""
            checked(libc.execvpe(self.arguments[0], arguments, environment), "execve")
        except BaseException as e:
            os.write(tell, used + str(e).encode())
        os._exit(127)

    # ---- what the kernel says about the guest ----

    def children_cpu(self):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return used.ru_utime + used.ru_stime - self.cpu_before / 1e6

    def sample(self, just_reaped):
        """CPU seconds so far. One that was reaped a moment ago still counts towards the process table."""
        ticks, threads = 0, just_reaped
        for pid in os.listdir("/proc"):
            if not pid.isdigit() or pid == "1":
                continue
            try:
                with open("/proc/%s/stat" % pid, "rb", buffering=0) as file:
                    fields = file.read(1024).rpartition(b")")[2].split()  # the name before it may hold anything
            except OSError:
                continue
            if len(fields) > 17:
                ticks += sum(map(int, fields[11:15]))
                threads += int(fields[17])
        if self.limits.get("nproc", 0) > 0 and threads >= self.limits.get("pids", 0):
            self.fork_denied = True
        for place in WRITABLE:
            space = os.statvfs(place)
            self.disk_full |= space.f_bavail == 0 or space.f_ffree == 0
        return ticks / os.sysconf("SC_CLK_TCK") + self.children_cpu()

    # ---- ending ----

    @staticmethod
    def kill_guests(number):
        try:
            os.kill(-1, number)
        except ProcessLookupError:
            pass

    def stop_at_deadline(self, which):
        """Whoever came first is the cause."""
        if not self.timeout and not self.asked:
            self.timeout = which
        self.kill_guests(signal.SIGKILL)

    def enforce(self):
        now, wall, cpu = time.monotonic(), self.limits.get("wall_ms", 0) / 1e3, self.limits.get("cpu_ms", 0) / 1e3
        if 0 < wall <= now - self.started:
            self.stop_at_deadline("wall")
        elif self.term_deadline is not None and now >= self.term_deadline:
            self.kill_guests(signal.SIGKILL)
        elif now >= self.next_sample:
            left = cpu - self.sample(0)
            if cpu > 0 and left <= 0:
                self.stop_at_deadline("cpu")
            # All processors together cannot use up what is left any sooner; a full process table may not stay full.
            pause = max(SAMPLE_MIN, min(SAMPLE_MAX, left / (os.cpu_count() or 1) if cpu > 0 else SAMPLE_MAX))
            self.next_sample = now + (5 * SAMPLE_MIN if self.limits.get("nproc", 0) > 0 else pause)

    def pause_ms(self):
        if self.phase != "running":
            return None
        times = [self.next_sample]
        if self.limits.get("wall_ms", 0) > 0:
            times.append(self.started + self.limits["wall_ms"] / 1e3)
        if self.term_deadline is not None:
            times.append(self.term_deadline)
        # A deadline that has passed was enforced already: its effect comes as SIGCHLD, so do not spin meanwhile.
        return max(1, int((min(times) - time.monotonic()) * 1000) + 1)

    def order(self, kind):
        if self.phase == "running" and kind == b"K":
            self.asked = True
            self.kill_guests(signal.SIGKILL)
        elif self.phase == "running" and self.term_deadline is None:
            self.asked = True
            self.term_deadline = time.monotonic() + TERM_GRACE
            self.kill_guests(signal.SIGTERM)

    def reap(self):
        os.read(self.signals, 2048)  # once: a guest that sends the same signal without pause must not keep us here
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                return self.end(status)

    def end(self, status):
        wall = time.monotonic() - self.started
        self.sample(1)
        while True:
            self.kill_guests(signal.SIGKILL)
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                break
        self.drain()
        self.send_result()
        if self.limits.get("keep_files", 0) > 0:
            self.send_folder(os.open(WORK, FOLDER), "", 0)
        self.report(status, wall)
        self.phase = "spent"
        self.send(b"R", b"spent=1\n")

    def drain(self):
        """No process of the guest is left, so the pipes hold a bounded rest; nobody waits for their end."""
        self.close_input()
        for stream in list(self.streams):
            while stream in self.streams and self.forward(stream):
                self.flush_all()
        self.streams = {}

    def report(self, status, wall):
        by_signal = os.WIFSIGNALED(status)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        values = {
            "signal" if by_signal else "exit": os.WTERMSIG(status) if by_signal else os.WEXITSTATUS(status),
            "wall_us": int(wall * 1e6),
            "cpu_us": max(0, int(self.children_cpu() * 1e6)),
            "timeout": self.timeout if self.timeout and by_signal else "none",
            "disk_full": int(self.disk_full),
            "fork_denied": int(self.fork_denied),
            "left_out": self.left_out,
            "max_rss_kb": peak if peak > self.rss_before else 0,  # else it is only known to be less than ours
        }
        self.send(b"X", "".join("%s=%s\n" % value for value in values.items()).encode())

    # ---- files out ----

    def send_result(self):
        try:
            with open(os.open(RESULT_FILE, READ), "rb", buffering=0) as file:
                if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    self.send(b"J", file.read(MAX_RESULT + 1))  # one byte more than allowed says that there was more
        except OSError:
            return

    def send_folder(self, folder, prefix, depth):
        with os.scandir(folder) as entries:
            for entry in entries:
                path = os.fsencode(prefix + entry.name)
                if self.visited >= MAX_VISITED:
                    break
                if prefix + entry.name == RESULT_FILE:
                    continue
                self.visited += 1
                if len(path) > MAX_PATH:
                    continue
                if entry.is_dir(follow_symlinks=False):
                    self.enter_folder(folder, entry.name, prefix, depth)
                elif entry.is_file(follow_symlinks=False) and any(path_matches(glob, path) for glob in self.keep):
                    if plain(path):
                        self.send_file(folder, entry.name, path)
                    else:
                        self.left_out += 1
        os.close(folder)
        self.left_out += depth == 0 and self.visited >= MAX_VISITED

    def enter_folder(self, folder, name, prefix, depth):
        try:
            inner = os.open(name, FOLDER, dir_fd=folder) if depth < MAX_DEPTH else None
        except OSError:
            return
        if inner is not None:
            self.send_folder(inner, prefix + name + "/", depth + 1)

    def send_file(self, folder, name, path):
        try:
            file = open(os.open(name, READ, dir_fd=folder), "rb", buffering=0)
        except OSError:
            self.left_out += 1  # the program left it so that even its own user cannot read it
            return
        with file:
            found = os.fstat(file.fileno())
            head = struct.pack(">H", len(path)) + path + struct.pack(">I", found.st_mode & 0o777)
            room = min(self.limits.get("keep_bytes", 0) - self.kept_bytes, MAX_FILE)
            if self.kept_files >= self.limits["keep_files"] or found.st_size > room:
                self.left_out += 1
                return
            self.outgoing += b"D" + struct.pack(">I", len(head) + found.st_size) + head
            left = found.st_size
            while left > 0:
                piece = file.read(min(CHUNK, left))
                if not piece:
                    raise Fault("A file that the program left cannot be read")
                self.outgoing += piece
                self.flush_all()
                left -= len(piece)
            self.kept_files += 1
            self.kept_bytes += found.st_size

    # ---- from the executor ----

    def handle(self, kind, payload):
        if self.phase in ("running", "spent") and kind in b"PNLFVACGW":
            raise Fault("The supervisor was given a program while it had one")
        if kind in b"VAC" and payload and payload[-1] != 0:
            raise Fault("A list of strings does not end with NUL")
        if kind == b"P":
            self.policy = payload
        elif kind == b"N":
            self.files, self.keep = [], []
        elif kind == b"L":
            lines = (line.partition("=") for line in payload.decode().splitlines())
            self.limits = {name: int(value) for name, _, value in lines}
        elif kind == b"F":
            length = struct.unpack_from(">H", payload)[0]
            path, mode = payload[2:2 + length], struct.unpack_from(">I", payload, 2 + length)[0]
            self.files.append((path, mode, memoryview(payload)[6 + length:]))
        elif kind == b"V":
            self.environment = payload.split(b"\0")[:-1]
        elif kind == b"A":
            self.arguments = payload.split(b"\0")[:-1]
        elif kind == b"C":
            self.keep = payload.split(b"\0")[:-1]
        elif kind == b"W":
            self.prepare()
        elif kind == b"G":
            self.start()
        elif kind == b"I":
            self.add_input(payload)
        elif kind == b"Z":
            self.input_end = self.phase == "running"
        elif kind in b"TK":
            self.order(kind)
        else:
            raise Fault("The supervisor was sent a frame it does not know")

    def read_control(self):
        piece = os.read(0, CHUNK)
        if not piece:
            os._exit(0)  # the executor is gone, and so is the box
        self.incoming += piece
        while len(self.incoming) >= 5:
            length = int.from_bytes(self.incoming[1:5], "big")
            if length > MAX_PAYLOAD:
                raise Fault("A frame is larger than the protocol allows")
            if len(self.incoming) < 5 + length:
                return
            kind, payload = bytes(self.incoming[:1]), bytes(self.incoming[5:5 + length])
            del self.incoming[:5 + length]
            self.handle(kind, payload)

    # ---- the guest's streams ----

    def add_input(self, payload):
        if self.phase == "running" and self.stdin is not None:
            if len(self.input) + len(payload) > MAX_PAYLOAD:
                raise Fault("Too much standard input is waiting for the program")
            self.input += payload

    def close_input(self):
        if self.stdin is not None:
            os.close(self.stdin)
            self.stdin = None

    def feed(self):
        try:
            while self.input:
                del self.input[:os.write(self.stdin, self.input[:CHUNK])]
        except BlockingIOError:
            return
        except BrokenPipeError:
            return self.close_input()  # it closed its end: what is left has no reader
        if self.input_end:
            self.close_input()

    def forward(self, stream):
        """Passes on what is there, once. False when there is nothing to read now."""
        try:
            piece = os.read(stream, CHUNK)
        except BlockingIOError:
            return False
        if piece:
            self.send(self.streams[stream], piece)
        else:
            del self.streams[stream]
            os.close(stream)
        return bool(piece)

    def serve(self):
        while True:
            poller = select.poll()
            poller.register(0, select.POLLIN)
            poller.register(self.signals, select.POLLIN)
            if self.outgoing:
                poller.register(1, select.POLLOUT)
            if self.stdin is not None and (self.input or self.input_end):
                poller.register(self.stdin, select.POLLOUT)
            for stream in self.streams if len(self.outgoing) < MAX_WAITING else ():
                poller.register(stream, select.POLLIN)
            ready = {descriptor for descriptor, _ in poller.poll(self.pause_ms())}
            if 1 in ready:
                self.flush()
            if self.stdin in ready:
                self.feed()
            for stream in ready & set(self.streams):
                self.forward(stream)
            if self.signals in ready:
                self.reap()
            if 0 in ready:
                self.read_control()
            if self.phase == "running":
                self.enforce()


def main():
    os.closerange(3, 4096)
    os.umask(0o022)
    os.set_blocking(1, False)
    prctl(PR_SET_DUMPABLE, 0)
    supervisor = Supervisor()
    try:
        supervisor.send(b"R", b"isolated=0\nfork=0\nspent=0\n")
        supervisor.serve()
    except Exception as e:
        words = str(e) if isinstance(e, Fault) else "The scripted supervisor failed: %r" % e
        supervisor.send(b"!", words.encode(errors="replace")[:1000])
        supervisor.flush_all(2000)
    os._exit(1)


main()
