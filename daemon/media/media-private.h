/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What media.c and probes.c share: the workers of a Media and their orderly end. */
#pragma once

#include "media/media.h"
#include "media/worker.h"

struct Media {
	Launcher *launcher;
	char *folder;
	char **networks;
	GHashTable *wanted; /* name → Wanted */
	GPtrArray *probes;  /* of MediaProbe */
	GPtrArray *ending;  /* of Worker */
};

/* Takes the worker over and sees to its end. */
void media_let_end(Media *self, Worker *worker);

/* A copy of what a worker is to be told, with the networks of this box filled in. */
void media_fill_source(Media *self, const WireSource *from, WireSource *ret_source);

Worker *media_probe_worker(MediaProbe *probe);
/* Leaves the worker alone: the daemon ends. */
void media_probe_forget(MediaProbe *probe);

/* The networks of this machine's interfaces, but for loopback and link-local ones, and `listed`. */
char **networks_of_box(const char *const *listed);
