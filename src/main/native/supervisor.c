/*
 * The supervisor: the small trusted program that is pid 1 of every box. A box serves one run after the other: for each
 * the supervisor makes an init with namespaces of its own (run.c), passes the program's standard streams on, and reports
 * how it ended. It may keep a loaded interpreter, which forks itself into a run instead of being started for it
 * (zygote.c). The frames it speaks on its own standard input and output are described in SupervisorProtocol.java; the
 * guest never holds a descriptor of that channel, and, being in a pid namespace of its own, never sees the supervisor.
 *
 * It trusts its standard input (the executor) with what to do, never with sizes. It trusts the guest with nothing.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL_ROOM 4096u
#define ZYGOTE_LIBRARY "/crucible/zygote.so"
#define ZYGOTE_PYTHON "/crucible/python"
#define ZYGOTE_FD 3

/*
 * UNMADE until there is an init and again when a run is gone, PREPARING until the init waits for a program, IDLE until
 * there is one, RUNNING until the init has reported, DRAINING until the pipes are empty, LEAVING until the init is gone.
 */
enum phase { UNMADE, PREPARING, IDLE, RUNNING, DRAINING, LEAVING };

struct bytes {
    unsigned char *at;
    size_t length;
};

static struct {
    enum phase phase;
    pid_t init; /* 0 when the interpreter made it and waits for it */
    int init_gone;
    int started;
    int in, out, err; /* our ends of its pipes, -1 when closed */
    int report;       /* to and from its init */
    char exit_text[1024];
    size_t exit_length;
} guest = {.in = -1, .out = -1, .err = -1, .report = -1};

static struct {
    pid_t pid;
    int socket; /* -1 without one */
} zygote = {.socket = -1};

static struct {
    unsigned char *bytes;
    size_t length, sent;
    int end;
} guest_input;

static struct request limits;
static struct setting setting;
static struct bytes policy, arguments, environment, files, keep;
static int shared_mounts;   /* whether a mount namespace is one in name only (gVisor of 2022) */
static char network[16384]; /* what the box's network counted before any run */
static int network_known;

static unsigned char outgoing[2 * (CHUNK + HEADER) + CONTROL_ROOM];
static size_t out_from, out_to;

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

static void flush_all(void) {
    while (flush(), out_from < out_to) {
        struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
        poll(&out, 1, -1);
    }
}

static void put_header(char type, uint32_t length) {
    unsigned char *h = outgoing + out_to;
    h[0] = (unsigned char)type;
    h[1] = (unsigned char)(length >> 24);
    h[2] = (unsigned char)(length >> 16);
    h[3] = (unsigned char)(length >> 8);
    h[4] = (unsigned char)length;
}

/* Small frames always fit: forward() leaves CONTROL_ROOM, and a run sends a few of them at most. */
static void send_frame(char type, const char *text, size_t length) {
    if (out_to + HEADER + length > sizeof outgoing) flush_all();
    if (HEADER + length > sizeof outgoing) _exit(1);
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
    send_frame('!', text, strlen(text));
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

static void set_bytes(struct bytes *bytes, const unsigned char *payload, size_t length) {
    free(bytes->at);
    bytes->at = allocate(length);
    memcpy(bytes->at, payload, length);
    bytes->length = length;
}

static void add_bytes(struct bytes *bytes, const unsigned char *payload, size_t length) {
    unsigned char *grown = realloc(bytes->at, bytes->length + length);
    if (!grown) fault("The supervisor is out of memory");
    memcpy(grown + bytes->length, payload, length);
    bytes->at = grown;
    bytes->length += length;
}

/* ---- the loaded interpreter ---- */

/* Lets the interpreter make namespaces too. What it runs later has dropped every right. */
static void keep_rights(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    if (syscall(SYS_capget, &header, data) < 0) _exit(126);
    data[0].inheritable = data[0].permitted;
    data[1].inheritable = data[1].permitted;
    if (syscall(SYS_capset, &header, data) < 0) _exit(126);
    for (int c = 0; c <= 63; c++)
        if (data[c / 32].permitted & (1u << (c % 32))) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, c, 0, 0);
}

/* Its standard streams are pipes nobody uses, because that is what a run's are: an interpreter looks, once. */
static void become_interpreter(int socket) {
    int streams[2];
    for (int i = 0; i < 3; i++) {
        if (pipe(streams) < 0) _exit(126);
        dup2(streams[i == 0 ? 0 : 1], i);
    }
    if (socket != ZYGOTE_FD && dup2(socket, ZYGOTE_FD) < 0) _exit(126);
    fcntl(ZYGOTE_FD, F_SETFD, 0);
    close_from(ZYGOTE_FD + 1);
    for (int s = 1; s < NSIG; s++) signal(s, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    keep_rights();
    size_t count = 0;
    for (size_t i = 0; i < environment.length; i++) count += environment.at[i] == 0;
    char **variables = malloc((count + 3) * sizeof *variables), **words = malloc((arguments.length + 1) * sizeof *words);
    if (!variables || !words) _exit(126);
    count = split_words((char *)environment.at, environment.length, variables);
    variables[count++] = "LD_PRELOAD=" ZYGOTE_LIBRARY;
    variables[count++] = "PYTHONPATH=" ZYGOTE_PYTHON;
    variables[count] = NULL;
    split_words((char *)arguments.at, arguments.length, words);
    environ = variables;
    execvp(words[0], words);
    _exit(127);
}

static void end_zygote(void) {
    if (zygote.socket < 0) return;
    close(zygote.socket);
    zygote.socket = -1;
    if (zygote.pid > 0) kill(zygote.pid, SIGKILL);
}

static void start_zygote(void) {
    int ends[2];
    if (!setting.isolated || arguments.length == 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) return;
    zygote.pid = fork();
    if (zygote.pid == 0) become_interpreter(ends[1]);
    close(ends[1]);
    zygote.socket = ends[0];
    if (zygote.pid < 0) end_zygote();
}

static void read_network(char *text, size_t size);

static void prepare(void) {
    int report[2];
    if (!network_known) read_network(network, sizeof network);
    network_known = 1;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, report) < 0) fault("The supervisor cannot make a socket: %s", strerror(errno));
    guest.init = 0;
    guest.init_gone = 0;
    guest.started = 0;
    if (zygote.socket < 0 || send_descriptors(zygote.socket, &setting, sizeof setting, &report[1], 1) < 0) {
        static struct program program;
        end_zygote();
        guest.init = prepare_run(&setting, report[1], NULL, &program);
        if (guest.init < 0) fault("The supervisor cannot prepare a run: %s", strerror(errno));
    }
    close(report[1]);
    guest.report = report[0];
    guest.phase = PREPARING;
}

/* 'R' once it is loaded, 'D' when the run that it made is gone. */
static void hear_zygote(void) {
    char word;
    ssize_t n = recv(zygote.socket, &word, 1, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    int its_run = guest.phase != UNMADE && guest.init == 0;
    if (n == 1 && word == 'R' && guest.phase == UNMADE) {
        prepare();
    } else if (n == 1 && word == 'D' && its_run) {
        guest.init_gone = 1;
    } else if (its_run) {
        fault("The loaded interpreter is gone");
    } else {
        end_zygote();
        if (guest.phase == UNMADE) prepare(); /* by the supervisor itself, which executes every program */
    }
}

/* ---- what a run must not leave ---- */

static size_t append_file(const char *path, char *text, size_t length, size_t size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;
    while (fd >= 0 && length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0) length += (size_t)n;
    if (fd >= 0) close(fd);
    return length;
}

static int count_lines(const char *path) {
    int fd = open(path, O_RDONLY | O_CLOEXEC), lines = 0;
    char piece[4096];
    ssize_t n;
    while (fd >= 0 && (n = read(fd, piece, sizeof piece)) > 0)
        for (ssize_t i = 0; i < n; i++) lines += piece[i] == '\n';
    if (fd >= 0) close(fd);
    return lines;
}

/* How many sockets there are in the box's network, and how many that were closed and linger. Of what else the kernel tells
 * here some is the whole machine's. False where it does not tell. */
static int append_sockets(const char *path, char *text, size_t *length, size_t size) {
    char all[2048];
    size_t n = append_file(path, all, 0, sizeof all);
    all[n] = 0;
    for (char *line = strtok(all, "\n"); line; line = strtok(NULL, "\n")) {
        char protocol[16];
        unsigned long in_use, lingering = 0;
        if (sscanf(line, "%15s inuse %lu orphan %*u tw %lu", protocol, &in_use, &lingering) < 2) continue;
        int added = snprintf(text + *length, size - *length, "%s %lu %lu\n", protocol, in_use, lingering);
        if (added < 0 || (size_t)added >= size - *length) return 0;
        *length += (size_t)added;
    }
    return n > 0;
}

/* Counters of the box's network, which all its runs share: they are as they were, or the box is spent. The tables of
 * sockets say the same as their numbers, and Linux goes through every connection of the machine to show them. gVisor
 * has no such numbers, and keeps for ever a Unix socket that only a message on its way to itself holds, with its name and all
 * that the message carries: there those are counted as well. */
static void read_network(char *text, size_t size) {
    static const char *const counters[] = {"/proc/self/net/dev", "/proc/self/net/snmp", "/proc/self/net/snmp6",
                                           "/proc/self/net/netstat", "/proc/self/net/ip6_flowlabel"};
    static const char *const tables[] = {"/proc/self/net/tcp", "/proc/self/net/tcp6", "/proc/self/net/udp", "/proc/self/net/udp6"};
    size_t length = 0;
    for (size_t i = 0; i < sizeof counters / sizeof *counters; i++) length = append_file(counters[i], text, length, size);
    int counted = append_sockets("/proc/self/net/sockstat", text, &length, size)
                  && append_sockets("/proc/self/net/sockstat6", text, &length, size);
    for (size_t i = 0; !counted && i < sizeof tables / sizeof *tables; i++) length = append_file(tables[i], text, length, size);
    if (!counted) length += (size_t)snprintf(text + length, size - length, "%d\n", count_lines("/proc/self/net/unix"));
    text[length < size ? length : size - 1] = 0;
}

static int network_used(void) {
    static char now[sizeof network];
    read_network(now, sizeof now);
    return strcmp(now, network) != 0;
}

static void unmount_run(void) {
    static const char *const mounted[] = {WORK, "/tmp", "/dev/shm", "/proc"};
    for (size_t i = 0; shared_mounts && i < sizeof mounted / sizeof *mounted; i++)
        if (umount2(mounted[i], MNT_DETACH) < 0) fault("The sandbox cannot unmount %s: %s", mounted[i], strerror(errno));
}

static void send_ready(void) {
    char text[128];
    int n = snprintf(text, sizeof text, "isolated=%d\nfork=%d\nspent=0\n", (int)setting.isolated, zygote.socket >= 0);
    send_frame('R', text, (size_t)n);
}

/* ---- ending a run ---- */

static void report_exit(void) {
    send_frame('X', guest.exit_text, guest.exit_length);
    free(guest_input.bytes);
    memset(&guest_input, 0, sizeof guest_input);
    guest.phase = LEAVING;
}

static void leave(void) {
    close(guest.report);
    guest.report = -1;
    guest.phase = UNMADE;
    unmount_run();
    if (setting.isolated && !network_used()) prepare();
    else send_frame('R', "spent=1\n", 8);
}

static void reap(int signals) {
    struct signalfd_siginfo ignored[16];
    if (read(signals, ignored, sizeof ignored) < 0 && errno != EAGAIN && errno != EINTR) _exit(1);
    pid_t pid;
    while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
        if (pid == guest.init) guest.init_gone = 1;
}

/* ---- starting a run ---- */

static void make_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) < 0) fault("The supervisor cannot make a pipe: %s", strerror(errno));
}

static void put(int fd, const void *at, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t n = write(fd, (const char *)at + done, length - done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) fault("The supervisor cannot hand over the program: %s", strerror(errno));
        done += (size_t)n;
    }
}

static int make_request(int by_fork) {
    int fd = memfd_create("run", MFD_CLOEXEC);
    if (fd < 0) fault("The supervisor cannot make a memory file: %s", strerror(errno));
    struct request r = limits;
    r.by_fork = by_fork;
    r.uid = setting.uid;
    r.policy_size = policy.length;
    r.arguments_size = arguments.length;
    r.environment_size = environment.length;
    r.files_size = files.length;
    r.keep_size = keep.length;
    put(fd, &r, sizeof r);
    put(fd, policy.at, policy.length);
    put(fd, arguments.at, arguments.length);
    put(fd, environment.at, environment.length);
    put(fd, files.at, files.length);
    put(fd, keep.at, keep.length);
    return fd;
}

static void start(int by_fork) {
    if (guest.phase != IDLE) fault("The supervisor was told to start while no run is ready");
    if (arguments.length == 0) fault("The supervisor was told to start without a command");
    if (policy.length == 0) fault("The supervisor was told to start without a policy");
    int in[2], out[2], err[2];
    /* Whose pipe it is may open it anew, as /dev/stdout. Nothing of a guest's runs now that could meet us as its user. */
    if (setting.uid > 0 && seteuid((uid_t)setting.uid) < 0) fault("The supervisor cannot make the program's pipes: %s", strerror(errno));
    make_pipe(in), make_pipe(out), make_pipe(err);
    if (setting.uid > 0 && seteuid(0) < 0) fault("The supervisor cannot be itself again: %s", strerror(errno));
    int fds[RUN_FDS] = {make_request(by_fork), in[0], out[1], err[1]};
    if (send_descriptors(guest.report, "G", 1, fds, RUN_FDS) < 0) fault("The prepared run is gone: %s", strerror(errno));
    for (int i = 0; i < RUN_FDS; i++) close(fds[i]);
    guest.in = in[1], guest.out = out[0], guest.err = err[0];
    int ours[] = {guest.in, guest.out, guest.err};
    for (int i = 0; i < 3; i++) fcntl(ours[i], F_SETFL, O_NONBLOCK); /* our ends' own descriptions, not the guest's */
    guest.phase = RUNNING;
}

/* ---- from the init ---- */

static int room(void) { return out_to + HEADER + CHUNK + CONTROL_ROOM <= sizeof outgoing; }

/* What the init sends is passed on as it comes, but for its report, which waits for the last of the output. */
static void hear_init(void) {
    unsigned char header[HEADER];
    ssize_t n = recv(guest.report, header, sizeof header, MSG_WAITALL);
    if (n != (ssize_t)sizeof header) fault("The run's init ended without a report");
    size_t length = (size_t)header[1] << 24 | (size_t)header[2] << 16 | (size_t)header[3] << 8 | header[4];
    if (length > MAX_PAYLOAD) fault("The run's init sent a frame that is too large");
    if (header[0] == 'P' && guest.phase == PREPARING) {
        guest.phase = IDLE;
        send_ready();
        return;
    }
    if (header[0] == 'S') guest.started = 1;
    if (header[0] == 'X') {
        if (length > sizeof guest.exit_text || recv(guest.report, guest.exit_text, length, MSG_WAITALL) != (ssize_t)length)
            fault("The run's init broke off its report");
        guest.exit_length = length;
        if (guest.in >= 0) close(guest.in);
        guest.in = -1;
        guest.phase = DRAINING;
        return;
    }
    flush_all();
    put_header((char)header[0], (uint32_t)length);
    out_to += HEADER;
    for (size_t left = length; left > 0;) {
        size_t piece = left < CHUNK ? left : CHUNK;
        n = recv(guest.report, outgoing + out_to, piece, 0);
        if (n <= 0) fault("The run's init broke off");
        out_to += (size_t)n;
        left -= (size_t)n;
        if (left > 0) flush_all();
    }
    flush();
    if (header[0] == '!') {
        flush_all();
        _exit(1);
    }
}

static void order(char what) {
    if (guest.phase == RUNNING && send(guest.report, &what, 1, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno != EAGAIN)
        return; /* its end is news that comes on its own */
}

/* ---- from the executor ---- */

static void set_limits(const char *text) {
    static const struct {
        const char *name;
        int64_t *value;
    } known[] = {{"wall_ms=", &limits.wall_ms},       {"cpu_ms=", &limits.cpu_ms}, {"nproc=", &limits.nproc},
                 {"pids=", &limits.pids},             {"nofile=", &limits.nofile}, {"fsize=", &limits.fsize},
                 {"data=", &limits.data},             {"uid=", &limits.uid},       {"disk=", &limits.disk},
                 {"keep_files=", &limits.keep_files}, {"keep_bytes=", &limits.keep_bytes}};
    memset(&limits, 0, sizeof limits);
    for (const char *line = text; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
        for (size_t i = 0; i < sizeof known / sizeof *known; i++)
            if (strncmp(line, known[i].name, strlen(known[i].name)) == 0)
                *known[i].value = strtoll(line + strlen(known[i].name), NULL, 10);
}

/* A frame's file becomes a request's, which also says how long it is. */
static void add_file(const unsigned char *payload, size_t length) {
    size_t path_length = length >= 2 ? (size_t)payload[0] << 8 | payload[1] : 0;
    if (path_length == 0 || length < 2 + path_length + 4) fault("A file's frame is malformed");
    size_t head = 2 + path_length + 4, size = length - head;
    unsigned char number[] = {(unsigned char)(size >> 24), (unsigned char)(size >> 16), (unsigned char)(size >> 8), (unsigned char)size};
    add_bytes(&files, payload, head);
    add_bytes(&files, number, sizeof number);
    add_bytes(&files, payload + head, size);
}

static void set_words(struct bytes *words, const unsigned char *payload, size_t length) {
    if (length > 0 && payload[length - 1] != 0) fault("A list of strings does not end with NUL");
    set_bytes(words, payload, length);
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

/* What all runs of this box have in common is known from here on. */
static void settle(int with_zygote) {
    if (guest.phase != UNMADE || zygote.socket >= 0) fault("The supervisor was told twice what its runs are");
    setting.uid = limits.uid;
    setting.disk = limits.disk;
    if (with_zygote) start_zygote();
    if (zygote.socket < 0) prepare(); /* otherwise when the interpreter has loaded */
}

static void handle(char type, const unsigned char *payload, size_t length) {
    if (guest.phase > IDLE && strchr("PNLFVACGW", type)) fault("The supervisor was given a program while another one runs");
    switch (type) {
        case 'P': set_bytes(&policy, payload, length); break;
        case 'N': files.length = 0; keep.length = 0; break;
        case 'L': set_limits((const char *)payload); break;
        case 'F': add_file(payload, length); break;
        case 'V': set_words(&environment, payload, length); break;
        case 'A': set_words(&arguments, payload, length); break;
        case 'C': set_words(&keep, payload, length); break;
        case 'W': settle(length == 1 && payload[0] == 'f'); break;
        case 'G': start(length == 1 && payload[0] == 'f'); break;
        case 'I': add_input(payload, length); break;
        case 'Z': guest_input.end = guest.phase == RUNNING; break;
        case 'T':
        case 'K': order(type); break;
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
        int listen = guest.phase == RUNNING && guest.started && room();
        struct pollfd fds[] = {
            {.fd = STDIN_FILENO, .events = POLLIN},
            {.fd = signals, .events = POLLIN},
            {.fd = out_from < out_to ? STDOUT_FILENO : -1, .events = POLLOUT},
            {.fd = waiting_input ? guest.in : -1, .events = POLLOUT},
            {.fd = listen ? guest.out : -1, .events = POLLIN},
            {.fd = listen ? guest.err : -1, .events = POLLIN},
            {.fd = guest.phase == RUNNING || guest.phase == PREPARING ? guest.report : -1, .events = POLLIN},
            {.fd = zygote.socket, .events = POLLIN},
        };
        if (poll(fds, sizeof fds / sizeof *fds, -1) < 0 && errno != EINTR) _exit(1);
        if (fds[2].revents) flush();
        if (fds[3].revents) feed();
        if (fds[4].revents && guest.out >= 0) forward(&guest.out, 'O');
        if (fds[5].revents && guest.err >= 0 && room()) forward(&guest.err, 'E');
        if (fds[6].revents) hear_init();
        if (fds[7].revents) hear_zygote();
        if (fds[1].revents) reap(signals);
        if (fds[0].revents) read_control();
        if (guest.phase == DRAINING) {
            drain(&guest.out, 'O');
            drain(&guest.err, 'E');
            if (guest.out < 0 && guest.err < 0) report_exit();
        }
        if (guest.phase == LEAVING && guest.init_gone) leave();
    }
}

/* ---- beginning ---- */

static int can_isolate(void) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & (1u << CAP_SYS_ADMIN));
}

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    int done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0) close(fd);
    return done;
}

/* Where nobody gave us the right to make namespaces, a user namespace does, if the kernel lets us have one. */
static int enter_user_namespace(void) {
    char map[64];
    unsigned uid = getuid(), gid = getgid();
    if (uid == 0 || unshare(CLONE_NEWUSER) < 0) return 0;
    snprintf(map, sizeof map, "%u %u 1", uid, uid);
    if (!write_file("/proc/self/setgroups", "deny") || !write_file("/proc/self/uid_map", map)) return 0;
    snprintf(map, sizeof map, "%u %u 1", gid, gid);
    return write_file("/proc/self/gid_map", map);
}

/* Makes a run's namespaces and mounts once, and looks from outside whether its mounts can be seen. */
static int try_namespaces(void) {
    struct statvfs before, after;
    memset(&before, 0, sizeof before);
    memset(&after, 0, sizeof after);
    int told[2];
    make_pipe(told);
    statvfs(WORK, &before);
    pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
                               NULL, NULL, NULL, NULL);
    if (pid == 0) {
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
        int done = mount("tmpfs", WORK, "tmpfs", MS_NOSUID | MS_NODEV, "size=12288") == 0
                   && mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) == 0;
        _exit(done ? 0 : 1);
    }
    close(told[0]), close(told[1]);
    int status = 1;
    if (pid < 0 || waitpid(pid, &status, 0) != pid) return 0;
    statvfs(WORK, &after);
    shared_mounts = status == 0 && (before.f_blocks != after.f_blocks || before.f_fsid != after.f_fsid);
    if (shared_mounts && (umount2(WORK, MNT_DETACH) < 0 || umount2("/proc", MNT_DETACH) < 0)) return 0;
    return status == 0;
}

/*
 * Boxes of the bubblewrap engine share the host's /usr, and a lock on a file is a mark on its inode that others see. An
 * overlay has inodes of its own. Where the kernel refuses one, /usr stays as it is.
 */
static void part_with_shared_files(void) {
    if (getuid() != 0 && mount("overlay", "/usr", "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, "lowerdir=/usr:" WORK ",userxattr") < 0
        && errno == EINVAL)
        mount("overlay", "/usr", "overlay", MS_RDONLY | MS_NOSUID | MS_NODEV, "lowerdir=/usr:" WORK);
    /* Settings of the host, which bubblewrap has hidden (HIDDEN_FOLDERS in Bubblewrap.java): an overlay shows what is below what is mounted in its lower folder. */
    if (getuid() != 0 && mount("tmpfs", "/usr/local/etc", "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4096") < 0
        && errno != ENOENT && errno != ENOTDIR)
        fault("The sandbox cannot hide /usr/local/etc: %s", strerror(errno));
}

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    sigset_t all, child;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    close_from(STDERR_FILENO + 1);
    fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK);
    /* Only pid 1 of a namespace of its own can end everything in the box, and nothing else. */
    if (getpid() != 1) fault("The supervisor must be pid 1 of the sandbox");
    if (chdir(WORK) < 0) fault("The sandbox has no work folder: %s", strerror(errno));
    if (can_isolate()) part_with_shared_files();
    setting.isolated = (can_isolate() || enter_user_namespace()) && try_namespaces();
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    int signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) fault("The supervisor cannot watch its children: %s", strerror(errno));
    send_ready();
    serve(signals);
}
