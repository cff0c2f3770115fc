/*
 * The reference that the bus is measured against: as little as libzmq allows, in C.
 *
 *   bus-reference broker                           ROUTER and DEALER, joined by zmq_proxy; prints both endpoints
 *   bus-reference worker ENDPOINT                  sends every message back; prints "ready"
 *   bus-reference client ENDPOINT SIZE WINDOW COUNT   prints requests a second, and p50 and p99 in microseconds
 *
 * A request is two frames, a number of 8 bytes and SIZE bytes; before them travels the identity that the ROUTER adds.
 * The broker knows no services, no credits, no deadlines and no losses: it is a limit, not an alternative.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

enum { longest_wait_ms = 20000 };

static void *context;

static void fail(const char *what) {
    fprintf(stderr, "bus-reference: cannot %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static void *open_socket(int kind) {
    void *socket = zmq_socket(context, kind);
    if (!socket) fail("create a socket");
    int none = 0;
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_SNDHWM, &none, sizeof none);
    zmq_setsockopt(socket, ZMQ_RCVHWM, &none, sizeof none);
    return socket;
}

static void *connected(const char *endpoint) {
    void *socket = open_socket(ZMQ_DEALER);
    if (zmq_connect(socket, endpoint) != 0) fail("connect");
    return socket;
}

static void *bound(int kind) {
    void *socket = open_socket(kind);
    if (zmq_bind(socket, "tcp://127.0.0.1:*") != 0) fail("bind");
    char endpoint[256];
    size_t size = sizeof endpoint;
    if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0) fail("ask for the endpoint");
    printf("%s ", endpoint);
    return socket;
}

/* Sleeps until the socket has something. Only after it has given nothing: its descriptor tells of changes. */
static void wait_for_message(void *socket) {
    int events;
    size_t size = sizeof events;
    struct pollfd entry = { .events = POLLIN };
    size_t entry_size = sizeof entry.fd;
    zmq_getsockopt(socket, ZMQ_FD, &entry.fd, &entry_size);
    for (;;) {
        if (zmq_getsockopt(socket, ZMQ_EVENTS, &events, &size) != 0) fail("ask for events");
        if (events & ZMQ_POLLIN) return;
        int ready = poll(&entry, 1, longest_wait_ms);
        if (ready == 0) {
            errno = ETIMEDOUT;
            fail("receive");
        }
    }
}

static int broker(void) {
    void *front = bound(ZMQ_ROUTER);
    void *back = bound(ZMQ_DEALER);
    puts("");
    fflush(stdout);
    return zmq_proxy(front, back, NULL);
}

static _Noreturn void worker(const char *endpoint) {
    void *socket = connected(endpoint);
    puts("ready");
    fflush(stdout);
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (;;) {
        if (zmq_msg_recv(&frame, socket, 0) < 0) fail("receive");
        int more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;
        if (zmq_msg_send(&frame, socket, more) < 0) fail("send");
    }
}

static uint64_t nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void send_request(void *socket, uint64_t number, size_t size) {
    zmq_msg_t body;
    if (zmq_send(socket, &number, sizeof number, ZMQ_SNDMORE) < 0) fail("send");
    if (zmq_msg_init_size(&body, size) != 0) fail("make a message");
    memset(zmq_msg_data(&body), 'x', size);
    if (zmq_msg_send(&body, socket, 0) < 0) fail("send");
}

/* Takes one reply if there is one; its number, or -1. */
static int64_t take_reply(void *socket, size_t size) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) return -1;
    uint64_t number;
    if (zmq_msg_size(&frame) != sizeof number || !zmq_msg_more(&frame)) fail("understand a reply");
    memcpy(&number, zmq_msg_data(&frame), sizeof number);
    if (zmq_msg_recv(&frame, socket, 0) != (int)size) fail("understand a reply");
    zmq_msg_close(&frame);
    return (int64_t)number;
}

/* Sends and receives `count` requests with at most `window` on their way; returns the nanoseconds it took. */
static uint64_t exchange(void *socket, size_t size, uint64_t window, uint64_t count, uint64_t *taken) {
    uint64_t start = nanoseconds(), sent = 0, received = 0;
    while (received < count) {
        for (; sent < count && sent - received < window; sent++) {
            taken[sent] = nanoseconds();
            send_request(socket, sent, size);
        }
        int64_t number = take_reply(socket, size);
        if (number < 0) {
            wait_for_message(socket);
            continue;
        }
        for (; number >= 0; number = take_reply(socket, size)) {
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

static int client(const char *endpoint, size_t size, uint64_t window, uint64_t count) {
    void *socket = connected(endpoint);
    uint64_t *taken = calloc(count, sizeof *taken);
    if (!taken || count < 10) fail("count that many");
    exchange(socket, size, window, count / 10, taken);
    uint64_t duration = exchange(socket, size, window, count, taken);
    qsort(taken, count, sizeof *taken, by_length);
    printf("%.0f %.1f %.1f\n", count * 1e9 / duration, taken[count / 2] / 1e3, taken[count - count / 100 - 1] / 1e3);
    return 0;
}

int main(int count, char **words) {
    context = zmq_ctx_new();
    if (count == 2 && !strcmp(words[1], "broker")) return broker();
    if (count == 3 && !strcmp(words[1], "worker")) worker(words[2]);
    if (count == 6 && !strcmp(words[1], "client"))
        return client(words[2], strtoul(words[3], NULL, 10), strtoull(words[4], NULL, 10), strtoull(words[5], NULL, 10));
    fprintf(stderr, "usage: bus-reference broker | worker ENDPOINT | client ENDPOINT SIZE WINDOW COUNT\n");
    return 2;
}
