/*
 * Events over XSUB and XPUB joined by zmq_proxy, in the three frames of docs/protocol.md: topic, sequence, and as many
 * bytes as our CloudEvent has.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

#include "reference.h"

/* What our CloudEvent adds to its data. */
enum { cloud_event_bytes = 230, longest_wait_ms = 20000 };

static const char topic[] = "bench";

int events_broker(const char *in, const char *out) {
    char in_endpoint[256], out_endpoint[256];
    void *publishers = bound(ZMQ_XSUB, in, in_endpoint);
    void *subscribers = bound(ZMQ_XPUB, out, out_endpoint);
    printf("%s %s\n", in_endpoint, out_endpoint);
    fflush(stdout);
    return zmq_proxy(publishers, subscribers, NULL);
}

struct subscriber {
    const char *endpoint;
    int number;
    uint64_t count, begin, end;
    pthread_t thread;
};

static void subscribe(void *socket, const char *what) {
    if (zmq_setsockopt(socket, ZMQ_SUBSCRIBE, what, strlen(what)) != 0) fail("subscribe");
}

/* Counts events; the subscription to a topic of its own tells the publisher that the one before it stands. */
static void *receive_all(void *argument) {
    struct subscriber *self = argument;
    char own[32];
    snprintf(own, sizeof own, "ready.%d", self->number);
    void *socket = connected(ZMQ_SUB, self->endpoint);
    subscribe(socket, topic);
    subscribe(socket, own);
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (uint64_t received = 0; received < self->count;) {
        if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
            if (!wait_for_message(socket, longest_wait_ms)) fail("receive all events");
            continue;
        }
        if (!self->begin) self->begin = nanoseconds();
        if (!zmq_msg_more(&frame)) received++;
    }
    self->end = nanoseconds();
    return NULL;
}

int subscribers(const char *endpoint, int number, uint64_t count) {
    struct subscriber all[number];
    for (int i = 0; i < number; i++) {
        all[i] = (struct subscriber){ .endpoint = endpoint, .number = i, .count = count };
        errno = pthread_create(&all[i].thread, NULL, receive_all, &all[i]);
        if (errno) fail("start a thread");
    }
    puts("ready");
    fflush(stdout);
    uint64_t begin = UINT64_MAX, end = 0;
    for (int i = 0; i < number; i++) {
        pthread_join(all[i].thread, NULL);
        if (all[i].begin < begin) begin = all[i].begin;
        if (all[i].end > end) end = all[i].end;
    }
    printf("%.0f\n", count * 1e9 / (end - begin));
    return 0;
}

static void publish(void *socket, uint64_t sequence, size_t size) {
    zmq_msg_t body;
    if (zmq_send(socket, topic, sizeof topic - 1, ZMQ_SNDMORE) < 0) fail("send");
    if (zmq_send(socket, &sequence, sizeof sequence, ZMQ_SNDMORE) < 0) fail("send");
    if (zmq_msg_init_size(&body, size) != 0) fail("make a message");
    memset(zmq_msg_data(&body), 'x', size);
    if (zmq_msg_send(&body, socket, 0) < 0) fail("send");
}

int publisher(const char *endpoint, size_t size, uint64_t count, int subscriber_count) {
    void *socket = connected(ZMQ_XPUB, endpoint);
    char subscription[64];
    for (int standing = 0; standing < subscriber_count;) {
        int length = zmq_recv(socket, subscription, sizeof subscription, 0);
        if (length < 0) fail("receive a subscription");
        if (length > 7 && !memcmp(subscription, "\1ready.", 7)) standing++;
    }
    for (uint64_t sequence = 1; sequence <= count; sequence++) publish(socket, sequence, size + cloud_event_bytes);
    int long_enough = 10000;
    zmq_setsockopt(socket, ZMQ_LINGER, &long_enough, sizeof long_enough);
    zmq_close(socket);
    return zmq_ctx_term(context);
}
