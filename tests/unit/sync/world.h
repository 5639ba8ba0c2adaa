/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school on three ends in one process, with all its rooms: the school's box, a second building's,
 * the cloud; and the bad lines between them. Everything follows from one seed. */
#pragma once

#include "rooms.h"

#include "sync/sync.h"

enum { SCHOOL, BUILDING, CLOUD, ENDS };

typedef struct World World;

typedef struct {
	World *world;
	int from;
	int to;
	GQueue flying; /* of Flying */
} Line;

typedef struct {
	char *directory;
	char *copy; /* of its database, to be restored; NULL: none yet */
	int64_t skew_ms;
	Rooms *rooms;
	Sync *sync;
	Peer *peers[ENDS]; /* of the other ends that it speaks to */
} End;

struct World {
	guint32 seed;
	GRand *dice;
	int64_t now_ms;
	char *directory;
	End ends[ENDS];
	Line lines[4]; /* SCHOOL→CLOUD, CLOUD→SCHOOL, BUILDING→CLOUD, CLOUD→BUILDING */
	bool connected[ENDS];
	bool holds_back;
	GArray *people;   /* of Id */
	GArray *chats;    /* of Id */
	GArray *messages; /* of Said */
	Id class_id;
	Id erased;
	uint64_t bytes; /* on all lines */
	uint64_t letters;
};

World *world_new(guint32 seed, bool holds_back);
void world_free(World *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

int world_roll(World *self, int sides); /* 0 .. sides-1 */

/* One step of a day: somebody does something somewhere, or a line does. */
void world_step(World *self);

/* The lines are good from here on: until nothing flies and nobody has anything to send. */
void world_settle(World *self);
/* All ends are connected and deliver everything in order, n letters at most. */
bool world_deliver(World *self, unsigned most);
void world_connect(World *self, int box);
void world_cut(World *self, int box);
void world_pass(World *self, int64_t ms);
void world_restart(World *self, int end);
void world_copy(World *self, int end);
void world_restore(World *self, int end);

Id world_say(World *self, int end, const Id *author, const Id *chat, const char *text);
/* All ends hold the same and their logs verify. */
void world_check(World *self);
