/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a school's file lacks of the truth, brought from PostgreSQL before the house is opened and
 * without that anybody waits: other schools are served meanwhile. */
#pragma once

#include "postgres.h"
#include "settings.h"

/* What a loop that others share puts into a view, in some tenths of a second. */
#define FETCH_SHORT 5000

typedef struct Fetch Fetch;

/* Where a school's truth and its view are, and by which right this process asks. All of it is borrowed
 * and outlives what was made with it. */
typedef struct {
	Postgres *postgres;
	const Settings *settings;
	const char *run;    /* this process, as its leases name it */
	const char *school; /* id */
	const char *folder; /* of the file, which is urok.db in it; it is there */
	int64_t fence;
} Ground;

typedef struct {
	int64_t turn;          /* that the truth has */
	int64_t snapshot_turn; /* the last one that was kept */
	int64_t pruned_turn;
	int64_t from;          /* what follows is of later turns */
	bool is_restored;      /* a backup was put back, and nothing was written since */
	GPtrArray *log;        /* of pairs of texts: place, event as JSON */
	GPtrArray *kept;       /* sealed texts */
	bool is_long;          /* FETCH_SHORT events are not all: log is not the whole of it */
} Fetched;

/* From the loop, once. fetched: borrowed until fetch_free(). CONFLICT: the school is another
 * instance's. */
typedef void (*OnFetched)(void *data, const Fetched *fetched, const GError *failure);

/* A file that is not there begins as the last snapshot. Without `all` no more than FETCH_SHORT events
 * are brought. */
Fetch *fetch_new(const Ground *ground, bool all, OnFetched on_fetched, void *data);
void fetch_free(Fetch *self); /* nobody hears of it any more */

/* The file goes: the next fetch brings everything. */
void fetch_discard(const char *folder);
/* The file holds this turn now, or a later one. */
void fetch_note(const char *folder, int64_t turn);
