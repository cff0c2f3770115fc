/*
 * Requests over ROUTER and DEALER joined by zmq_proxy: a number of 8 bytes, then the body; before them travels the
 * identity that the ROUTER adds. The broker knows no services, no credits, no deadlines and no losses.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "reference.h"

int two_frame_broker(const char *front, const char *back) {
    char front_endpoint[256], back_endpoint[256];
    void *clients = bound(ZMQ_ROUTER, front, front_endpoint);
    void *workers = bound(ZMQ_DEALER, back, back_endpoint);
    printf("%s %s\n", front_endpoint, back_endpoint);
    fflush(stdout);
    return zmq_proxy(clients, workers, NULL);
}

static _Noreturn void echo(void *socket) {
    zmq_msg_t frame;
    zmq_msg_init(&frame);
    for (;;) {
        if (zmq_msg_recv(&frame, socket, 0) < 0) fail("receive");
        int more = zmq_msg_more(&frame) ? ZMQ_SNDMORE : 0;
        if (zmq_msg_send(&frame, socket, more) < 0) fail("send");
    }
}

int two_frame_worker(const char *endpoint) {
    void *socket = connected(ZMQ_DEALER, endpoint);
    puts("ready");
    fflush(stdout);
    echo(socket);
}

static void send_request(void *socket, uint64_t number, size_t size) {
    zmq_msg_t body;
    if (zmq_send(socket, &number, sizeof number, ZMQ_SNDMORE) < 0) fail("send");
    if (zmq_msg_init_size(&body, size) != 0) fail("make a message");
    memset(zmq_msg_data(&body), 'x', size);
    if (zmq_msg_send(&body, socket, 0) < 0) fail("send");
}

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

int idle_connections(const char *endpoint, int number) {
    zmq_ctx_set(context, ZMQ_MAX_SOCKETS, number + 1);
    for (int i = 0; i < number; i++) {
        void *socket = connected(ZMQ_DEALER, endpoint);
        // One message to and fro, so that the connection has what a used one has.
        send_request(socket, i, 1);
        if (!wait_for_message(socket, 20000) || take_reply(socket, 1) < 0) fail("hear from the worker");
    }
    puts("ready");
    fflush(stdout);
    for (;;) pause();
}

const struct protocol two_frames = { send_request, take_reply };

/* Broker, workers and client as threads of one process. */

static void *join(void *sockets) {
    zmq_proxy(((void **)sockets)[0], ((void **)sockets)[1], NULL);
    return NULL;
}

static void *serve(void *endpoint) {
    echo(connected(ZMQ_DEALER, endpoint));
}

int in_one_process(struct load load, int workers) {
    char front[256], back[256];
    void *sockets[] = { bound(ZMQ_ROUTER, "inproc://front", front), bound(ZMQ_DEALER, "inproc://back", back) };
    start_thread(join, sockets);
    for (int i = 0; i < workers; i++) start_thread(serve, back);
    measure(connected(ZMQ_DEALER, front), &two_frames, load, NULL, 0);
    return 0;
}
