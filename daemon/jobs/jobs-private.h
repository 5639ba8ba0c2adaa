/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of jobs/ share. */
#pragma once

#include "jobs/jobs.h"

/* A worker's end of the line: systemd's instance behind a socket, or a child. */
typedef struct Place Place;
struct Place {
	/* A connection to a new worker, non-blocking; -1: error. Under systemd a worker that is not
	 * quite gone makes the next connection end before it says anything: try again. */
	int (*open)(Place *self, GError **error);
	void (*free)(Place *self);
};

Place *place_socket_new(const char *path);
Place *place_child_new(const char *program);

/* One job with its worker, from connecting to the last byte. */
typedef struct Talk Talk;
typedef struct {
	const char *line;
	int input;
	size_t answer_max;
	unsigned patience_s;
} TalkOrder;

/* The last call; the talk may be freed in it. As JobDone. */
typedef void (*TalkDone)(void *data, const JobAnswer *answer, const GPtrArray *parts,
                         const GError *failure);
Talk *talk_new(Place *place, const TalkOrder *order, TalkDone done, void *data);
void talk_free(Talk *self); /* hangs up, which ends the worker */
