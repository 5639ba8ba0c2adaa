/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Can the camera be reached, and may it? Resolves, judges the address, connects, asks once
 * (DESCRIBE, without credentials) and follows redirects: so the reason of a failure is precise, and
 * GStreamer is given an address that was judged. */
#pragma once

#include "wire/wire.h"

typedef struct Reach Reach;

typedef struct {
	void (*on_step)(void *data, const char *step);
	/* The last call; Reach may be freed in it. `url` is the camera by its judged address; with
	 * a reason ("camera-*") it is NULL. */
	void (*on_done)(void *data, const char *url, const char *reason, const char *detail);
} ReachListener;

/* Each of resolving, connecting and answering may take answer_ms. The connection stays open until
 * reach_free(): cameras that set up a stream for a question need not do so twice. */
Reach *reach_start(const WireSource *source, unsigned answer_ms, const ReachListener *listener,
		   void *data);
void reach_free(Reach *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reach, reach_free)
