/*
 * The supervisor: the small trusted program that is pid 1 of every box. It runs the guest's program, carries its
 * standard streams, holds its deadlines, and reports how it ended. The frames it speaks on its own standard input and
 * output are described in SupervisorProtocol.java; the guest never holds a descriptor of that channel.
 *
 * It trusts its standard input (the executor) with what to do, never with sizes. It trusts the guest with nothing: as
 * pid 1 it cannot be signalled from inside, being undumpable it cannot be opened or traced by a guest of the same uid,
 * and every descriptor it opens is close-on-exec.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORK "/work"
#define MAX_PAYLOAD (16u << 20)
#define CHUNK 65536u
#define HEADER 5u
#define CONTROL_ROOM 4096u
#define IOPRIO_USER 3
#define TERM_GRACE_US 5000000LL
#define SAMPLE_MIN_US 10000LL
#define SAMPLE_MAX_US 500000LL

enum phase { IDLE, RUNNING, DRAINING };

static struct {
    long long wall_ms, cpu_ms, nproc, nofile, fsize, data, uid;
} limits;

static struct {
    enum phase phase;
    pid_t pid;
    int in, out, err; /* our ends of its pipes, -1 when closed */
    int status;
    long long started, ended, cpu_before;
    long long term_deadline, next_sample;
    const char *timeout;
    int asked; /* the executor asked for an end before any deadline of ours */
    int disk_full, fork_denied;
} guest = {.in = -1, .out = -1, .err = -1};

static struct {
    unsigned char *bytes;
    size_t length, sent;
    int end;
} guest_input;

struct words { /* NUL-separated strings and the pointers into them */
    char *text;
    char **list;
};
static struct words arguments, environment;

static unsigned char outgoing[2 * (CHUNK + HEADER) + CONTROL_ROOM];
static size_t out_from, out_to;

static long long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

/* ---- to the executor ---- */

static void flush(void) {
    while (out_from < out_to) {
        ssize_t n = write(STDOUT_FILENO, outgoing + out_from, out_to - out_from);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) _exit(1); /* nobody listens: the kernel ends the whole box with pid 1 */
        out_from += (size_t)n;
    }
    out_from = out_to = 0;
}

static void put_header(char type, uint32_t length) {
    unsigned char *h = outgoing + out_to;
    h[0] = (unsigned char)type;
    h[1] = (unsigned char)(length >> 24);
    h[2] = (unsigned char)(length >> 16);
    h[3] = (unsigned char)(length >> 8);
    h[4] = (unsigned char)length;
}

/* Small frames always fit: forward() leaves CONTROL_ROOM, and a run sends three of them at most. */
static void send_frame(char type, const char *text) {
    size_t length = strlen(text);
    if (out_to + HEADER + length > sizeof outgoing) _exit(1);
    put_header(type, (uint32_t)length);
    memcpy(outgoing + out_to + HEADER, text, length);
    out_to += HEADER + length;
    flush();
}

__attribute__((noreturn, format(printf, 1, 2))) static void fault(const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    send_frame('!', text);
    for (int tries = 0; out_from < out_to && tries < 20; tries++) {
        struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
        poll(&out, 1, 100);
        flush();
    }
    _exit(1);
}

static void *allocate(size_t size) {
    void *p = malloc(size ? size : 1);
    if (!p) fault("The supervisor is out of memory");
    return p;
}

/* ---- what the kernel says about the guest ---- */

static long long children_cpu_us(void) {
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec + u.ru_stime.tv_usec;
}

/* Adds one process's CPU ticks (its own and its reaped children's) and its threads. */
static void add_process(const char *pid, unsigned long long *ticks, long long *threads) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return;
    ssize_t n = read(fd, text, sizeof text - 1);
    close(fd);
    if (n <= 0) return;
    text[n] = 0;
    char *field = strrchr(text, ')'); /* the name before it may hold anything */
    for (int number = 2; field && number < 20; number++) {
        field = strchr(field + 1, ' ');
        if (field && number >= 13 && number <= 16) *ticks += strtoull(field + 1, NULL, 10);
    }
    if (field) *threads += strtoll(field + 1, NULL, 10);
}

static void sample_disk(void) {
    static const char *const writable[] = {WORK, "/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++) {
        struct statvfs s;
        if (statvfs(writable[i], &s) < 0 || (s.f_flag & ST_RDONLY) || s.f_blocks == 0) continue;
        if (s.f_bavail == 0 || (s.f_files > 0 && s.f_ffree == 0)) guest.disk_full = 1;
    }
}

/*
 * Returns the CPU time of the run so far, and notes a full disk or a full process table on the way. A process that was
 * reaped a moment ago still counts towards the table.
 */
static long long sample(int just_reaped) {
    static long tick_hz;
    if (!tick_hz) tick_hz = sysconf(_SC_CLK_TCK);
    unsigned long long ticks = 0;
    long long threads = 0;
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc)))
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strcmp(entry->d_name, "1") != 0)
            add_process(entry->d_name, &ticks, &threads);
    if (proc) closedir(proc);
    if (limits.nproc > 0 && threads + 1 + just_reaped >= limits.nproc) guest.fork_denied = 1;
    sample_disk();
    return (long long)(ticks * 1000000ULL / (unsigned long long)tick_hz) + children_cpu_us() - guest.cpu_before;
}

/* ---- ending a run ---- */

static void kill_guests(int signal_number) { kill(-1, signal_number); } /* from pid 1: all others in the namespace */

static void end_run(void) {
    guest.ended = now_us();
    sample(1);
    do kill_guests(SIGKILL);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
    if (guest.in >= 0) close(guest.in);
    guest.in = -1;
    guest.phase = DRAINING;
}

static void reap(int signals) {
    struct signalfd_siginfo ignored[16];
    /* Once: a guest that sends the same signal without pause must not keep us here. */
    if (read(signals, ignored, sizeof ignored) < 0 && errno != EAGAIN && errno != EINTR) _exit(1);
    pid_t pid;
    int status;
    while (guest.phase == RUNNING && (pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == guest.pid) {
            guest.status = status;
            end_run();
        }
    }
}

static void report_exit(void) {
    char text[256];
    int by_signal = WIFSIGNALED(guest.status);
    snprintf(text, sizeof text, "%s=%d\nwall_us=%lld\ncpu_us=%lld\ntimeout=%s\ndisk_full=%d\nfork_denied=%d\n",
             by_signal ? "signal" : "exit", by_signal ? WTERMSIG(guest.status) : WEXITSTATUS(guest.status),
             guest.ended - guest.started, children_cpu_us() - guest.cpu_before,
             guest.timeout && by_signal ? guest.timeout : "none", guest.disk_full, guest.fork_denied);
    free(guest_input.bytes);
    memset(&guest_input, 0, sizeof guest_input);
    free(arguments.text), free(arguments.list), free(environment.text), free(environment.list);
    memset(&arguments, 0, sizeof arguments);
    memset(&environment, 0, sizeof environment);
    guest.phase = IDLE;
    send_frame('X', text);
}

static int sampling(void) { return limits.cpu_ms > 0 || limits.nproc > 0; }

/* All processors together cannot use up the CPU time that is left any sooner than this. */
static long long sample_pause(long long cpu_left_us) {
    static long cores;
    if (!cores) cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (limits.nproc > 0) return 5 * SAMPLE_MIN_US; /* a full process table may not stay full for long */
    long long pause = cpu_left_us / (cores > 0 ? cores : 1);
    return pause < SAMPLE_MIN_US ? SAMPLE_MIN_US : pause > SAMPLE_MAX_US ? SAMPLE_MAX_US : pause;
}

/* Whoever came first is the cause. */
static void stop_at_deadline(const char *which) {
    if (!guest.timeout && !guest.asked) guest.timeout = which;
    kill_guests(SIGKILL);
}

static void enforce(void) {
    if (guest.phase != RUNNING) return;
    long long now = now_us();
    if (limits.wall_ms > 0 && now - guest.started >= limits.wall_ms * 1000) {
        stop_at_deadline("wall");
    } else if (guest.term_deadline > 0 && now >= guest.term_deadline) {
        kill_guests(SIGKILL);
    } else if (sampling() && now >= guest.next_sample) {
        long long left = limits.cpu_ms * 1000 - sample(0);
        if (limits.cpu_ms > 0 && left <= 0) stop_at_deadline("cpu");
        guest.next_sample = now + sample_pause(left);
    }
}

static int poll_timeout_ms(void) {
    if (guest.phase != RUNNING) return -1;
    long long next = -1;
    long long times[] = {limits.wall_ms > 0 ? guest.started + limits.wall_ms * 1000 : -1,
                         guest.term_deadline > 0 ? guest.term_deadline : -1,
                         sampling() ? guest.next_sample : -1};
    for (size_t i = 0; i < 3; i++)
        if (times[i] >= 0 && (next < 0 || times[i] < next)) next = times[i];
    if (next < 0) return -1;
    long long left = (next - now_us() + 999) / 1000;
    /* A deadline that has passed was enforced already: its effect comes as SIGCHLD, so do not spin meanwhile. */
    return left < 1 ? 1 : left > 60000 ? 60000 : (int)left;
}

/* ---- starting a run ---- */

static void set_limit(int resource, long long soft, long long hard) {
    if (soft <= 0) return;
    struct rlimit now, wanted = {.rlim_cur = (rlim_t)soft, .rlim_max = (rlim_t)hard};
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY) {
        if (wanted.rlim_max > now.rlim_max) wanted.rlim_max = now.rlim_max;
        if (wanted.rlim_cur > wanted.rlim_max) wanted.rlim_cur = wanted.rlim_max;
    }
    if (setrlimit(resource, &wanted) < 0) _exit(125);
}

/* Where pid 1 is not safe from its own user (gVisor), the guest is another one. */
static int become_guest(void) {
    uid_t uid = (uid_t)limits.uid;
    if (uid == 0) return 0;
    return setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0 ? 0 : -1;
}

#if defined(__x86_64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif
#define X32_CALLS 0x40000000u
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (field))
#define LOAD_NUMBER LOAD(offsetof(struct seccomp_data, nr))
#define LOAD_ARGUMENT(i) LOAD(offsetof(struct seccomp_data, args[i])) /* its lower half: both machines are little-endian */
#define SKIP_UNLESS(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (count))
#define ANSWER(action) BPF_STMT(BPF_RET | BPF_K, (action))
#define REFUSE ANSWER(SECCOMP_RET_ERRNO | EPERM)
#define REFUSE_CALL(number) SKIP_UNLESS(number, 1), REFUSE
#define REFUSE_ABOUT_PID_1(number, i) \
    SKIP_UNLESS(number, 4), LOAD_ARGUMENT(i), SKIP_UNLESS(1, 1), REFUSE, ANSWER(SECCOMP_RET_ALLOW)
#define REFUSE_ABOUT_PID_1_OR_USER(number, user) \
    SKIP_UNLESS(number, 7), LOAD_ARGUMENT(0), SKIP_UNLESS(user, 1), REFUSE, LOAD_ARGUMENT(1), SKIP_UNLESS(1, 1), REFUSE, \
        ANSWER(SECCOMP_RET_ALLOW)

/*
 * To the kernel the guest and pid 1 are one user, and a user may lower the limits and the priority of all it owns: a
 * supervisor without open files or without time could neither report nor stop anything. The engine's own filter is the
 * longer one; this holds under every engine, as do the two doors that older container engines leave open.
 */
static int protect_pid_1(void) {
    static struct sock_filter program[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_ARCHITECTURE, 1, 0),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
        LOAD_NUMBER,
#if defined(__x86_64__)
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_CALLS, 0, 1),
        ANSWER(SECCOMP_RET_KILL_PROCESS),
#endif
        REFUSE_ABOUT_PID_1(SYS_prlimit64, 0),
        REFUSE_ABOUT_PID_1(SYS_sched_setscheduler, 0),
        REFUSE_ABOUT_PID_1(SYS_sched_setparam, 0),
        REFUSE_ABOUT_PID_1(SYS_sched_setattr, 0),
        REFUSE_ABOUT_PID_1(SYS_sched_setaffinity, 0),
        REFUSE_ABOUT_PID_1_OR_USER(SYS_setpriority, PRIO_USER),
        REFUSE_ABOUT_PID_1_OR_USER(SYS_ioprio_set, IOPRIO_USER),
        REFUSE_CALL(SYS_io_uring_setup),
        SKIP_UNLESS(SYS_socket, 3),
        LOAD_ARGUMENT(0),
        SKIP_UNLESS(AF_VSOCK, 1),
        ANSWER(SECCOMP_RET_ERRNO | EAFNOSUPPORT),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    static const struct sock_fprog filter = {sizeof program / sizeof *program, program};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0);
}

static void run_child(const int streams[3], int failure) {
    setsid();
    for (int i = 0; i < 3; i++) dup2(streams[i], i);
    for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    /* Undumpable, its own /proc files would belong to root. No guest process exists yet that could look. */
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0 && write(oom, "1000", 4) < 0) { /* gVisor has no such file to write; the box's limit still holds */
    }
    if (oom >= 0) close(oom);

    static const struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    set_limit(RLIMIT_NOFILE, limits.nofile, limits.nofile);
    set_limit(RLIMIT_FSIZE, limits.fsize, limits.fsize);
    set_limit(RLIMIT_DATA, limits.data, limits.data);
    set_limit(RLIMIT_NPROC, limits.nproc, limits.nproc);
    if (limits.cpu_ms > 0) set_limit(RLIMIT_CPU, limits.cpu_ms / 1000 + 2, limits.cpu_ms / 1000 + 3);
    umask(022);
    if (become_guest() == 0 && chdir(WORK) == 0 && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && protect_pid_1() == 0) {
        environ = environment.list;
        execvp(arguments.list[0], arguments.list);
    }
    int error = errno;
    if (write(failure, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

static void make_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) fault("The supervisor cannot make a pipe: %s", strerror(errno));
}

static void start(void) {
    if (guest.phase != IDLE) fault("The supervisor was told to start while a program runs");
    if (!arguments.list || !arguments.list[0] || !environment.list)
        fault("The supervisor was told to start without a command");
    int in[2], out[2], err[2], failure[2];
    make_pipe(in), make_pipe(out), make_pipe(err), make_pipe(failure);
    guest.cpu_before = children_cpu_us();
    guest.pid = fork();
    if (guest.pid < 0) fault("The supervisor cannot start a process: %s", strerror(errno));
    if (guest.pid == 0) run_child((int[]){in[0], out[1], err[1]}, failure[1]);
    close(in[0]), close(out[1]), close(err[1]), close(failure[1]);
    int error = 0;
    ssize_t n;
    do n = read(failure[0], &error, sizeof error); /* ends when execve succeeds and closes the other end */
    while (n < 0 && errno == EINTR);
    close(failure[0]);
    if (n != 0) fault("The sandbox cannot execute %.200s: %s", arguments.list[0], strerror(error));
    guest.in = in[1], guest.out = out[0], guest.err = err[0];
    int ours[] = {guest.in, guest.out, guest.err};
    for (int i = 0; i < 3; i++) fcntl(ours[i], F_SETFL, O_NONBLOCK); /* our ends' own descriptions, not the guest's */
    guest.started = guest.next_sample = now_us();
    guest.ended = 0;
    guest.term_deadline = 0;
    guest.timeout = NULL;
    guest.asked = guest.disk_full = guest.fork_denied = 0;
    guest.phase = RUNNING;
    send_frame('S', "");
}

/* ---- from the executor ---- */

static void set_limits(const char *text) {
    static const struct {
        const char *name;
        long long *value;
    } known[] = {{"wall_ms=", &limits.wall_ms}, {"cpu_ms=", &limits.cpu_ms}, {"nproc=", &limits.nproc},
                 {"nofile=", &limits.nofile},   {"fsize=", &limits.fsize},   {"data=", &limits.data},
                 {"uid=", &limits.uid}};
    memset(&limits, 0, sizeof limits);
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strncmp(line, known[i].name, strlen(known[i].name)) == 0)
                *known[i].value = strtoll(line + strlen(known[i].name), NULL, 10);
}

/* Walks by descriptors and follows no link: an earlier run of this box may have made some. */
static void make_file(const unsigned char *payload, size_t length) {
    size_t path_length = length >= 2 ? (size_t)payload[0] << 8 | payload[1] : 0;
    if (path_length == 0 || path_length > 4000 || length < 2 + path_length + 4) fault("A file's frame is malformed");
    char path[4001];
    memcpy(path, payload + 2, path_length);
    path[path_length] = 0;
    const unsigned char *mode = payload + 2 + path_length;
    const unsigned char *content = mode + 4;
    size_t left = length - 2 - path_length - 4;
    if (strlen(path) != path_length || path[0] == '/') fault("A file's path is not below the work folder");

    int folder = open(WORK, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *name = path;
    for (char *slash; (slash = strchr(name, '/')); name = slash + 1) {
        *slash = 0;
        if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) fault("A file's path is not below the work folder");
        mkdirat(folder, name, 0755);
        int next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0) fault("The supervisor cannot make folder %.200s: %s", name, strerror(errno));
        close(folder);
        folder = next;
    }
    if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) fault("A file's path is not below the work folder");
    mode_t bits = (mode_t)(mode[2] << 8 | mode[3]) & 0777;
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, bits);
    if (fd < 0) fault("The supervisor cannot make file %.200s: %s", name, strerror(errno));
    while (left > 0) {
        ssize_t n = write(fd, content, left);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) fault("The supervisor cannot write file %.200s: %s", name, strerror(errno));
        content += n;
        left -= (size_t)n;
    }
    close(fd);
    close(folder);
}

static void set_words(struct words *words, const unsigned char *payload, size_t length) {
    if (guest.phase != IDLE) fault("The supervisor was given a command while a program runs");
    if (length > 0 && payload[length - 1] != 0) fault("A list of strings does not end with NUL");
    size_t count = 0;
    for (size_t i = 0; i < length; i++) count += payload[i] == 0;
    free(words->text), free(words->list);
    words->text = allocate(length);
    words->list = allocate((count + 1) * sizeof(char *));
    memcpy(words->text, payload, length);
    char *next = words->text;
    for (size_t i = 0; i < count; i++, next += strlen(next) + 1) words->list[i] = next;
    words->list[count] = NULL;
}

static void add_input(const unsigned char *payload, size_t length) {
    if (guest.phase != RUNNING || guest.in < 0) return;
    size_t waiting = guest_input.length - guest_input.sent;
    if (waiting + length > MAX_PAYLOAD) fault("Too much standard input is waiting for the program");
    unsigned char *joined = allocate(waiting + length);
    if (waiting) memcpy(joined, guest_input.bytes + guest_input.sent, waiting);
    memcpy(joined + waiting, payload, length);
    free(guest_input.bytes);
    guest_input.bytes = joined;
    guest_input.length = waiting + length;
    guest_input.sent = 0;
}

static void handle(char type, const unsigned char *payload, size_t length) {
    switch (type) {
        case 'L': set_limits((const char *)payload); break;
        case 'F':
            if (limits.uid > 0 && seteuid((uid_t)limits.uid) < 0) fault("The supervisor cannot write as the program's user");
            make_file(payload, length);
            if (limits.uid > 0 && seteuid(0) < 0) fault("The supervisor cannot be itself again");
            break;
        case 'V': set_words(&environment, payload, length); break;
        case 'A': set_words(&arguments, payload, length); break;
        case 'G': start(); break;
        case 'I': add_input(payload, length); break;
        case 'Z': guest_input.end = guest.phase == RUNNING; break;
        case 'T':
            if (guest.phase == RUNNING && !guest.term_deadline) {
                guest.asked = 1;
                guest.term_deadline = now_us() + TERM_GRACE_US;
                kill_guests(SIGTERM);
            }
            break;
        case 'K':
            if (guest.phase == RUNNING) {
                guest.asked = 1;
                kill_guests(SIGKILL);
            }
            break;
        default: fault("The supervisor was sent a frame it does not know");
    }
}

/* Frames arrive in any pieces; a payload is followed by a NUL of ours so that text can be read as a string. */
static void read_control(void) {
    static unsigned char header[HEADER], *payload;
    static size_t have, length;
    unsigned char piece[CHUNK];
    ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) _exit(0); /* the executor is gone, and so is the box */
    for (size_t used = 0; n > 0 && used < (size_t)n;) {
        if (have < HEADER) {
            header[have++] = piece[used++];
            if (have < HEADER) continue;
            length = (size_t)header[1] << 24 | (size_t)header[2] << 16 | (size_t)header[3] << 8 | header[4];
            if (length > MAX_PAYLOAD) fault("A frame is larger than the protocol allows");
            payload = allocate(length + 1);
            payload[length] = 0;
        }
        size_t take = (size_t)n - used, missing = HEADER + length - have;
        if (take > missing) take = missing;
        memcpy(payload + (have - HEADER), piece + used, take);
        have += take;
        used += take;
        if (have == HEADER + length) {
            handle((char)header[0], payload, length);
            free(payload);
            have = 0;
        }
    }
}

/* ---- the guest's streams ---- */

static void feed(void) {
    while (guest_input.sent < guest_input.length) {
        ssize_t n = write(guest.in, guest_input.bytes + guest_input.sent, guest_input.length - guest_input.sent);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN) return;
        if (n < 0) break; /* it closed its end: what is left has no reader */
        guest_input.sent += (size_t)n;
    }
    if (guest_input.sent < guest_input.length || guest_input.end) {
        close(guest.in);
        guest.in = -1;
    }
}

static int room(void) { return out_to + HEADER + CHUNK + CONTROL_ROOM <= sizeof outgoing; }

/* Passes on what is there, once. False when there is nothing to read now. */
static int forward(int *fd, char type) {
    ssize_t n = read(*fd, outgoing + out_to + HEADER, CHUNK);
    if (n > 0) {
        put_header(type, (uint32_t)n);
        out_to += HEADER + (size_t)n;
        flush();
        return 1;
    }
    if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        close(*fd);
        *fd = -1;
    }
    return 0;
}

/* No process of the guest is left, so the pipes hold a bounded rest; nobody waits for their end. */
static void drain(int *fd, char type) {
    while (*fd >= 0 && room())
        if (!forward(fd, type) && *fd >= 0) {
            close(*fd);
            *fd = -1;
        }
}

static void serve(int signals) {
    for (;;) {
        int waiting_input = guest.in >= 0 && (guest_input.sent < guest_input.length || guest_input.end);
        int listen = guest.phase == RUNNING && room();
        struct pollfd fds[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
            {.fd = out_from < out_to ? STDOUT_FILENO : -1, .events = POLLOUT},
            {.fd = waiting_input ? guest.in : -1, .events = POLLOUT},
            {.fd = listen ? guest.out : -1, .events = POLLIN},
            {.fd = listen ? guest.err : -1, .events = POLLIN},
        };
        if (poll(fds, sizeof fds / sizeof *fds, poll_timeout_ms()) < 0 && errno != EINTR) _exit(1);
        if (fds[2].revents) flush();
        if (fds[3].revents) feed();
        if (fds[4].revents && guest.out >= 0) forward(&guest.out, 'O');
        if (fds[5].revents && guest.err >= 0 && room()) forward(&guest.err, 'E');
        if (fds[1].revents) reap(signals);
        if (fds[0].revents) read_control();
        enforce();
        if (guest.phase == DRAINING) {
            drain(&guest.out, 'O');
            drain(&guest.err, 'E');
            if (guest.out < 0 && guest.err < 0) report_exit();
        }
    }
}

int main(void) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    signal(SIGPIPE, SIG_IGN);
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    if (syscall(SYS_close_range, 3u, ~0u, 0u) < 0)
        for (int fd = 3; fd < 4096; fd++) close(fd);
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    /* Only pid 1 of a namespace of its own can end everything in the box, and nothing else. */
    if (getpid() != 1) fault("The supervisor must be pid 1 of the sandbox");
    if (chdir(WORK) < 0) fault("The sandbox has no work folder: %s", strerror(errno));
    int signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) fault("The supervisor cannot watch its children: %s", strerror(errno));
    send_frame('R', "");
    serve(signals);
}
