/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines over a stream, both ways, in the GLib loop, with bounded memory. */
#pragma once

#include "base/error.h"

#include <gio/gio.h>

typedef struct Lines Lines;

typedef struct {
	/* A line in NUL-ended UTF-8 or any other bytes, without its newline; never longer than the
	 * limit. Lines may be freed in it. */
	void (*on_line)(void *data, const char *line, size_t length);
	/* The last call unless lines_free() came first: the peer closed (error NULL), sent a line
	 * over the limit (TOO_LARGE), does not read (BUSY), or the stream failed. */
	void (*on_closed)(void *data, const GError *error);
} LinesListener;

typedef struct {
	size_t line_max;  /* bytes of a line that is read, without the newline */
	size_t queue_max; /* bytes that may wait for a peer that does not read */
} LinesLimits;

/* Reads from the next turn of the loop on. Takes a reference to the stream. */
Lines *lines_new(GIOStream *stream, const LinesLimits *limits, const LinesListener *listener,
		 void *data);
/* Closes. No callback follows. */
void lines_free(Lines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

/* Queues the line and a newline. After the end, and beyond queue_max, it is dropped; in the latter
 * case on_closed follows. */
void lines_send(Lines *self, const char *line);
