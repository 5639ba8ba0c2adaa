/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of space/ share. */
#pragma once

#include "space/space.h"

typedef enum { PLACE_COUNTED, PLACE_MISSING, PLACE_UNREADABLE } PlaceState;

typedef struct {
	const char *kind;
	char *path;
	char *prefix;
	PlaceState state; /* unreadable: a part of it may be counted */
	uint64_t bytes;   /* on the disk: blocks, not lengths */
	uint64_t files;
} Place;

/* Blocks. `seen`: a set of what has several links. */
void walk_place(Place *place, GHashTable *seen);
GHashTable *walk_seen_new(void);
