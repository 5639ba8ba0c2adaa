/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a room keeps of people, for the three things that each of them may ask for: a copy, an end,
 * and one account instead of two. A part of the door: store.h brings it.
 *
 * Whoever makes a table that names a person gives one of these. All of it is done in steps that
 * leave the loop alone after some milliseconds: *cursor is 0 at first; a room that has more to do
 * leaves there where it goes on (not 0), and one that is done leaves 0. */
#pragma once

#include "base/actor.h"
#include "base/json.h"

typedef struct Store Store;

typedef struct {
	const char *name; /* of the room: a key of the copy */

	/* Into an empty object. Never a secret, nor what others wrote. NULL, as the next: nothing. */
	bool (*export)(void *room, const char *person, json_t *into, int64_t *cursor,
	               GError **error);

	/* In a turn. Names and words of this person go, in rows, registers, secrets and the bodies
	 * of events; ids stay. May be called again after a crash, from the beginning. */
	bool (*erase)(void *room, const Actor *actor, const char *person, int64_t *cursor,
	              GError **error);

	/* In a turn, all at once, the lowest room first: what `from` has is from now on what `into` has. A rule that this
	 * would break is a CONFLICT, and nothing happens. NULL: nothing moves. */
	bool (*merge)(void *room, const Actor *actor, const char *from, const char *into,
	              GError **error);
} PersonData;

/* In floor order, upwards; data and room outlive the store's use. */
void store_add_person_data(Store *self, const PersonData *data, void *room);

typedef struct { /* {0} at the beginning */
	unsigned room;
	int64_t cursor;
} PersonStep;

/* One step; *ret_room NULL: it was the last, and there is no part. The part is owned. */
bool store_export_person(Store *self, const char *person, PersonStep *step, const char **ret_room,
                         json_t **ret_part, GError **error);

/* One step, in a turn, the highest room first; *ret_more: there is another. */
bool store_erase_person(Store *self, const Actor *actor, const char *person, PersonStep *step,
                        bool *ret_more, GError **error);

json_t *store_person_rooms(const Store *self); /* names of those that export; owned */

bool store_merge_people(Store *self, const Actor *actor, const char *from, const char *into,
                        GError **error);

/* What was removed is gone from the database at once; in the write-ahead log it stands until this
 * was done. Calls back from the loop, false: somebody was reading or writing, try again. One at a
 * time; outside of a turn; not called when the store is closed before. */
typedef void (*Emptied)(void *data, bool done);
void store_empty_wal(Store *self, Emptied done, void *data);
