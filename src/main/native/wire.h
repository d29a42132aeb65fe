/* What the parts of the supervisor share: frames, and the request that describes one run. */
#ifndef CRUCIBLE_WIRE_H
#define CRUCIBLE_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WORK "/work"
#define RESULT_FILE ".crucible_result.json"
#define MAX_FILE (16u << 20)
#define MAX_PAYLOAD (MAX_FILE + 8192u) /* with its path */
#define MAX_RESULT (64u << 10)
#define CHUNK 65536u
#define HEADER 5u

/* The descriptors that a run gets when it is to begin, in the order in which they are handed over. */
enum { REQUEST_FD, STDIN_FD, STDOUT_FD, STDERR_FD, RUN_FDS };

/* What a run must know to be prepared, before there is a program for it. */
struct setting {
    int64_t isolated; /* whether it gets namespaces of its own */
    int64_t uid;      /* whom its program runs as; 0 for the supervisor's own user */
    int64_t disk;     /* bytes of each writable folder */
};

/*
 * Lies at the start of a memory file, with the texts behind it in this order. A file is a 16-bit length and its path, a
 * 32-bit mode, a 32-bit length and the content, all big-endian.
 */
struct request {
    int64_t wall_ms, cpu_ms, nproc, pids, nofile, fsize, data, uid, disk, keep_files, keep_bytes;
    int64_t by_fork; /* whether the program goes on in the loaded interpreter, if there is one, and is not executed */
    uint64_t policy_size, arguments_size, environment_size, files_size, keep_size;
};

struct program {
    struct request request;
    const unsigned char *policy, *arguments, *environment, *files, *keep;
};

/* Reads a request of the supervisor's own making. Returns -1 with errno when it cannot. */
int read_program(int fd, struct program *program);

/* Gives the memory of a program that was read back. */
void release_program(const struct program *program);

/*
 * Makes the init of a run and all that can be made before its program is known. Returns its pid, or -1 with errno. The
 * init says 'P' on `report`, waits there for RUN_FDS descriptors, starts the program and reports. `ahead` says that the
 * caller is a loaded interpreter: it is called in the program's own process while there is no program yet, and then this
 * returns a second time, in that process, with 0 and the program.
 */
pid_t prepare_run(const struct setting *setting, int report, void (*ahead)(void), struct program *program);

/* Hands descriptors over a socket, with a message. Returns -1 with errno when it cannot. */
int send_descriptors(int socket, const void *message, size_t size, const int *fds, size_t count);

/* Takes a message of exactly `size` bytes and exactly `count` descriptors. Returns -1 when something else came. */
int receive_descriptors(int socket, void *message, size_t size, int *fds, size_t count);

/* Fills `list` with the strings of a NUL-separated text; `list` has room for one more than there are. */
size_t split_words(char *text, size_t length, char **list);

/* Closes everything from descriptor `first` on. */
void close_from(int first);

#endif
