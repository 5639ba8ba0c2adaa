/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the store share. */
#pragma once

#include "store/outer-private.h"

#include <sqlite3.h>

typedef struct Checkpoint Checkpoint;
typedef struct Check Check;

/* A school's database among other SQLite files (PRAGMA application_id): "Urok". */
#define APPLICATION_ID 0x55726f6b

typedef struct { /* a turn of the loop: log-and-store.md §3 */
	bool open;          /* BEGIN was said */
	bool writing;       /* between store_begin() and store_end() */
	GError *dead;       /* the transaction is lost: nobody of this turn gets a yes */
	bool settled;       /* the present request has no savepoint: store_settle() */
	bool failing;       /* the turn before was lost */
	StoreCounts counts; /* without the checkpoints */
	unsigned requests;
	int64_t started_us;
	GArray *hooks;      /* of Hook */
	bool fresh;         /* it was committed, and those who waited for that are told */
	guint mark;         /* hooks of the present request begin here */
	GArray *guards;     /* of Guard */
	GSource *end;       /* ends the turn when nothing more is ready */
} Turn;

struct Store {
	char *path;
	int lock_fd;
	bool is_signed, is_empty; /* it says whose it is; it is as a new file */
	bool is_known;            /* all statements are known to fit its schema */
	int schema, reader_kib; /* its version; what the reader may keep of it in memory */
	sqlite3 *writer;
	sqlite3 *reader; /* NULL: while it rests */
	GPtrArray *sql;      /* GBytes: the texts that the next two point into */
	GHashTable *blocks;  /* set of where a statement begins, with its name */
	GHashTable *queries; /* name → Query, of those that were ever used */
	Query *look;         /* a statement that is kept from ending; NULL: none */
	unsigned looks;
	Turn turn;
	Checkpoint *checkpoint;
	Check *check;  /* NULL: none runs */
	char *damage;  /* what was found; NULL: nothing */
	bool met;      /* damage, since the last check began */
	bool working;  /* it was opened to the end: what is in the WAL is ours to move */
	GPtrArray *keepers; /* of person-data.c; NULL: none */
	Outer outer;
};

/* An SQLite failure as our error; the text is for the journal. Always false. */
bool store_fail(sqlite3 *db, const char *what, GError **error);
/* What the environment refused, by errno. Always false. */
bool store_fail_errno(int code, const char *what, const char *path, GError **error);

bool store_exec(sqlite3 *db, const char *sql, GError **error); /* a fixed text without rows */

bool store_connect_reader(Store *self, GError **error); /* if it is not there */
bool statements_rest(Store *self); /* false: one is in use */
/* Reads alone: is this file ours, and not newer than the program? */
bool migrate_check(Store *self, const Migration migrations[], GError **error);
bool migrate(Store *self, const Migration migrations[], GError **error);
int migrate_count(const Migration migrations[]);
bool migrate_read_number(sqlite3 *db, const char *pragma, bool *ret_row, int *ret_number,
                         GError **error);

/* image.c: an empty file begins as the image; and is the schema the image's? NULL: there is none. */
bool image_begin(Store *self, const char *image, int newest, GError **error);
bool image_compare(Store *self, const char *image, GError **error);

void turn_init(Store *self);
void turn_clear(Store *self);
/* After a failed statement on the writer: is the whole transaction gone? */
void turn_check(Store *self, const GError *failure);
/* Nothing of an open turn is to be committed. */
void turn_kill(Store *self, const GError *failure);

/* Is there damage known from before? */
void damage_load(Store *self);
/* After any failure: is it damage? Then writing ends. */
void damage_look_at(Store *self, const GError *failure);
void damage_found(Store *self, const char *what);
/* A check found the database whole. */
void damage_over(Store *self);
/* ERROR_UNAVAILABLE while damage is known. */
bool damage_check(const Store *self, GError **error);

void check_free(Check *self);
Checkpoint *checkpoint_new(const char *path);
void checkpoint_free(Checkpoint *self);
uint64_t checkpoint_count(Checkpoint *self);
/* After a commit: frames in the WAL; starts the thread's work when it is worth it. */
void checkpoint_consider(Checkpoint *self, int wal_pages);
void checkpoint_wait(Checkpoint *self); /* for one that keeps writers out, at most 100 ms */
void checkpoint_empty(Checkpoint *self, Emptied done, void *data);
/* Nothing is moved into the database from now on, or again. */
void checkpoint_hold(Checkpoint *self, bool hold);
