#include "support.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { longest_wait_ms = 20000 };

void *context;

void fail(const char *what) {
    fprintf(stderr, "bus-reference: cannot %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

void *open_socket(int kind) {
    void *socket = zmq_socket(context, kind);
    if (!socket) fail("create a socket");
    int none = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none);
    return socket;
}

void *connected(int kind, const char *endpoint) {
    void *socket = open_socket(kind);
    if (zmq_connect(socket, endpoint) != 0) fail("connect");
    return socket;
}

void *bound(int kind, const char *endpoint, char *actual) {
    void *socket = open_socket(kind);
    if (zmq_bind(socket, endpoint) != 0) fail("bind");
    size_t size = 256;
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, actual, &size) != 0) fail("ask for the endpoint");
    return socket;
}

int wait_for_message(void *socket, int longest_ms) {
    int events;
    size_t size = sizeof events;
    struct pollfd entry = { .events = POLLIN };
    size_t entry_size = sizeof entry.fd;
    zmq_getsockopt(socket, ZMQ_FD, &entry.fd, &entry_size);
    for (;;) {
        if (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) != 0) fail("ask for events");
        if (events & ZMQ_POLLIN) return 1;
        if (poll(&entry, 1, longest_ms) == 0) return 0;
    }
}

uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Processor time that a process has used, in nanoseconds; 0 is this one. */
static uint64_t processor_time(int pid) {
    clockid_t clock = CLOCK_PROCESS_CPUTIME_ID;
    struct timespec used;
    if (pid && clock_getcpuclockid(pid, &clock) != 0) fail("find a process");
    if (clock_gettime(clock, &used) != 0) fail("read the clock of a process");
    return (uint64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

static uint64_t processor_time_of_all(char **pids, int pid_count) {
    uint64_t sum = processor_time(0);
    for (int i = 0; i < pid_count; i++) sum += processor_time(atoi(pids[i]));
    return sum;
}

/* Returns the nanoseconds that it took. `taken` first holds when a request was sent, then how long it took. */
static uint64_t exchange(void *socket, const struct protocol *protocol, struct load load, uint64_t *taken) {
    uint64_t start = nanoseconds(), sent = 0, received = 0;
    while (received < load.count) {
        for (; sent < load.count && sent - received < load.window; sent++) {
            taken[sent] = nanoseconds();
            protocol->send(socket, sent, load.size);
        }
        int64_t number = protocol->take(socket, load.size);
        if (number < 0 && !wait_for_message(socket, longest_wait_ms)) {
            errno = ETIMEDOUT;
            fail("receive");
        }
        for (; number >= 0; number = protocol->take(socket, load.size)) {
            taken[number] = nanoseconds() - taken[number];
            received++;
        }
    }
    return nanoseconds() - start;
}

static int by_length(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

void measure(void *socket, const struct protocol *protocol, struct load load, char **pids, int pid_count) {
    uint64_t *taken = calloc(load.count, sizeof *taken);
    if (!taken || load.count < 10) fail("count that many");
    exchange(socket, protocol, (struct load){ load.size, load.window, load.count / 10 }, taken);
    uint64_t used = processor_time_of_all(pids, pid_count);
    uint64_t duration = exchange(socket, protocol, load, taken);
    used = processor_time_of_all(pids, pid_count) - used;
    qsort(taken, load.count, sizeof *taken, by_length);
    printf("%.0f %.1f %.1f %.1f\n", load.count * 1e9 / duration, taken[load.count / 2] / 1e3,
           taken[load.count - load.count / 100 - 1] / 1e3, used / 1e3 / load.count);
    fflush(stdout);
}

void start_thread(void *(*body)(void *), void *argument) {
    pthread_t thread;
    errno = pthread_create(&thread, NULL, body, argument);
    if (errno) fail("start a thread");
    pthread_detach(thread);
}
