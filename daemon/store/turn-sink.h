/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An outer commit of the turn, for a store whose file is a view of a truth that lies elsewhere. A
 * part of the door: store.h brings it.
 *
 * The turn is written into SQLite's transaction, what it changed is handed out, and only when the
 * sink says that this is committed there SQLite commits and whoever waits hears of it. Meanwhile
 * the store is settling: reads see what was before, requests that write wait for the next turn
 * (http/ keeps them), and store_begin(), store_commit() and store_close() of anybody else block.
 * A store without a sink does none of this. */
#pragma once

#include "base/json.h"

typedef struct Store Store;

/* A row of a table of the classes log, secret, register or local: what events cannot make again,
 * or the log itself. Values are JSON's; bytes are {"hex": "00ff"}. */
typedef struct {
	char *table;
	json_t *key; /* an array: its primary key, in the order of the columns */
	json_t *row; /* an object of all columns; NULL: it is gone */
} RowChange;
void row_change_free(RowChange *self);

/* A row that is new, as SQLite has it. Columns count from 0 in the order of the table. */
typedef struct NewRow NewRow;
unsigned new_row_columns(const NewRow *self);
bool new_row_is_null(const NewRow *self, unsigned column);
int64_t new_row_int(const NewRow *self, unsigned column);
const void *new_row_bytes(const NewRow *self, unsigned column, size_t *ret_size); /* or its text; borrowed */

typedef struct {
	/* Begins the outer commit of turn `number`, as store_outer_turn() will say after it; the
	 * changes (of RowChange) are borrowed for the call. It is answered once, by
	 * store_sink_answer() and not from in here. False: nothing of it happened or will. */
	bool (*commit)(void *room, int64_t number, const GPtrArray *changes, GError **error);
	/* Blocks until it was answered. */
	void (*wait)(void *room);
	/* It was made and SQLite's was not, though nobody was told of success: the file lacks it. */
	void (*behind)(void *room);
	/* A table that mostly grows, or NULL: its new rows are not among the changes. They are put, one
	 * by one, between begin() and commit(); what was put before another begin() is void. */
	const char *growing;
	void (*begin)(void *room);
	bool (*put)(void *room, const NewRow *row, GError **error);
} TurnSink;

/* From now on, until the store is closed; outside of a turn. Both outlive it. */
bool store_set_sink(Store *self, const TurnSink *sink, void *room, GError **error);

/* The sink's answer; on failure the turn fails as if COMMIT had failed. */
void store_sink_answer(Store *self, const GError *failure);
bool store_is_settling(const Store *self);

/* Ends the turn without waiting for a sink. True when there is none open. */
bool store_end_turn(Store *self, GError **error);

/* The last turn that a sink committed and this file holds; 0: none ever. */
bool store_outer_turn(Store *self, int64_t *ret_number, GError **error);

/* For a view that is behind, before a sink is set, in a turn: rows (of RowChange) as they are in
 * the truth, and the turn that they are of. Keys into other tables are checked at the commit. */
bool store_put_rows(Store *self, const GPtrArray *changes, GError **error);
bool store_set_outer_turn(Store *self, int64_t number, GError **error);
