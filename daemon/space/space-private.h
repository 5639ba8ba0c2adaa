/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of space/ share. */
#pragma once

#include "space/space.h"

#include <gio/gio.h>

typedef enum { PLACE_COUNTED, PLACE_MISSING, PLACE_UNREADABLE } PlaceState;

typedef struct {
	const char *kind;
	char *path;
	char *prefix;
	char *without;
	PlaceState state; /* unreadable: a part of it may be counted */
	uint64_t bytes;   /* on the disk: blocks, not lengths */
	uint64_t files;
} Place;

struct Space {
	SpaceOptions options;
	GArray *places; /* of Place */
	char *disk;
	GPtrArray *waiting; /* of Waiting, owned */
	GCancellable *cancellable;
	bool walking;
	bool counted; /* once at least */
};

/* Blocks. `seen`: a set of what has several links. */
void walk_place(Place *place, GHashTable *seen);
GHashTable *walk_seen_new(void);

/* Counts; whoever waits is answered, and the files' limit is told to files/. */
void space_count(Space *self);
/* Counts, and then gives this answer (room: the Space). */
void space_wait(Space *self, Request *request, Handler then);
int64_t space_bytes(const Space *self, const char *kind); /* of the last count */

/* The limit of a kind as it is answered: an object; null: there is none. NULL: a failure. */
json_t *limit_json(Space *self, const char *kind, GError **error);
bool limits_tell_files(Space *self, GError **error);
void limits_add_kinds(Space *self);

bool get_limit_preview(void *room, Request *request, GError **error);
bool put_limit(void *room, Request *request, GError **error);
