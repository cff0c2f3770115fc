/*
 * The same measurements over NATS, with its own C client as its documentation shows it.
 *
 *   nats-reference worker URL                           answers requests with their body; prints "ready"
 *   nats-reference client URL SIZE WINDOW COUNT         prints requests a second
 *   nats-reference subscribers URL NUMBER COUNT         prints "ready", then events a second until all have all
 *   nats-reference publisher URL SIZE COUNT             publishes
 */
#include <nats/nats.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* What our CloudEvent adds to its data: so many bytes more than SIZE has each event. */
enum { cloud_event_bytes = 230, longest_wait_s = 20, flush_ms = 20000 };

static const char requests[] = "echo", events[] = "bench";

static void must(natsStatus status, const char *what) {
    if (status == NATS_OK) return;
    fprintf(stderr, "nats-reference: cannot %s: %s\n", what, natsStatus_GetText(status));
    exit(1);
}

static natsConnection *connected(const char *url) {
    natsConnection *connection;
    must(natsConnection_ConnectTo(&connection, url), "connect");
    return connection;
}

static natsSubscription *subscribe(natsConnection *connection, const char *subject, natsMsgHandler handler, void *own) {
    natsSubscription *subscription;
    must(natsConnection_Subscribe(&subscription, connection, subject, handler, own), "subscribe");
    must(natsSubscription_SetPendingLimits(subscription, -1, -1), "lift the limits");
    must(natsConnection_FlushTimeout(connection, flush_ms), "reach the server");
    return subscription;
}

static void say(const char *line) {
    puts(line);
    fflush(stdout);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

/* What the callbacks count, and whoever waits for the end of it. */
struct run {
    pthread_mutex_t lock;
    pthread_cond_t done;
    int is_done;
};

static void finish(struct run *run) {
    pthread_mutex_lock(&run->lock);
    run->is_done = 1;
    pthread_cond_signal(&run->done);
    pthread_mutex_unlock(&run->lock);
}

static void wait_for(struct run *run) {
    struct timespec limit;
    clock_gettime(CLOCK_REALTIME, &limit);
    limit.tv_sec += longest_wait_s;
    pthread_mutex_lock(&run->lock);
    while (!run->is_done)
        if (pthread_cond_timedwait(&run->done, &run->lock, &limit) != 0) must(NATS_TIMEOUT, "receive everything");
    run->is_done = 0;
    pthread_mutex_unlock(&run->lock);
}

/* Requests */

static void answer(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *own) {
    (void)subscription, (void)own;
    natsConnection_Publish(connection, natsMsg_GetReply(message), natsMsg_GetData(message), natsMsg_GetDataLength(message));
    natsMsg_Destroy(message);
}

static _Noreturn void worker(const char *url) {
    subscribe(connected(url), requests, answer, NULL);
    say("ready");
    for (;;) pause();
}

struct client {
    struct run run;
    natsConnection *connection;
    char inbox[64], *body;
    int size;
    unsigned long sent, received, count;
};

static void ask(struct client *self) {
    self->sent++;
    natsConnection_PublishRequest(self->connection, requests, self->inbox, self->body, self->size);
}

/* Every reply makes room for another request. Runs on one thread. */
static void take_reply(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *own) {
    (void)connection, (void)subscription;
    struct client *self = own;
    if (natsMsg_GetDataLength(message) != self->size) must(NATS_ERR, "understand a reply");
    natsMsg_Destroy(message);
    self->received++;
    if (self->sent < self->count) ask(self);
    else if (self->received == self->count) finish(&self->run);
}

/* Returns the seconds that it took. The first requests are sent before any reply can be counted wrongly: `sent` is
 * set before them. */
static double exchange(struct client *self, unsigned long window, unsigned long count) {
    double start = seconds();
    self->received = 0;
    self->count = count;
    self->sent = window;
    for (unsigned long i = 0; i < window; i++)
        natsConnection_PublishRequest(self->connection, requests, self->inbox, self->body, self->size);
    wait_for(&self->run);
    return seconds() - start;
}

static int client(const char *url, int size, unsigned long window, unsigned long count) {
    struct client self = { .run = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 } };
    self.connection = connected(url);
    self.size = size;
    self.body = malloc(size + 1);
    memset(self.body, 'x', size);
    natsInbox *inbox;
    must(natsInbox_Create(&inbox), "make an inbox");
    snprintf(self.inbox, sizeof self.inbox, "%s", inbox);
    subscribe(self.connection, self.inbox, take_reply, &self);
    exchange(&self, window, count / 10);
    printf("%.0f\n", count / exchange(&self, window, count));
    return 0;
}

/* Events */

struct subscriber {
    struct run run;
    unsigned long received, count;
    double begin, end;
};

static void take_event(natsConnection *connection, natsSubscription *subscription, natsMsg *message, void *own) {
    (void)connection, (void)subscription;
    struct subscriber *self = own;
    natsMsg_Destroy(message);
    if (self->received == 0) self->begin = seconds();
    if (++self->received < self->count) return;
    self->end = seconds();
    finish(&self->run);
}

static int subscribers(const char *url, int number, unsigned long count) {
    struct subscriber all[number];
    for (int i = 0; i < number; i++) {
        all[i] = (struct subscriber){ { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }, 0, count, 0, 0 };
        subscribe(connected(url), events, take_event, &all[i]);
    }
    say("ready");
    double begin = 1e99, end = 0;
    for (int i = 0; i < number; i++) {
        wait_for(&all[i].run);
        if (all[i].begin < begin) begin = all[i].begin;
        if (all[i].end > end) end = all[i].end;
    }
    printf("%.0f\n", count / (end - begin));
    return 0;
}

static int publisher(const char *url, int size, unsigned long count) {
    natsConnection *connection = connected(url);
    char *body = malloc(size + cloud_event_bytes);
    memset(body, 'x', size + cloud_event_bytes);
    for (unsigned long i = 0; i < count; i++)
        must(natsConnection_Publish(connection, events, body, size + cloud_event_bytes), "publish");
    must(natsConnection_FlushTimeout(connection, flush_ms), "flush");
    return 0;
}

int main(int count, char **words) {
    if (count == 3 && !strcmp(words[1], "worker")) worker(words[2]);
    if (count == 6 && !strcmp(words[1], "client"))
        return client(words[2], atoi(words[3]), strtoul(words[4], NULL, 10), strtoul(words[5], NULL, 10));
    if (count == 5 && !strcmp(words[1], "subscribers"))
        return subscribers(words[2], atoi(words[3]), strtoul(words[4], NULL, 10));
    if (count == 5 && !strcmp(words[1], "publisher"))
        return publisher(words[2], atoi(words[3]), strtoul(words[4], NULL, 10));
    fprintf(stderr, "usage: see the head of Benchmarks/c/nats.c\n");
    return 2;
}
