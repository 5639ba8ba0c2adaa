/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A named statement, and how all of them are made. */
#pragma once

#include "store/store-private.h"

struct Query {
	Store *store;
	char *name;
	const char *sql;
	int length;
	sqlite3_stmt *on_writer; /* NULL: not used there yet, as the next */
	sqlite3_stmt *on_reader;
	sqlite3_stmt *active;    /* the one in use; NULL: none */
	GError *failure;         /* it could not be prepared; NULL: it could */
};

GHashTable *statements_blocks_new(void);
bool statements_prepare(Store *self, const char *const resources[], GError **error);
Query *query_find(Store *self, const char *name); /* there is one: else it is a bug */
void query_free(Query *self);
/* Prepared at its first use. NULL: it could not be. */
sqlite3_stmt *query_on_writer(Query *self, GError **error);
