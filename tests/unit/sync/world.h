/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school on three or four ends in one process, with all its rooms: the school's box, other
 * buildings', the cloud; and the bad lines between them. Everything follows from one seed. */
#pragma once

#include "line.h"
#include "rooms.h"

#include "sync/sync.h"

enum { SCHOOL, BUILDING, ANNEX, CLOUD, ENDS };

typedef struct World World;

typedef struct {
	Id id;
	Id chat;
	Id author;
} Said;

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
	int boxes; /* 2: without the annex; 3 */
	GRand *dice;
	int64_t now_ms;
	char *directory;
	End ends[ENDS];
	Line lines[2 * CLOUD]; /* SCHOOL→CLOUD, CLOUD→SCHOOL, BUILDING→CLOUD, ... */
	bool connected[ENDS];
	bool holds_back;
	GArray *people;   /* of Id; two teachers, pupils */
	GArray *chats;    /* of Id: the class's, the staff's, a group */
	GArray *messages; /* of Said */
	Id class_id;
	Id erased;
	char *story;    /* the last step, in words */
};

World *world_new(guint32 seed, int boxes, bool holds_back);
void world_free(World *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(World, world_free)

char *world_place(pid_t process); /* where a world of it lies; owned */
bool world_has(const World *self, int end);
int world_roll(World *self, int sides); /* 0 .. sides-1 */

/* One step of a day: somebody does something somewhere, or a line does. What it is follows from its
 * own chance, so that other steps may be left out. */
void world_step(World *self, guint32 chance);

/* The lines are good from here on: until nothing flies and nobody has anything to send. */
void world_settle(World *self);
void world_pump(World *self);
void world_bad_line(World *self, Line *line);
uint64_t world_bytes(const World *self); /* on all lines */
/* All ends are connected and deliver everything in order, n letters at most. */
bool world_deliver(World *self, unsigned most);
void world_connect(World *self, int box);
void world_cut(World *self, int box);
void world_pass(World *self, int64_t ms);
void world_restart(World *self, int end);
void world_copy(World *self, int end);
void world_restore(World *self, int end);
/* Another building's machine is new: its box begins empty and takes what the cloud has. */
void world_join(World *self, int box);
void world_run_sql(const char *database, const char *sql);

Actor world_actor(Rooms *rooms, const Id *person);
void world_end_turn(Rooms *rooms, bool done, GError *error); /* a refusal is fine */
Id world_say(World *self, int end, const Id *author, const Id *chat, const char *text);
Id world_answer(World *self, int end, const Id *author, const Said *said, const char *text);
void world_erase(World *self, const Id *person);

char *world_journal(World *self, int end); /* lines; owned */
/* All ends hold the same and their logs verify. */
void world_check(World *self);
