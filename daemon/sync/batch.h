/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Events beside what they share, and a message that is taken apart. Of sync/ alone. */
#pragma once

#include "sync/sync.h"

typedef struct Batch Batch;
Batch *batch_new(void);
void batch_free(Batch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Batch, batch_free)
void batch_add(Batch *self, const Event *event, const Seal *seal, bool whole);
unsigned batch_count(const Batch *self);
bool batch_is_full(const Batch *self);
void batch_write(Batch *self, json_t *frame);
typedef struct {
	Id origin, epoch;
	int64_t first, last; /* places of its events */
	Digest hash; /* declared, of the last one */
} BatchChain;

/* Reads events of a frame, in order; hashes are not there yet. */
bool batch_read(const json_t *frame, GArray *ret_chains, GPtrArray *ret_events, GError **error);

struct PeerMail {
	char *tail;
	size_t size;
	json_t *frame;     /* NULL: it was none */
	GArray *chains;    /* of a batch: of BatchChain; NULL: it is none, or makes no sense */
	GPtrArray *events; /* with it */
};
PeerMail *mail_read(const char *tail, const void *bytes, size_t size);
