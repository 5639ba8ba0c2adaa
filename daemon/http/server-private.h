/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The server's insides: one listener a socket. With its two files all that knows libmicrohttpd. */
#pragma once

#include "http/ask-private.h"

#include <microhttpd.h>

typedef struct {
	Server *server;
	HttpSocket which;
	struct MHD_Daemon *library;
	void *tag; /* of its descriptor in the source */
	gint64 deadline_us;
	bool run;
	bool ended; /* a connection */
} Listener;

struct Server {
	Http *http;
	GSource *source;
	Listener listeners[N_SOCKETS];
	GPtrArray *waking; /* suspended requests that have something to say */
	GPtrArray *flushing; /* streams that do */
	GQueue requests;   /* all of them, by their link */
	unsigned silent;   /* connections on which nothing was asked yet */
	void (*left)(void *data); /* when nobody waits any more; NULL: we are not leaving, or told it */
	void *left_data;
	bool leaving;
	int watch_fd;
	void *watch_tag;
};

/* server-calls.c: the library's daemon on a socket, and what it calls. NULL: it cannot be served. */
struct MHD_Daemon *server_start(Listener *listener, int fd);
