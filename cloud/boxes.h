/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The boxes of one school: a Peer each over its log while the house is open, and what they said
 * meanwhile. */
#pragma once

#include "lines.h"
#include "sync/sync.h"

typedef struct Boxes Boxes;

/* slug: for the journal. All is borrowed and outlives the boxes. */
Boxes *boxes_new(Lines *lines, const char *slug);
void boxes_free(Boxes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Boxes, boxes_free)

/* Their origins with a blank between, the school's own first; NULL: none. */
void boxes_set(Boxes *self, const char *origins);
char **boxes_origins(const Boxes *self); /* borrowed, NULL at its end */

/* Kept until the house is open and its turn is over; what is too much is dropped: a box sends
 * again what was not acknowledged. */
void boxes_take(Boxes *self, const char *origin, const char *tail, const void *bytes, size_t size);

/* The house's. Whose word counts is written when it is another's. */
bool boxes_open(Boxes *self, Sync *sync, Store *store, GError **error);
void boxes_close(Boxes *self); /* before the house */

void boxes_turn(Boxes *self, bool up); /* the broker came or went */
bool boxes_have_work(const Boxes *self); /* with who is there */
