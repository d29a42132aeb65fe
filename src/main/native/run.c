/*
 * One run: its namespaces, its init, and the program's own process up to the program's first instruction. Linked into
 * the supervisor, which executes programs, and into the library that a loaded interpreter forks by.
 *
 * The init is pid 1 of the run's own pid namespace: it cannot be signalled from inside, it is undumpable, so that the
 * program, which is the same user, can neither open nor trace it, and it does nothing but reap, count, keep deadlines,
 * and, once no process of the guest is left, read what the program left behind. It is inside the run's mounts, so that
 * no path the guest has made is ever walked by anything outside.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
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
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TERM_GRACE_US 5000000LL
#define SAMPLE_MIN_US 10000LL
#define SAMPLE_MAX_US 500000LL
#define MAX_DEPTH 32
#define MAX_VISITED 20000
#define INODE_BYTES 4096
#define LEAST_INODES 256

static struct {
    const struct program *program;
    struct setting setting;
    pid_t pid;
    int report;
    int forked;
    int waiting;          /* to the program's process that was forked ahead, or -1 */
    long long cpu_before; /* what that one used up to the program's start */
    int ended, status;
    long long started, finished;
    long long term_deadline, next_sample;
    const char *timeout;
    int asked; /* somebody asked for an end before any deadline of ours */
    int disk_full, fork_denied;
    int left_out; /* files that were asked for, and are beyond the caps, cannot be read, or have names that are no text */
} run;

static long long now_us(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

void close_from(int first) {
    if (syscall(SYS_close_range, (unsigned)first, ~0u, 0u) == 0) return;
    /* Older kernels: what is open is listed. While it is listed nothing may be closed, so this goes round by round. */
    for (int more = 1; more;) {
        int open_ones[64], count = 0;
        DIR *list = opendir("/proc/self/fd");
        if (!list) _exit(1);
        struct dirent *entry;
        more = 0;
        while ((entry = readdir(list))) {
            int fd = atoi(entry->d_name);
            if (entry->d_name[0] == '.' || fd < first || fd == dirfd(list)) continue;
            if (count == 64) more = 1;
            else open_ones[count++] = fd;
        }
        closedir(list);
        for (int i = 0; i < count; i++) close(open_ones[i]);
    }
}

int send_descriptors(int socket, const void *message, size_t size, const int *fds, size_t count) {
    struct iovec data = {(void *)(uintptr_t)message, size};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * RUN_FDS)];
    } control;
    memset(&control, 0, sizeof control);
    struct msghdr packet = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control,
                            .msg_controllen = CMSG_SPACE(sizeof(int) * count)};
    struct cmsghdr *rights = CMSG_FIRSTHDR(&packet);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(sizeof(int) * count);
    memcpy(CMSG_DATA(rights), fds, sizeof(int) * count);
    return sendmsg(socket, &packet, MSG_NOSIGNAL) == (ssize_t)size ? 0 : -1;
}

int receive_descriptors(int socket, void *message, size_t size, int *fds, size_t count) {
    struct iovec data = {message, size};
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int) * RUN_FDS)];
    } control;
    struct msghdr packet = {.msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n;
    do n = recvmsg(socket, &packet, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    struct cmsghdr *rights = n == (ssize_t)size ? CMSG_FIRSTHDR(&packet) : NULL;
    if (!rights || rights->cmsg_type != SCM_RIGHTS || rights->cmsg_len != CMSG_LEN(sizeof(int) * count)) return -1;
    memcpy(fds, CMSG_DATA(rights), sizeof(int) * count);
    return 0;
}

/* ---- to the supervisor ---- */

static void write_fully(int fd, const void *bytes, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t n = write(fd, (const char *)bytes + done, length - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) _exit(1); /* nobody listens: with its init the whole run ends */
        done += (size_t)n;
    }
}

static void send_header(char type, size_t length) {
    unsigned char h[HEADER] = {(unsigned char)type, (unsigned char)(length >> 24), (unsigned char)(length >> 16),
                               (unsigned char)(length >> 8), (unsigned char)length};
    write_fully(run.report, h, sizeof h);
}

static void send_text(char type, const char *text) {
    size_t length = strlen(text);
    char frame[HEADER + 1024];
    if (length > 1024) length = 1024;
    frame[0] = type, frame[1] = frame[2] = 0, frame[3] = (char)(length >> 8), frame[4] = (char)length;
    memcpy(frame + HEADER, text, length);
    write_fully(run.report, frame, HEADER + length);
}

__attribute__((noreturn, format(printf, 1, 2))) static void fault(const char *format, ...) {
    char text[512];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    send_text('!', text);
    _exit(1);
}

/* ---- the request ---- */

int read_program(int fd, struct program *program) {
    struct stat s;
    if (fstat(fd, &s) < 0) return -1;
    const unsigned char *at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (at == MAP_FAILED) return -1;
    memcpy(&program->request, at, sizeof program->request);
    const struct request *r = &program->request;
    program->policy = at + sizeof *r;
    program->arguments = program->policy + r->policy_size;
    program->environment = program->arguments + r->arguments_size;
    program->files = program->environment + r->environment_size;
    program->keep = program->files + r->files_size;
    return 0;
}

void release_program(const struct program *program) {
    const struct request *r = &program->request;
    const unsigned char *start = program->policy - sizeof *r, *end = program->keep + r->keep_size;
    munmap((void *)(uintptr_t)start, (size_t)(end - start));
}

size_t split_words(char *text, size_t length, char **list) {
    size_t count = 0;
    for (char *next = text; next < text + length; next += strlen(next) + 1) list[count++] = next;
    list[count] = NULL;
    return count;
}

static char **words(const unsigned char *text, size_t length) {
    size_t count = 0;
    for (size_t i = 0; i < length; i++) count += text[i] == 0;
    char *copy = malloc(length + 1), **list = malloc((count + 1) * sizeof *list);
    if (!copy || !list) fault("The sandbox is out of memory");
    memcpy(copy, text, length);
    split_words(copy, length, list);
    return list;
}

/* ---- the run's own view of the machine ---- */

static void mount_tmpfs(const char *where, const char *mode) {
    long long disk = run.setting.disk, uid = run.setting.uid;
    long long inodes = disk / INODE_BYTES < LEAST_INODES ? LEAST_INODES : disk / INODE_BYTES;
    char options[160];
    int n = snprintf(options, sizeof options, "size=%lld,mode=%s", disk, mode);
    if (uid > 0) n += snprintf(options + n, sizeof options - (size_t)n, ",uid=%lld,gid=%lld", uid, uid);
    int plain = n;
    snprintf(options + n, sizeof options - (size_t)n, ",nr_inodes=%lld", inodes);
    if (mount("tmpfs", where, "tmpfs", MS_NOSUID | MS_NODEV, options) == 0) return;
    options[plain] = 0; /* gVisor caps the bytes and knows no other cap */
    if (mount("tmpfs", where, "tmpfs", MS_NOSUID | MS_NODEV, options) < 0)
        fault("The sandbox cannot mount %s: %s", where, strerror(errno));
}

/* What the kernel tells of the whole machine. A container's engine hid it from the container, where each run has no /proc of
 * its own; here each run hides it again. A user namespace's mounts cannot be undone by who has no rights in it. */
static void hide_the_machine(void) {
    static const char *const files[] = {"/proc/cmdline",   "/proc/kallsyms",      "/proc/kcore",       "/proc/key-users",
                                        "/proc/keys",      "/proc/kmsg",          "/proc/latency_stats", "/proc/modules",
                                        "/proc/sched_debug", "/proc/sysrq-trigger", "/proc/timer_list",  "/proc/timer_stats",
                                        "/proc/interrupts"};
    static const char *const folders[] = {"/proc/acpi", "/proc/asound", "/proc/scsi", "/sys/firmware",
                                          "/sys/devices/virtual/powercap"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (mount("/dev/null", files[i], NULL, MS_BIND, NULL) < 0 && errno != ENOENT)
            fault("The sandbox cannot hide %s: %s", files[i], strerror(errno));
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (mount("tmpfs", folders[i], "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "size=4096") < 0 && errno != ENOENT)
            fault("The sandbox cannot hide %s: %s", folders[i], strerror(errno));
}

static void mount_writable(void) {
    mount_tmpfs(WORK, "0755");
    mount_tmpfs("/tmp", "1777");
    mount_tmpfs("/dev/shm", "1777");
}

/* A prepared run has the usual size. Nothing is in its folders yet. */
static void resize_writable(long long disk) {
    static const char *const mounted[] = {WORK, "/tmp", "/dev/shm"};
    if (!run.setting.isolated || disk == run.setting.disk) return;
    run.setting.disk = disk;
    if (chdir("/") < 0) fault("The sandbox has no root");
    for (size_t i = 0; i < sizeof mounted / sizeof *mounted; i++)
        if (umount2(mounted[i], MNT_DETACH) < 0) fault("The sandbox cannot unmount %s: %s", mounted[i], strerror(errno));
    mount_writable();
    if (chdir(WORK) < 0) fault("The sandbox has no work folder: %s", strerror(errno));
}

static void prepare_mounts(void) {
    /* gVisor has no propagation and refuses the word for it. */
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 && errno != EINVAL)
        fault("The sandbox cannot part with its mounts: %s", strerror(errno));
    mount_writable();
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
        fault("The sandbox cannot mount /proc: %s", strerror(errno));
    /* A container's is of the box, and what one run leaves there the next would find. */
    if (mount("mqueue", "/dev/mqueue", "mqueue", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 && errno != ENOENT && errno != ENODEV)
        fault("The sandbox cannot mount /dev/mqueue: %s", strerror(errno));
    if (run.setting.uid == 0) hide_the_machine();
    if (chdir(WORK) < 0) fault("The sandbox has no work folder: %s", strerror(errno));
}

/* ---- files in ---- */

static uint32_t number(const unsigned char *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* No link is followed: an earlier file may be one where nothing is mounted afresh. False when the disk is full. */
static int make_file(char *path, mode_t bits, const unsigned char *content, size_t left) {
    int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char *name = path;
    for (char *slash; (slash = strchr(name, '/')); name = slash + 1) {
        *slash = 0;
        if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) fault("A file's path is not below the work folder");
        mkdirat(folder, name, 0755);
        int next = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (next < 0 && errno == ENOENT) return 0;
        if (next < 0) fault("The sandbox cannot make folder %.200s: %s", name, strerror(errno));
        close(folder);
        folder = next;
    }
    if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) fault("A file's path is not below the work folder");
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, bits);
    close(folder);
    if (fd < 0 && errno == ENOSPC) return 0;
    if (fd < 0) fault("The sandbox cannot make file %.200s: %s", name, strerror(errno));
    while (left > 0) {
        ssize_t n = write(fd, content, left);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == ENOSPC) break;
        if (n < 0) fault("The sandbox cannot write file %.200s: %s", name, strerror(errno));
        content += n;
        left -= (size_t)n;
    }
    close(fd);
    return left == 0;
}

static void make_files(void) {
    const unsigned char *at = run.program->files, *end = at + run.program->request.files_size;
    while (at < end) {
        char path[4001];
        size_t length = end - at >= 2 ? (size_t)at[0] << 8 | at[1] : 0;
        if (length == 0 || length >= sizeof path || (size_t)(end - at) < 2 + length + 8) fault("A file's entry is malformed");
        memcpy(path, at + 2, length);
        path[length] = 0;
        if (strlen(path) != length || path[0] == '/') fault("A file's path is not below the work folder");
        const unsigned char *rest = at + 2 + length;
        size_t size = number(rest + 4);
        if ((size_t)(end - rest) < 8 + size) fault("A file's entry is malformed");
        if (!make_file(path, (mode_t)number(rest) & 0777, rest + 8, size)) run.disk_full = 1;
        at = rest + 8 + size;
    }
}

/* ---- what the kernel says about the guest ---- */

static long long children_cpu_us(void) {
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    return (u.ru_utime.tv_sec + u.ru_stime.tv_sec) * 1000000LL + u.ru_utime.tv_usec + u.ru_stime.tv_usec - run.cpu_before;
}

static long long cpu_of(pid_t pid) {
    clockid_t clock;
    struct timespec t;
    if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &t) < 0) return 0;
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
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
    for (int count = 2; field && count < 20; count++) {
        field = strchr(field + 1, ' ');
        if (field && count >= 13 && count <= 16) *ticks += strtoull(field + 1, NULL, 10);
    }
    if (field) *threads += strtoll(field + 1, NULL, 10);
}

static void sample_disk(void) {
    static const char *const writable[] = {WORK, "/tmp", "/dev/shm"};
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++) {
        struct statvfs s;
        if (statvfs(writable[i], &s) < 0 || (s.f_flag & ST_RDONLY) || s.f_blocks == 0) continue;
        if (s.f_bavail == 0 || (s.f_files > 0 && s.f_ffree == 0)) run.disk_full = 1;
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
    long long threads = just_reaped;
    char self[16];
    snprintf(self, sizeof self, "%d", getpid());
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc && (entry = readdir(proc)))
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strcmp(entry->d_name, "1") != 0
            && strcmp(entry->d_name, self) != 0)
            add_process(entry->d_name, &ticks, &threads);
    if (proc) closedir(proc);
    const struct request *r = &run.program->request;
    if (r->nproc > 0 && threads >= r->pids) run.fork_denied = 1;
    sample_disk();
    return (long long)(ticks * 1000000ULL / (unsigned long long)tick_hz) + children_cpu_us();
}

/* ---- ending a run ---- */

/* As pid 1, all others of the run; without a pid namespace, all of the box but pid 1, and nothing else runs there. */
static void kill_guests(int signal_number) { kill(-1, signal_number); }

static void end_run(void) {
    run.finished = now_us();
    sample(1);
    do kill_guests(SIGKILL);
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR);
    run.ended = 1;
}

static void reap(int signals) {
    struct signalfd_siginfo ignored[16];
    /* Once: a guest that sends the same signal without pause must not keep us here. */
    if (read(signals, ignored, sizeof ignored) < 0 && errno != EAGAIN && errno != EINTR) _exit(1);
    if (run.ended) return;
    int status;
    pid_t pid = waitpid(run.pid, &status, WNOHANG);
    /* Those that are over fill the process table as much as others do, until they are taken from it here. */
    if (pid == 0 && run.program->request.nproc > 0) sample(0);
    while (pid != run.pid && (pid = waitpid(-1, &status, WNOHANG)) > 0) continue;
    if (pid != run.pid) return;
    run.status = status;
    end_run();
}

static int sampling(void) { return run.program->request.cpu_ms > 0 || run.program->request.nproc > 0; }

/* All processors together cannot use up the CPU time that is left any sooner than this. */
static long long sample_pause(long long cpu_left_us) {
    static long cores;
    if (!cores) cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (run.program->request.nproc > 0) return 5 * SAMPLE_MIN_US; /* a full process table may not stay full for long */
    long long pause = cpu_left_us / (cores > 0 ? cores : 1);
    return pause < SAMPLE_MIN_US ? SAMPLE_MIN_US : pause > SAMPLE_MAX_US ? SAMPLE_MAX_US : pause;
}

/* Whoever came first is the cause. */
static void stop_at_deadline(const char *which) {
    if (!run.timeout && !run.asked) run.timeout = which;
    kill_guests(SIGKILL);
}

static void enforce(void) {
    const struct request *r = &run.program->request;
    long long now = now_us();
    if (r->wall_ms > 0 && now - run.started >= r->wall_ms * 1000) {
        stop_at_deadline("wall");
    } else if (run.term_deadline > 0 && now >= run.term_deadline) {
        kill_guests(SIGKILL);
    } else if (sampling() && now >= run.next_sample) {
        long long left = r->cpu_ms * 1000 - sample(0);
        if (r->cpu_ms > 0 && left <= 0) stop_at_deadline("cpu");
        run.next_sample = now + sample_pause(left);
    }
}

static int poll_timeout_ms(void) {
    const struct request *r = &run.program->request;
    long long next = -1;
    long long times[] = {r->wall_ms > 0 ? run.started + r->wall_ms * 1000 : -1,
                         run.term_deadline > 0 ? run.term_deadline : -1, sampling() ? run.next_sample : -1};
    for (size_t i = 0; i < 3; i++)
        if (times[i] >= 0 && (next < 0 || times[i] < next)) next = times[i];
    if (next < 0) return -1;
    long long left = (next - now_us() + 999) / 1000;
    /* A deadline that has passed was enforced already: its effect comes as SIGCHLD, so do not spin meanwhile. */
    return left < 1 ? 1 : left > 60000 ? 60000 : (int)left;
}

static void obey(void) {
    char order;
    ssize_t n = read(run.report, &order, 1);
    if (n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN)) _exit(1); /* the supervisor is gone */
    if (n != 1) return;
    if (order == 'T' && !run.term_deadline) {
        run.asked = 1;
        run.term_deadline = now_us() + TERM_GRACE_US;
        kill_guests(SIGTERM);
    } else if (order == 'K') {
        run.asked = 1;
        kill_guests(SIGKILL);
    }
}

/* ---- files out; no process of the guest is left to race with ---- */

/* One part of a path against one of a pattern: * and ? stand for what they always do. Linear but for the last star. */
static int part_matches(const char *pattern, const char *pattern_end, const char *name, const char *name_end) {
    const char *star = NULL, *resume = NULL;
    while (name < name_end) {
        if (pattern < pattern_end && *pattern == '*') {
            star = pattern++, resume = name;
        } else if (pattern < pattern_end && (*pattern == '?' || *pattern == *name)) {
            pattern++, name++;
        } else if (star) {
            pattern = star + 1, name = ++resume;
        } else {
            return 0;
        }
    }
    while (pattern < pattern_end && *pattern == '*') pattern++;
    return pattern == pattern_end;
}

static const char *part_end(const char *text) {
    const char *slash = strchr(text, '/');
    return slash ? slash : text + strlen(text);
}

/* ** stands for any number of whole parts; a second one is not tried again before the first moves on. */
static int path_matches(const char *pattern, const char *path) {
    const char *deep = NULL, *resume = NULL;
    while (*path) {
        const char *pattern_end = part_end(pattern), *path_end = part_end(path);
        if (pattern_end - pattern == 2 && !strncmp(pattern, "**", 2)) {
            if (!*pattern_end) return 1;
            deep = pattern = pattern_end + 1, resume = path;
            continue;
        }
        int both_end = !*pattern_end == !*path_end;
        if (*pattern && both_end && part_matches(pattern, pattern_end, path, path_end)) {
            if (!*path_end) return 1;
            pattern = pattern_end + 1, path = path_end + 1;
        } else if (deep && *part_end(resume)) {
            resume = part_end(resume) + 1;
            pattern = deep, path = resume;
        } else {
            return 0;
        }
    }
    return 0;
}

static int wanted(const char *path) {
    const char *at = (const char *)run.program->keep, *end = at + run.program->request.keep_size;
    for (; at < end; at += strlen(at) + 1)
        if (path_matches(at, path)) return 1;
    return 0;
}

/* Names travel as text and end in lists that people read: UTF-8 without control characters. */
static int plain(const char *name) {
    const unsigned char *at = (const unsigned char *)name;
    while (*at) {
        if (*at < 32 || *at == 127) return 0;
        int more = *at < 0x80 ? 0 : *at >= 0xc2 && *at < 0xe0 ? 1 : *at >= 0xe0 && *at < 0xf0 ? 2 : *at >= 0xf0 && *at < 0xf5 ? 3 : -1;
        if (more < 0) return 0;
        if ((*at == 0xc2 && at[1] < 0xa0) || (*at == 0xe0 && at[1] < 0xa0) || (*at == 0xed && at[1] > 0x9f)
            || (*at == 0xf0 && at[1] < 0x90) || (*at == 0xf4 && at[1] > 0x8f))
            return 0;
        for (at++; more > 0; more--, at++)
            if (*at < 0x80 || *at > 0xbf) return 0;
    }
    return 1;
}

static void send_file(int folder, const char *name, const char *path, long long *files, long long *bytes) {
    const struct request *r = &run.program->request;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat s;
    if (fd < 0) {
        run.left_out++; /* the program left it so that even its own user cannot read it */
        return;
    }
    size_t path_length = strlen(path);
    if (fstat(fd, &s) < 0 || !S_ISREG(s.st_mode)) {
        close(fd);
        return;
    }
    size_t head = 2 + path_length + 4;
    if (*files >= r->keep_files || s.st_size > r->keep_bytes - *bytes || s.st_size > MAX_FILE) {
        run.left_out++;
        close(fd);
        return;
    }
    unsigned char prefix[2 + 4096 + 4];
    prefix[0] = (unsigned char)(path_length >> 8), prefix[1] = (unsigned char)path_length;
    memcpy(prefix + 2, path, path_length);
    unsigned char *mode = prefix + 2 + path_length;
    mode[0] = mode[1] = 0, mode[2] = (unsigned char)(s.st_mode >> 8 & 1), mode[3] = (unsigned char)s.st_mode;
    send_header('D', head + (size_t)s.st_size);
    write_fully(run.report, prefix, head);
    char piece[CHUNK];
    for (long long left = s.st_size; left > 0;) {
        ssize_t n = read(fd, piece, left < (long long)sizeof piece ? (size_t)left : sizeof piece);
        if (n <= 0) fault("A file that the program left cannot be read");
        write_fully(run.report, piece, (size_t)n);
        left -= n;
    }
    *files += 1;
    *bytes += s.st_size;
    close(fd);
}

static void send_folder(int folder, const char *prefix, int depth, long long *files, long long *bytes, int *visited) {
    DIR *open_folder = fdopendir(folder);
    if (!open_folder) {
        close(folder);
        return;
    }
    struct dirent *entry;
    while ((entry = readdir(open_folder)) && *visited < MAX_VISITED) {
        char path[4096];
        const char *name = entry->d_name;
        if (!strcmp(name, ".") || !strcmp(name, "..") || (depth == 0 && !strcmp(name, RESULT_FILE))) continue;
        ++*visited;
        if (snprintf(path, sizeof path, "%s%s", prefix, name) >= (int)sizeof path - 1) continue;
        if (entry->d_type == DT_DIR) {
            int child = depth < MAX_DEPTH ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
            if (child < 0) continue;
            strcat(path, "/");
            send_folder(child, path, depth + 1, files, bytes, visited);
        } else if (entry->d_type == DT_REG && wanted(path)) {
            if (plain(path)) send_file(folder, name, path, files, bytes);
            else run.left_out++;
        }
    }
    if (*visited >= MAX_VISITED) run.left_out++;
    closedir(open_folder);
}

static void send_result(void) {
    int fd = open(RESULT_FILE, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat s;
    if (fd < 0) return;
    static char text[MAX_RESULT + 1];
    ssize_t n = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) ? read(fd, text, sizeof text) : -1;
    close(fd);
    if (n < 0) return;
    send_header('J', (size_t)n); /* one byte more than allowed says that there was more */
    write_fully(run.report, text, (size_t)n);
}

static void send_what_is_left(void) {
    const struct request *r = &run.program->request;
    if (chdir(WORK) < 0) return;
    /* Where the program is another user, only that one may open what it has closed to others. */
    if (r->uid > 0 && seteuid((uid_t)r->uid) < 0) fault("The sandbox cannot read as the program's user");
    send_result();
    if (r->keep_files > 0) {
        long long files = 0, bytes = 0;
        int visited = 0;
        int folder = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) send_folder(folder, "", 0, &files, &bytes, &visited);
    }
    if (r->uid > 0 && seteuid(0) < 0) fault("The sandbox cannot be itself again");
}

static void report_exit(void) {
    char text[384];
    int by_signal = WIFSIGNALED(run.status);
    struct rusage u;
    getrusage(RUSAGE_CHILDREN, &u);
    snprintf(text, sizeof text,
             "%s=%d\nwall_us=%lld\ncpu_us=%lld\ntimeout=%s\ndisk_full=%d\nfork_denied=%d\nleft_out=%d\nmax_rss_kb=%ld\n",
             by_signal ? "signal" : "exit", by_signal ? WTERMSIG(run.status) : WEXITSTATUS(run.status),
             run.finished - run.started, children_cpu_us(), run.timeout && by_signal ? run.timeout : "none",
             run.disk_full, run.fork_denied, run.left_out, u.ru_maxrss);
    send_text('X', text);
}

/* ---- becoming the guest ---- */

static int set_limit(int resource, long long soft, long long hard) {
    if (soft <= 0) return 0;
    struct rlimit now, most = {.rlim_cur = (rlim_t)soft, .rlim_max = (rlim_t)hard};
    if (getrlimit(resource, &now) == 0 && now.rlim_max != RLIM_INFINITY) {
        if (most.rlim_max > now.rlim_max) most.rlim_max = now.rlim_max;
        if (most.rlim_cur > most.rlim_max) most.rlim_cur = most.rlim_max;
    }
    return setrlimit(resource, &most);
}

static int set_limits(void) {
    const struct request *r = &run.program->request;
    static const struct rlimit no_core = {0, 0};
    long long cpu = r->cpu_ms > 0 ? r->cpu_ms / 1000 + 2 : 0;
    return setrlimit(RLIMIT_CORE, &no_core) < 0 || set_limit(RLIMIT_NOFILE, r->nofile, r->nofile) < 0
                   || set_limit(RLIMIT_FSIZE, r->fsize, r->fsize) < 0 || set_limit(RLIMIT_DATA, r->data, r->data) < 0
                   || set_limit(RLIMIT_NPROC, r->nproc, r->nproc) < 0 || set_limit(RLIMIT_CPU, cpu, cpu + 1) < 0
               ? -1
               : 0;
}

static int drop_capabilities(void) {
    for (int c = 0; c <= 63; c++)
        if (prctl(PR_CAPBSET_READ, c, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, c, 0, 0, 0); /* needs a right we may not have */
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    return (int)syscall(SYS_capset, &header, none);
}

static int become_user(void) {
    uid_t uid = (uid_t)run.program->request.uid;
    if (uid == 0) return 0;
    return setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 && setresuid(uid, uid, uid) == 0 ? 0 : -1;
}

static int confine(void) {
    const struct program *p = run.program;
    struct sock_fprog filter = {(unsigned short)(p->request.policy_size / sizeof(struct sock_filter)),
                                (struct sock_filter *)(uintptr_t)p->policy};
    if (filter.len == 0) {
        errno = EINVAL;
        return -1;
    }
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0 ? 0 : -1;
}

/* Up to here nothing of the guest's has run. Returns what went wrong, or 0. */
static int become_guest(int forked) {
    setsid();
    if (!forked)
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

    umask(022);
    if (set_limits() < 0 || chdir(WORK) < 0 || become_user() < 0 || drop_capabilities() < 0) return errno;
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); /* another user's process is undumpable again until it executes something */
    if (confine() < 0) return errno;
    return 0;
}

/* Whether what is executed is a file of the submission's own, or what its compile step made of it. */
static int own_file(void) { return !strncmp((const char *)run.program->arguments, "./", 2); }

static void execute(int failure) {
    char **arguments = words(run.program->arguments, run.program->request.arguments_size);
    char **environment = words(run.program->environment, run.program->request.environment_size);
    int error = become_guest(0);
    if (!error) {
        environ = environment;
        execvp(arguments[0], arguments);
        error = errno;
        if (own_file()) { /* the program's fault, and told as a shell does */
            dprintf(STDERR_FILENO, "cannot execute %.200s: %s\n", arguments[0], strerror(error));
            _exit(126);
        }
    }
    if (write(failure, &error, sizeof error) < 0) _exit(126);
    _exit(127);
}

static int forked_program(void) { return run.program->request.by_fork && run.forked; }

/* In the program's own process. Returns when the program is what the process holds already. */
static void begin(int failure) {
    if (!forked_program()) execute(failure);
    int error = become_guest(1);
    if (error && write(failure, &error, sizeof error) < 0) _exit(126);
    if (error) _exit(127);
}

static int take_streams(const int fds[RUN_FDS]) {
    for (int i = 0; i < 3; i++)
        if (dup2(fds[STDIN_FD + i], i) < 0) return -1;
    for (int i = 0; i < RUN_FDS; i++) close(fds[i]);
    return 0;
}

/* The program's process, forked ahead from a loaded interpreter. Returns when there is a program for it. */
static void wait_in_guest(int socket, void (*ahead)(void), struct program *program) {
    int fds[RUN_FDS + 1];
    char word;
    ahead();
    if (receive_descriptors(socket, &word, 1, fds, RUN_FDS) < 0 || receive_descriptors(socket, &word, 1, fds + RUN_FDS, 1) < 0
        || read_program(fds[REQUEST_FD], program) < 0 || take_streams(fds) < 0)
        _exit(127);
    run.program = program;
    begin(fds[RUN_FDS]);
    close_from(STDERR_FILENO + 1);
}

/* Returns 0 in the program's process once it has its program, and 1 in the init. */
static int fork_ahead(void (*ahead)(void), struct program *program) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0) fault("The sandbox cannot make a socket: %s", strerror(errno));
    run.pid = fork();
    if (run.pid < 0) fault("The sandbox cannot start a process: %s", strerror(errno));
    if (run.pid == 0) {
        close(run.report), close(ends[0]);
        wait_in_guest(ends[1], ahead, program);
        return 0;
    }
    close(ends[1]);
    run.waiting = ends[0];
    return 1;
}

static void let_go(const int fds[RUN_FDS]) {
    for (int i = 0; i < RUN_FDS; i++) close(fds[i]);
}

static void start_guest(const int fds[RUN_FDS]) {
    int failure[2];
    run.started = now_us();
    if (pipe2(failure, O_CLOEXEC) < 0) fault("The sandbox cannot make a pipe: %s", strerror(errno));
    if (run.waiting >= 0) {
        run.cpu_before = cpu_of(run.pid);
        int sent = send_descriptors(run.waiting, "G", 1, fds, RUN_FDS) == 0;
        let_go(fds); /* before it begins: what is open here it could open anew through /proc, where its user owns it */
        if (!sent || send_descriptors(run.waiting, "F", 1, failure + 1, 1) < 0)
            fault("The sandbox lost the process that it had made ahead");
    } else {
        run.pid = fork();
        if (run.pid < 0) fault("The sandbox cannot start a process: %s", strerror(errno));
        if (run.pid == 0) {
            if (take_streams(fds) < 0) _exit(127);
            begin(failure[1]);
        }
        let_go(fds);
    }
    close(failure[1]);
    int error = 0;
    ssize_t n;
    do n = read(failure[0], &error, sizeof error); /* ends when the other end is closed: by execve, or just before the guest */
    while (n < 0 && errno == EINTR);
    close(failure[0]);
    if (n != 0)
        fault("The sandbox cannot execute %.200s: %s", (const char *)run.program->arguments, strerror(error));
}

/*
 * The way to the supervisor becomes descriptor 3, and nothing else of the maker's stays open. What stands in for the
 * streams is a socket whose other end is closed: gVisor lets everybody open a process's files through /proc, and a socket
 * nobody can.
 */
static void take_report(int report) {
    int nothing[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, nothing) < 0) _exit(1);
    for (int i = 0; i < 3; i++)
        if (dup2(nothing[0], i) < 0) _exit(1);
    run.report = STDERR_FILENO + 1;
    if (report != run.report && dup2(report, run.report) < 0) _exit(1);
    fcntl(run.report, F_SETFD, FD_CLOEXEC);
    close_from(run.report + 1);
}

static void serve(int signals) {
    while (!run.ended) {
        struct pollfd fds[] = {{.fd = signals, .events = POLLIN}, {.fd = run.report, .events = POLLIN}};
        if (poll(fds, 2, poll_timeout_ms()) < 0 && errno != EINTR) _exit(1);
        if (fds[0].revents) reap(signals);
        if (!run.ended && fds[1].revents) obey();
        if (!run.ended) enforce();
    }
}

/* The init of a run. Returns in the process of a forked program, and nowhere else. */
static void init_main(int report, void (*ahead)(void), struct program *program) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    sigset_t all, child;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    take_report(report);
    umask(022);
    if (run.setting.isolated) prepare_mounts();
    else if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 || chdir(WORK) < 0)
        fault("The sandbox is not whole: %s", strerror(errno));
    run.waiting = -1;
    run.forked = ahead != NULL;
    if (ahead && !fork_ahead(ahead, program)) return;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    int signals = signalfd(-1, &child, SFD_NONBLOCK | SFD_CLOEXEC);
    if (signals < 0) fault("The sandbox cannot watch its processes: %s", strerror(errno));
    send_text('P', "");

    int fds[RUN_FDS];
    char word;
    if (receive_descriptors(run.report, &word, 1, fds, RUN_FDS) < 0) _exit(0); /* the supervisor is gone, or needs no run */
    if (read_program(fds[REQUEST_FD], program) < 0) fault("The sandbox cannot read its request: %s", strerror(errno));
    run.program = program;
    const struct request *r = &program->request;
    resize_writable(r->disk);
    if (r->uid > 0 && seteuid((uid_t)r->uid) < 0) fault("The sandbox cannot write as the program's user");
    make_files();
    if (r->uid > 0 && seteuid(0) < 0) fault("The sandbox cannot be itself again");
    start_guest(fds);
    /* A forked program runs before we hear that it does; starting an executed one is our time. */
    if (!forked_program()) run.started = now_us();
    run.next_sample = now_us();
    send_text('S', "");
    serve(signals);
    send_what_is_left();
    report_exit();
    _exit(0);
}

pid_t prepare_run(const struct setting *setting, int report, void (*ahead)(void), struct program *program) {
    static const unsigned long own =
        CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    unsigned long flags = SIGCHLD | (setting->isolated ? own : 0);
    /* Not fork: it has no flags. The init calls nothing that looks at the thread id the C library keeps. */
    pid_t pid = (pid_t)syscall(SYS_clone, flags, NULL, NULL, NULL, NULL);
    if (pid != 0) return pid;
    memset(&run, 0, sizeof run);
    run.setting = *setting;
    init_main(report, ahead, program);
    return 0;
}
