// libzmq's C API (this is not the czmq binding), and the three calls of Linux that go with it
// and that Swift's Glibc module leaves out: eventfd(2), ppoll(2) and pthread_setname_np(3).
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <time.h>
#include <zmq.h>

extern int pthread_setname_np(pthread_t thread, const char *name);
extern int ppoll(struct pollfd *entries, nfds_t count, const struct timespec *timeout, const sigset_t *mask);
