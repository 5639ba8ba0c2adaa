/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One SQLite file: statements by name, one transaction a turn of the loop, migrations, checkpoints.
 * The only room that knows sqlite3. All of it belongs to the loop's thread. */
#pragma once

#include "base/error.h"

#include <stdint.h>

typedef struct Store Store;
typedef struct Query Query;

/* A step of the schema. Each room gives its own; app/ puts them into one list, ended by {0}: a
 * step's place in it, from 1, is the schema's version, so the list only grows at its end. */
typedef struct {
	const char *resource; /* "/urok/chats/chats-schema.sql" */
} Migration;

typedef struct {
	const char *path;            /* of the database; its directory must exist, mode 0700 */
	const Migration *migrations; /* borrowed for the call */
	const char *const *statements; /* resources of named statements, NULL at the end */
	int cache_kib;                 /* of pages in memory, the writer's and a view's reader's; 0: 2000 */
	bool is_view; /* made again from elsewhere: a power cut may cost it its last turns */
	const char *image; /* image.h: a resource; NULL: none */
} StoreOptions;

/* Reasons of failures that an administrator must act on; ERROR_INTERNAL, so no client sees them. */
#define STORE_DAMAGED   "database-damaged"
#define STORE_FOREIGN   "database-foreign"
#define STORE_NEWER     "database-newer"
#define STORE_FORBIDDEN "database-forbidden" /* the file's permissions */

/* Opens or creates, migrates; tries every statement unless the schema is the image's. Failures:
 * above; ERROR_UNAVAILABLE: another program holds it; ERROR_NO_SPACE; a wrong statement. */
Store *store_open(const StoreOptions *options, GError **error);

/* Commits what is pending, checkpoints, closes. */
void store_close(Store *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Store, store_close)

/* --- Statements: "-- name: find_chat" blocks of the room's .sql; names are unique in the tree ---
 *
 *	g_autoptr(Query) query = store_query(store, "find_chat");
 *
 *	query_bind_text(query, ":id", id);
 *	while (query_next(query, &row, error) && row)
 *		... query_text(query, 0) ...
 *
 * Between store_begin() and store_end() it runs on the writer, else on the reader, which sees what
 * was committed and refuses to write; hooks after a commit read that through the writer. An unknown
 * name, parameter or column is a bug. One query of a name is in use at a time; leaving its scope
 * ends it. */
Query *store_query(Store *self, const char *name);
void query_end(Query *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Query, query_end)

void query_bind_text(Query *self, const char *parameter, const char *value); /* NULL: null */
void query_bind_int(Query *self, const char *parameter, int64_t value);
void query_bind_null(Query *self, const char *parameter);
void query_bind_blob(Query *self, const char *parameter, const void *data, size_t size);
/* Texts and blobs are copied at binding. */

/* The next row: ret_row false when there is none. False on failure. */
bool query_next(Query *self, bool *ret_row, GError **error);
/* Runs to the end; rows are not expected. ERROR_CONFLICT on a broken UNIQUE or CHECK. */
bool query_run(Query *self, GError **error);
/* Exactly one row is expected; none is ERROR_NOT_FOUND ("There is no such thing"). */
bool query_one(Query *self, GError **error);
/* The first column of every row that is left, owned; NULL on failure. */
GPtrArray *query_list_texts(Query *self, GError **error);

/* The row's columns from 0; text borrowed until the next step. NULL for null. */
const char *query_text(Query *self, int column);
int64_t query_int(Query *self, int column);
bool query_is_null(Query *self, int column);
const void *query_blob(Query *self, int column, size_t *ret_size);

/* What is read between them is one state of the data, and SQLite's locks are taken once for all of
 * it. Outside of a request that writes; may be nested. After a commit the new state is seen. */
void store_look(Store *self);
void store_look_end(Store *self);

int64_t store_changes(Store *self); /* rows that the last query_run() changed */
int64_t store_last_rowid(Store *self);

/* --- The turn ---
 * Every request that may write runs between begin and end: a savepoint of the turn's transaction,
 * which the first one opens and which is committed once when the loop has nothing more ready, at
 * 64 requests, or after 5 ms. Never nested. end(keep=false) undoes this request alone. When the
 * whole transaction was lost (a full disk, see log-and-store.md §3) begin and end fail until the
 * turn is over: ERROR_NO_SPACE or ERROR_UNAVAILABLE. end(keep=true) may therefore fail as well. */
bool store_begin(Store *self, GError **error);
bool store_end(Store *self, bool keep, GError **error);
bool store_is_writing(const Store *self);

/* For a request that writes thousands of pages: SQLite would keep each as it was, to undo the
 * request alone. It is no longer undone alone: whoever ends it with keep=false loses the turn. */
bool store_settle(Store *self, GError **error);

/* A part of a request that is undone alone when it fails: rows and hooks, not guarded memory. */
bool store_attempt(Store *self, bool (*work)(void *, GError **), void *data, GError **error);

/* Called once when the turn's COMMIT is on the disk (failure NULL) or the turn failed. Registered
 * between begin and end it is dropped (free only) if that request is undone. Order is kept.
 * Outside of a turn it is called at once. */
typedef void (*TurnHook)(void *data, const GError *failure);
void store_after_commit(Store *self, TurnHook hook, void *data, GDestroyNotify free_data);

/* Plain bytes that must go back with a request or a turn that is undone: a clock, a sequence. */
void store_guard(Store *self, void *memory, size_t size);

/* 64 requests or 5 ms are reached: who feeds requests should let the loop go on. */
bool store_wants_commit(const Store *self);

/* Commits the turn now (start-up, tests, the demo's steps). True when there is none. */
bool store_commit(Store *self, GError **error);
/* --- Upkeep --- */

void store_rest(Store *self); /* gives back what is there only to be quick, if nothing is going on */

/* Tables by what their migration says inside CREATE TABLE: "-- class: projection". Free with
 * g_strfreev(); parents before children. */
char **store_tables(Store *self, const char *class);

/* Empties every table of a class, children first. In a turn. */
bool store_empty_tables(Store *self, const char *class, GError **error);

int64_t store_wal_bytes(const Store *self);
typedef struct { /* since the start */
	uint64_t commits;
	uint64_t failures;    /* of turns */
	uint64_t checkpoints; /* passes that moved all or a part */
} StoreCounts;
StoreCounts store_counts(const Store *self);
/* --- Damage ---
 * Once a statement or a check met a damaged page nothing is written any more, not even by
 * checkpoints: store_begin() fails with ERROR_UNAVAILABLE, reading goes on. A file beside the
 * database keeps that over restarts; only a check that finds the database whole ends it. */

/* What was found, for the journal; NULL: nothing. */
const char *store_damage(const Store *self);

typedef struct {
	unsigned findings;     /* 0: the database is whole; at most 100 are counted */
	const char *finding;   /* the first; NULL: none */
	const GError *failure; /* it could not be checked: findings say nothing */
	int64_t took_ms;
} StoreVerdict;

/* Reads every page and index in a thread with a connection of its own (PRAGMA integrity_check),
 * draws the consequence, then calls `done` from the loop; not when the store is closed before.
 * One at a time. */
typedef void (*StoreChecked)(void *data, const StoreVerdict *verdict);
void store_check(Store *self, StoreChecked done, void *data);
bool store_is_checking(const Store *self);
#include "store/copy.h"
#include "store/image.h"
#include "store/person-data.h"
#include "store/turn-sink.h"
