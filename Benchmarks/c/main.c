/*
 * The reference that the bus is measured against: as little as libzmq allows, in C. It is a limit, not an alternative.
 *
 *   bus-reference broker FRONT BACK                     ROUTER and DEALER, joined by zmq_proxy; prints both endpoints
 *   bus-reference worker BACK                           sends every message back; prints "ready"
 *   bus-reference client FRONT SIZE WINDOW COUNT [PID]… prints requests a second, p50 and p99 in microseconds, and
 *                                                       microseconds of processor time a request, its own and the PIDs'
 *   bus-reference inproc SIZE WINDOW COUNT WORKERS      all three in one process, prints the same
 *   bus-reference csb1-worker ENDPOINT                  a worker of our broker, of the service echo-in-c
 *   bus-reference csb1-client ENDPOINT SIZE WINDOW COUNT [PID]…     as client, of our broker
 *   bus-reference idle FRONT NUMBER                     so many clients of the reference that ask once, then wait
 *   bus-reference csb1-idle ENDPOINT NUMBER [SERVICE]   so many workers of a service, or clients, of our broker, that
 *                                                       only say that they are there; both print "ready"
 *   bus-reference events-broker IN OUT                  XSUB and XPUB, joined by zmq_proxy; prints both endpoints
 *   bus-reference subscribers OUT NUMBER COUNT          prints "ready", then events a second until all have all
 *   bus-reference publisher IN SIZE COUNT NUMBER        publishes when so many subscribers are there
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "reference.h"

static struct load load_of(char **words) {
    return (struct load){ strtoul(words[0], NULL, 10), strtoull(words[1], NULL, 10), strtoull(words[2], NULL, 10) };
}

static int client(const struct protocol *protocol, int count, char **words) {
    measure(connected(ZMQ_DEALER, words[0]), protocol, load_of(words + 1), words + 4, count - 4);
    return 0;
}

int main(int count, char **words) {
    context = zmq_ctx_new();
    const char *role = count > 1 ? words[1] : "";
    words += 2;
    count -= 2;
    if (!strcmp(role, "broker") && count == 2) return two_frame_broker(words[0], words[1]);
    if (!strcmp(role, "worker") && count == 1) return two_frame_worker(words[0]);
    if (!strcmp(role, "client") && count >= 4) return client(&two_frames, count, words);
    if (!strcmp(role, "inproc") && count == 4) return in_one_process(load_of(words), atoi(words[3]));
    if (!strcmp(role, "csb1-worker") && count == 1) return one_frame_worker(words[0], "echo-in-c");
    if (!strcmp(role, "csb1-client") && count >= 4) return client(&one_frame, count, words);
    if (!strcmp(role, "idle") && count == 2) return idle_connections(words[0], atoi(words[1]));
    if (!strcmp(role, "csb1-idle") && count == 2) return idle_peers(words[0], atoi(words[1]), "");
    if (!strcmp(role, "csb1-idle") && count == 3) return idle_peers(words[0], atoi(words[1]), words[2]);
    if (!strcmp(role, "events-broker") && count == 2) return events_broker(words[0], words[1]);
    if (!strcmp(role, "subscribers") && count == 3)
        return subscribers(words[0], atoi(words[1]), strtoull(words[2], NULL, 10));
    if (!strcmp(role, "publisher") && count == 4)
        return publisher(words[0], strtoul(words[1], NULL, 10), strtoull(words[2], NULL, 10), atoi(words[3]));
    fprintf(stderr, "usage: see the head of Benchmarks/c/main.c\n");
    return 2;
}
