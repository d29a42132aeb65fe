/*
 * The library that lets a loaded interpreter fork itself into a run. It is preloaded into the interpreter that the
 * supervisor starts, and takes the place of fork: the first call, made by python/sitecustomize.py when the interpreter
 * has loaded all it needs and has not looked at the program yet, never returns there. It waits for runs, makes each one's
 * init (run.c), and returns in the process of the run, which goes on as if it had just been started. From then on fork is
 * fork.
 */
#define _GNU_SOURCE
#include "wire.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/prctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SUPERVISOR_FD 3
/* Bytes that are copied along with what is on both sides of them. */
#define NEAR 32768

static int in_guest;
static struct program program;

/* Memory that every run will write to: an interpreter counts references in nearly all it has. */
static struct {
    char *start;
    size_t length;
} written[256];
static size_t written_count;

/* Joined with what is near it in the same mapping: between two there may be memory that cannot be written. */
static void add_written(const char *mapping, char *start, size_t length) {
    if (written_count > 0 && written[written_count - 1].start >= mapping
        && start - (written[written_count - 1].start + written[written_count - 1].length) < NEAR) {
        written[written_count - 1].length = (size_t)(start - written[written_count - 1].start) + length;
    } else if (written_count < sizeof written / sizeof *written) {
        written[written_count].start = start;
        written[written_count++].length = length;
    }
}

/* What of it is there: memory that was never touched costs a run nothing until it touches it. */
static void add_present(int pagemap, char *start, char *end, size_t page) {
    const char *mapping = start;
    uint64_t pages[512]; /* bit 63: present, 62: swapped out */
    while (start < end) {
        size_t count = (size_t)(end - start) / page;
        if (count > sizeof pages / sizeof *pages) count = sizeof pages / sizeof *pages;
        ssize_t n = pread(pagemap, pages, count * sizeof *pages, (off_t)((uintptr_t)start / page * sizeof *pages));
        for (size_t i = 0; i < count; i++)
            if (n != (ssize_t)(count * sizeof *pages) || pages[i] >> 62) add_written(mapping, start + i * page, page);
        start += count * page;
    }
}

static void find_written(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC); /* gVisor has none: then all of it */
    FILE *maps = fopen("/proc/self/maps", "re");
    char line[512], rights[5];
    unsigned long start, end;
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%lx-%lx %4s", &start, &end, rights) == 3 && !strcmp(rights, "rw-p"))
            add_present(pagemap, (char *)start, (char *)end, page);
    if (maps) fclose(maps);
    if (pagemap >= 0) close(pagemap);
}

/* Copies it while nobody waits. */
static void copy_written(void) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < written_count; i++) {
#ifdef MADV_POPULATE_WRITE
        if (madvise(written[i].start, written[i].length, MADV_POPULATE_WRITE) == 0) continue;
#endif
        volatile char *at = written[i].start; /* what older kernels and gVisor need: no other thread is here to see it */
        for (size_t offset = 0; offset < written[i].length; offset += page) at[offset] = at[offset];
    }
}

static struct prctl_mm_map layout;

/* Where the kernel shows a process's arguments and environment from. The fields are those of proc(5), stat. */
static void read_layout(void) {
    char text[2048];
    int fd = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) close(fd);
    if (n <= 0) return;
    text[n] = 0;
    char *at = strrchr(text, ')');
    for (int field = 3; at && field <= 51; field++) {
        at = strchr(at + 1, ' ');
        unsigned long long value = at ? strtoull(at + 1, NULL, 10) : 0;
        switch (field) {
            case 26: layout.start_code = value; break;
            case 27: layout.end_code = value; break;
            case 28: layout.start_stack = value; break;
            case 45: layout.start_data = value; break;
            case 46: layout.end_data = value; break;
            case 47: layout.start_brk = value; break;
        }
    }
    layout.brk = (unsigned long long)(uintptr_t)sbrk(0);
    layout.exe_fd = (__u32)-1;
}

/* Lets /proc show what was asked for and not what the interpreter was loaded with. Where it cannot, nothing is lost. */
static void show_words(char *arguments, size_t arguments_size, char *environment, size_t environment_size) {
    layout.arg_start = (__u64)(uintptr_t)arguments;
    layout.arg_end = layout.arg_start + arguments_size;
    layout.env_start = (__u64)(uintptr_t)environment;
    layout.env_end = layout.env_start + environment_size;
    layout.brk = (__u64)(uintptr_t)sbrk(0);
    prctl(PR_SET_MM, PR_SET_MM_MAP, &layout, sizeof layout, 0);
}

/* In the run's own process: leaves the words for sitecustomize.py to read on descriptor 3. */
static void begin(void) {
    size_t arguments_size = program.request.arguments_size, environment_size = program.request.environment_size;
    char *arguments = malloc(arguments_size + 1), *environment = malloc(environment_size + 1);
    char **variables = malloc((environment_size + 1) * sizeof *variables);
    if (!arguments || !environment || !variables) _exit(127);
    memcpy(arguments, program.arguments, arguments_size);
    memcpy(environment, program.environment, environment_size);
    split_words(environment, environment_size, variables);
    environ = variables;
    show_words(arguments, arguments_size, environment, environment_size);
    uint64_t size = arguments_size;
    int fd = memfd_create("words", MFD_CLOEXEC);
    if (fd < 0 || write(fd, &size, sizeof size) != sizeof size
        || write(fd, arguments, arguments_size) != (ssize_t)arguments_size
        || write(fd, environment, environment_size) != (ssize_t)environment_size || lseek(fd, 0, SEEK_SET) != 0)
        _exit(127);
    release_program(&program);
}

/* Returns only in a run. */
static void wait_for_runs(void) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    fcntl(SUPERVISOR_FD, F_SETFD, FD_CLOEXEC);
    read_layout();
    find_written();
    if (send(SUPERVISOR_FD, "R", 1, MSG_NOSIGNAL) != 1) _exit(0);
    struct setting setting;
    int report;
    while (receive_descriptors(SUPERVISOR_FD, &setting, sizeof setting, &report, 1) == 0) {
        pid_t init = prepare_run(&setting, report, copy_written, &program);
        if (init == 0) {
            begin();
            return;
        }
        close(report);
        if (init < 0) _exit(1);
        while (waitpid(init, NULL, 0) < 0 && errno == EINTR);
        if (send(SUPERVISOR_FD, "D", 1, MSG_NOSIGNAL) != 1) _exit(0);
    }
    _exit(0);
}

__attribute__((visibility("default"))) pid_t fork(void) {
    static pid_t (*real)(void);
    if (!real) real = (pid_t(*)(void))dlsym(RTLD_NEXT, "fork");
    if (!real) {
        errno = ENOSYS;
        return -1;
    }
    if (in_guest) return real();
    in_guest = 1; /* also in the init, which forks the run's own process */
    wait_for_runs();
    return 0;
}
