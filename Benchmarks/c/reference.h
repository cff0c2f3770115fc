/* The roles of bus-reference: see main.c. None of them returns before it is done; servers never do. */
#pragma once
#include "support.h"

int two_frame_broker(const char *front, const char *back);
int two_frame_worker(const char *endpoint);
int in_one_process(struct load load, int workers);
int idle_connections(const char *endpoint, int number);
extern const struct protocol two_frames;

int one_frame_worker(const char *endpoint, const char *service);
int idle_peers(const char *endpoint, int number, const char *service);
extern const struct protocol one_frame;

int events_broker(const char *in, const char *out);
int subscribers(const char *endpoint, int number, uint64_t count);
int publisher(const char *endpoint, size_t size, uint64_t count, int subscriber_count);
