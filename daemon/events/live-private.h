/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The live streams' insides: who listens, by scope. */
#pragma once

#include "events/events-private.h"

typedef struct {
	AudienceFunc scopes_of;
	void *room;
} Audience;

typedef struct {
	Stream *stream;
	Actor reader;
	Live *live;
	GHashTable *scopes;
	uint64_t number; /* rises with each */
	bool cut;
} Listener;

struct Live {
	Events *events;
	GArray *audiences;
	GHashTable *by_scope;  /* scope → GPtrArray of Listener */
	GHashTable *listeners; /* of Listener */
	uint64_t last_number;
	GHashTable *signals;   /* coalescing key → Signal, until the loop comes to rest */
	GSource *flush;
	guint beat;
	int64_t delivered_seq;
	uint8_t key[SEAL_KEY_SIZE];
};

/* live.c */
GBytes *live_block(const char *id, const char *name, const char *data); /* id NULL: no position */

/* live-scopes.c: a listener's set, and the lists of each scope. */
void live_take_scopes(Live *self, Listener *listener);
void live_leave_scopes(Live *self, Listener *listener);
void live_init_scopes(Live *self);
void live_clear_scopes(Live *self);

/* live-signals.c: what passes without a position, gathered until the loop comes to rest. */
void live_init_signals(Live *self);
void live_clear_signals(Live *self);
