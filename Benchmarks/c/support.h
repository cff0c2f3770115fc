/* What all parts of the reference share: sockets, clocks and the line that a measurement ends with. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* The one context of the process. */
extern void *context;

_Noreturn void fail(const char *what);

/* Sockets without high water marks: what is under way is bounded by windows. */
void *open_socket(int kind);
void *connected(int kind, const char *endpoint);
/* Binds; writes where that really is, at most 256 bytes with the NUL. */
void *bound(int kind, const char *endpoint, char *actual);

/* Sleeps until the socket has a message; false when `longest_ms` have passed. Only after it has given nothing. */
int wait_for_message(void *socket, int longest_ms);

uint64_t nanoseconds(void);

/* So many requests of so many bytes, with so many on their way at any time. */
struct load {
    size_t size;
    uint64_t window, count;
};

/* How requests are put on a socket and replies are taken from it; a reply is told by its number. */
struct protocol {
    void (*send)(void *socket, uint64_t number, size_t size);
    /* Takes one reply if there is one; its number, or -1. */
    int64_t (*take)(void *socket, size_t size);
};

/* Runs a tenth of the load to warm up, then all of it, and prints requests a second, p50 and p99 in microseconds, and
 * microseconds of processor time a request: of this process and of those whose ids are given. */
void measure(void *socket, const struct protocol *protocol, struct load load, char **pids, int pid_count);

void start_thread(void *(*body)(void *), void *argument);
