/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How many clients a socket has at once, and how much memory each may take. */
#include "http/http-private.h"

#include <sys/resource.h>

#define FDS_KEPT 256 /* descriptors for the database, workers and files, whatever clients open */

static const struct {
	unsigned connections;
	size_t memory_bytes; /* a connection's, headers and all */
} LIMITS[N_SOCKETS] = {
        [SOCKET_REST] = {4096, 32 * 1024},
        [SOCKET_LIVE] = {4096, 8 * 1024},
        [SOCKET_CONTROL] = {32, 32 * 1024},
        [SOCKET_METRICS] = {8, 8 * 1024},
};

unsigned limits_connections(HttpSocket which)
{
	struct rlimit limit = {.rlim_cur = 0};
	rlim_t share;

	if ((which != SOCKET_REST && which != SOCKET_LIVE) ||
	    getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return LIMITS[which].connections;
	share = limit.rlim_cur > 2 * FDS_KEPT ? (limit.rlim_cur - FDS_KEPT) / 2 : FDS_KEPT / 4;
	return (unsigned)MIN(share, (rlim_t)LIMITS[which].connections);
}

size_t limits_memory(HttpSocket which)
{
	return LIMITS[which].memory_bytes;
}
