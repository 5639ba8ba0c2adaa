/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A live stream of one of the rooms' people, as their page has it. */
#pragma once

#include "rooms.h"

/* A live stream of this person's page. */
typedef struct Listening Listening;

typedef struct {
	char *id; /* NULL: a signal */
	char *name;
	Answer data;
} Heard;

Listening *rooms_listen(Rooms *self, const Id *person, const char *after);
void listening_free(Listening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Listening, listening_free)

/* The next block, waited for. */
Heard listening_next(Listening *self);
void heard_clear(Heard *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Heard, heard_clear)
