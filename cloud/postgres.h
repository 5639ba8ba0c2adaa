/* SPDX-License-Identifier: LGPL-2.1-or-later
 * PostgreSQL on the loop: a few connections, questions by name, answers as texts. The only door to
 * libpq. Questions come from cloud.sql ("-- name: ..." blocks with $1, $2, ...). */
#pragma once

#include "base/error.h"
#include "columns.h"

#include <stdint.h>

typedef struct Postgres Postgres;
typedef struct Answer Answer; /* borrowed during the call */

/* failure NULL: it was done. ERROR_CONFLICT: a lease that is not ours any more. ERROR_UNAVAILABLE:
 * it is not known whether it was done (answer_was_sent() of the failure's own words is not asked:
 * who has to know reads again). answer NULL on failure. */
typedef void (*OnAnswer)(void *data, const Answer *answer, const GError *failure);

/* conninfo as libpq's (postgresql.org, 34.1.1). Connects, makes or steps the schema; blocks, for a table
 * that another one holds at most two seconds. */
Postgres *postgres_new(const char *conninfo, unsigned connections, GError **error);
/* For who passes by beside instances that serve: makes a schema only where there is none. */
Postgres *postgres_open(const char *conninfo, unsigned connections, GError **error);
/* Those still asking hear of a failure. */
void postgres_free(Postgres *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Postgres, postgres_free)

/* Parameters are copied; NULL is null. Answered from the loop or from postgres_step(), in any
 * order among each other; never from within. */
void postgres_ask(Postgres *self, const char *name, unsigned n, const char *const values[],
                  OnAnswer on_answer, void *data);

/* The same with columns behind the values, which are empty after it. */
void postgres_ask_rows(Postgres *self, const char *name, unsigned n, const char *const values[],
                       Columns *columns, OnAnswer on_answer, void *data);

/* Blocks for one thing that happens on any connection, at most so long. */
void postgres_step(Postgres *self, int timeout_ms);

/* Asks and blocks, at most for the time that any question has. The answer's rows, each an owned
 * GPtrArray of owned texts; NULL on failure. */
GPtrArray *postgres_get(Postgres *self, const char *name, unsigned n, const char *const values[],
                        GError **error);

int answer_rows(const Answer *self);
const char *answer_text(const Answer *self, int row, int column); /* NULL: null */
int64_t answer_int(const Answer *self, int row, int column);
int64_t postgres_number(const char *text); /* of a text that it gave */
