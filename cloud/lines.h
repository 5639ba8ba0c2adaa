/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The instance's one connection to the broker, over which all boxes speak (docs/sync-protocol.md). */
#pragma once

#include "keys.h"
#include "sync/sync.h"

typedef struct Lines Lines;

typedef struct {
	/* From within: what a box said. origin is a valid id. */
	void (*on_message)(void *data, const char *origin, const char *tail, const void *bytes,
	                   size_t size);
	void (*on_turned)(void *data, bool up);
	void *data;
} LinesOptions;

/* Without [cloud] broker nothing is ever up. run: of this process. Keys for TLS. */
Lines *lines_new(const Settings *settings, const Keys *keys, const char *run, const LinesOptions *options);
void lines_free(Lines *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Lines, lines_free)

/* A connection as instances make theirs; what it is given is borrowed. */
BrokerOptions lines_broker(const Settings *settings, const Keys *keys, const char *client,
                           const char *filter);

bool lines_are_up(const Lines *self);

/* False: not now. */
bool lines_send(Lines *self, const char *origin, const char *tail, const void *bytes, size_t size);

/* Asks a box to begin a conversation: somebody else may have held its school. */
void lines_wake(Lines *self, const char *origin);
