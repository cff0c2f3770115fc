/*
 * A client and a worker of the bus's own protocol, docs/protocol.md, as short as it lets them be: what the broker costs
 * when its two ends cost next to nothing.
 */
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

#include "reference.h"

enum { request = 1, reply = 2, ready = 4, heartbeat = 6, heartbeat_ms = 500, credits = 1024 };

struct __attribute__((packed)) header {
    char protocol[4];
    uint8_t kind, flags;
    uint16_t status;
    uint64_t correlation, request_id[2];
    uint32_t time_left;
    uint8_t priority, service_length, operation_length, trace_flags;
    uint64_t trace_id[2], span_id;
    uint16_t credits, annotations_length;
    uint32_t body_length;
};
_Static_assert(sizeof(struct header) == 72, "as on the wire");

/* Makes a message with its header written and room for the rest, whose start is returned. */
static char *make(zmq_msg_t *message, struct header header, size_t rest) {
    if (zmq_msg_init_size(message, sizeof header + rest) != 0) fail("make a message");
    memcpy(header.protocol, "CSB1", 4);
    header.priority = 4;
    char *bytes = zmq_msg_data(message);
    memcpy(bytes, &header, sizeof header);
    return bytes + sizeof header;
}

static void put(zmq_msg_t *message, void *socket) {
    if (zmq_msg_send(message, socket, 0) < 0) fail("send");
}

/* The header of a received message. */
static struct header header_of(zmq_msg_t *message) {
    struct header header;
    if (zmq_msg_size(message) < sizeof header) fail("understand a message");
    memcpy(&header, zmq_msg_data(message), sizeof header);
    return header;
}

static void announce(void *socket, int kind, const char *service) {
    zmq_msg_t message;
    size_t length = strlen(service);
    struct header header = { .kind = kind, .service_length = length };
    if (kind == ready) header.credits = htobe16(credits);
    // A client's heartbeat is a question, which the broker answers at once.
    if (kind == heartbeat && length == 0) header.correlation = htobe64(1);
    memcpy(make(&message, header, length), service, length);
    put(&message, socket);
}

static void answer(void *socket, zmq_msg_t *message, struct header request) {
    zmq_msg_t frame;
    size_t length = be32toh(request.body_length);
    struct header header = {
        .kind = reply, .status = htobe16(200), .correlation = request.correlation, .body_length = request.body_length,
    };
    char *body = (char *)zmq_msg_data(message) + zmq_msg_size(message) - length;
    memcpy(make(&frame, header, length), body, length);
    put(&frame, socket);
}

int one_frame_worker(const char *endpoint, const char *service) {
    void *socket = connected(ZMQ_DEALER, endpoint);
    announce(socket, ready, service);
    zmq_msg_t message;
    zmq_msg_init(&message);
    uint64_t said = nanoseconds();
    for (int is_known = 0;;) {
        while (zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0) {
            struct header header = header_of(&message);
            if (header.kind == request) answer(socket, &message, header);
            if (header.kind != ready || is_known) continue;
            is_known = 1;
            puts("ready");
            fflush(stdout);
        }
        // By the clock: what the broker says would end every wait before its time.
        if (nanoseconds() - said >= heartbeat_ms * 1000000ull) {
            announce(socket, heartbeat, service);
            said = nanoseconds();
        }
        wait_for_message(socket, heartbeat_ms);
    }
}

/* What a peer that has nothing to do says: a worker's READY and then heartbeats, a client's heartbeats. */
static void say_alive(void **sockets, int number, int kind, const char *service) {
    for (int i = 0; i < number; i++) announce(sockets[i], kind, service);
}

static void read_all(void **sockets, int number) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    for (int i = 0; i < number; i++)
        while (zmq_msg_recv(&message, sockets[i], ZMQ_DONTWAIT) >= 0) continue;
    zmq_msg_close(&message);
}

static void wait_for_first(void *socket) {
    if (!wait_for_message(socket, 20000)) fail("hear from the broker");
}

int idle_peers(const char *endpoint, int number, const char *service) {
    int is_worker = *service != 0, limit = number + 1;
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, limit);
    void **sockets = calloc(number, sizeof *sockets);
    if (!sockets) fail("count that many");
    for (int i = 0; i < number; i++) {
        sockets[i] = connected(ZMQ_DEALER, endpoint);
        announce(sockets[i], is_worker ? ready : heartbeat, service);
        wait_for_first(sockets[i]);
    }
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct timespec pause = { .tv_nsec = heartbeat_ms * 1000000l };
        nanosleep(&pause, NULL);
        read_all(sockets, number);
        say_alive(sockets, number, heartbeat, service);
    }
}

static void send_request(void *socket, uint64_t number, size_t size) {
    static uint64_t last_id;
    static const char names[] = "echo-in-cexecute";
    size_t length = sizeof names - 1;
    zmq_msg_t message;
    struct header header = {
        .kind = request, .correlation = htobe64(number), .request_id = { 1, ++last_id }, .time_left = htobe32(30000),
        .service_length = 9, .operation_length = 7, .body_length = htobe32(size),
    };
    char *rest = make(&message, header, length + size);
    memcpy(rest, names, length);
    memset(rest + length, 'x', size);
    put(&message, socket);
}

static int64_t take_reply(void *socket, size_t size) {
    zmq_msg_t message;
    zmq_msg_init(&message);
    while (zmq_msg_recv(&message, socket, ZMQ_DONTWAIT) >= 0) {
        struct header header = header_of(&message);
        if (header.kind == heartbeat) continue;
        if (header.kind != reply || be16toh(header.status) != 200 || be32toh(header.body_length) != size)
            fail("understand a reply");
        zmq_msg_close(&message);
        return (int64_t)be64toh(header.correlation);
    }
    return -1;
}

const struct protocol one_frame = { send_request, take_reply };
