/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school as small as the sync can have one: two boxes and a cloud with one room, so that thousands
 * of hours of it can be played. Its words are written anywhere, erased by the school alone; some
 * kinds may be held back, some are refused. */
#pragma once

#include "line.h"
#include "scratch.h"

enum { SCHOOL, BUILDING, CLOUD, ENDS };

typedef struct {
	char *directory;
	char *copy; /* of its database; NULL: none yet */
	bool is_untold; /* it was restored, and has to find that out itself */
	int64_t skew_ms;
	Store *store;
	Events *events;
	Sync *sync;
	Peer *peers[ENDS];
} Place;

typedef struct {
	GRand *dice;
	int64_t now_ms;
	char *directory;
	Place places[ENDS];
	Line lines[2 * CLOUD]; /* SCHOOL→CLOUD, CLOUD→SCHOOL, BUILDING→CLOUD, CLOUD→BUILDING */
	bool connected[CLOUD];
	GArray *words; /* of Id */
	int boxes; /* 1: without the building, whose end is there and never speaks; 2 */
	bool is_cloud_restored;
	unsigned erased;
	bool tells; /* each step, in words */
} Small;

char *small_place(pid_t process); /* where a school of it lies; owned */
Small *small_new(guint32 seed, int boxes);
void small_free(Small *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Small, small_free)

/* --- What people do; refusals are fine --- */
void small_write(Small *self, int place, const char *kind, const Id *word, const char *text);
void small_erase(Small *self, const Id *word);
void small_mark(Small *self, int place, const char *name, int64_t value);
void small_allow(Small *self, int place, bool allowed); /* of word.held */
void small_decide(Small *self, int place, bool again);  /* of the first in quarantine */

/* --- What happens to ends and lines --- */
void small_connect(Small *self, int box);
void small_cut(Small *self, int box);
void small_pump(Small *self);
void small_commit(Small *self, int place);
void small_pass(Small *self, int64_t ms);
void small_restart(Small *self, int place);
void small_crash(Small *self, int place, const Id *word); /* in the middle of a turn */
void small_copy(Small *self, int place);
void small_restore(Small *self, int place, bool is_told); /* told: it begins a new epoch by itself */

/* Until nothing flies and nobody has anything to send; then all ends hold the same. */
void small_settle(Small *self);
void small_check(Small *self);
