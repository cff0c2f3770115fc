// libpq's C API: the client library of PostgreSQL.
#include <libpq-fe.h>
