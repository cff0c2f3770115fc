// libzmq's C API, and nothing else (this is not the czmq binding).
#include <zmq.h>
