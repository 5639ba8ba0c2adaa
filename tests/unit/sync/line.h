/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A bad line of a test, in one direction: what flies on it is lost, repeated, mixed up or cut off. */
#pragma once

#include "sync/sync.h"

typedef struct {
	int from;
	int to;
	GQueue flying;
	uint64_t bytes; /* that were ever sent */
} Line;

void line_init(Line *self, int from, int to);
bool line_send(void *line, const char *tail, const void *bytes, size_t size); /* a PeerSend */
bool line_deliver(Line *self, Peer *to, int64_t now_ms); /* the first letter; false: there is none */
/* One letter, as bad lines do it. */
void line_misbehave(Line *self, Peer *to, GRand *dice, int64_t now_ms);
void line_empty(Line *self);
