/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The turn of a store with a sink: handed out, answered, and only then SQLite's. */
#include "store/store-private.h"

#include <gio/gio.h>

/* The table is made by who needs it: a school's own file has none. */
static bool open_outer(Store *self, GError **error)
{
	g_autoptr(GBytes) schema = NULL;

	if (self->outer.capture)
		return true;
	schema = g_resources_lookup_data("/urok/store/outer-schema.sql", 0, error);
	if (!schema || !store_exec(self->writer, g_bytes_get_data(schema, NULL), error) ||
	    !statements_prepare_resource(self, "/urok/store/outer.sql", error))
		return false;
	self->outer.capture = capture_new(self);
	return true;
}

bool store_set_sink(Store *self, const TurnSink *sink, void *room, GError **error)
{
	g_assert(!self->turn.open && !self->outer.sink);
	if (!open_outer(self, error) || !capture_start(self->outer.capture, error))
		return false;
	self->outer.sink = sink;
	self->outer.room = room;
	return store_outer_turn(self, &self->outer.turn, error);
}

bool store_is_settling(const Store *self)
{
	return self->outer.settling;
}

static bool load_number(Store *self, int64_t *ret_number, GError **error)
{
	g_autoptr(Query) query = store_query(self, "find_outer_turn");
	bool row;

	*ret_number = 0;
	if (!query_next(query, &row, error))
		return false;
	if (row)
		*ret_number = query_int(query, 0);
	return true;
}

bool store_outer_turn(Store *self, int64_t *ret_number, GError **error)
{
	return open_outer(self, error) && load_number(self, ret_number, error);
}

static bool write_number(Store *self, int64_t number, GError **error)
{
	bool was_writing = self->turn.writing;
	bool written;

	self->turn.writing = true;
	{
		g_autoptr(Query) query = store_query(self, "set_outer_turn");

		query_bind_int(query, ":number", number);
		written = query_run(query, error);
	}
	self->turn.writing = was_writing;
	return written;
}

bool store_set_outer_turn(Store *self, int64_t number, GError **error)
{
	g_assert(self->turn.writing && !self->outer.sink);
	return write_number(self, number, error);
}

bool store_put_rows(Store *self, const GPtrArray *changes, GError **error)
{
	g_assert(self->turn.writing && !self->outer.sink);
	return capture_put(self->outer.capture, changes, error);
}

/* Nothing but projections and what can be made again: the truth has no part in it. */
static bool hand_out(Store *self, bool *ret_handed, GError **error)
{
	const TurnSink *sink = self->outer.sink;
	g_autoptr(GPtrArray) changes = NULL;
	bool grew;

	*ret_handed = false;
	if (sink->growing)
		sink->begin(self->outer.room);
	changes = capture_take(self->outer.capture, &self->outer, &grew, error);
	if (!changes)
		return false;
	if (changes->len == 0 && !grew)
		return true;
	*ret_handed = true;
	return write_number(self, self->outer.turn + 1, error) &&
	       sink->commit(self->outer.room, self->outer.turn + 1, changes, error);
}

bool outer_begin(Store *self)
{
	g_autoptr(GError) failure = NULL;
	bool handed = false;

	if (self->turn.dead)
		return false;
	if (hand_out(self, &handed, &failure)) {
		self->outer.settling = handed;
		return handed;
	}
	turn_kill(self, failure);
	return false;
}

void outer_wait(Store *self)
{
	while (self->outer.settling)
		self->outer.sink->wait(self->outer.room);
}

void outer_over(Store *self)
{
	g_autoptr(GError) failure = NULL;

	/* Without a watch what follows would be lost to the truth: it is not begun. */
	if (!capture_start(self->outer.capture, &failure))
		damage_found(self, failure->message);
}

void store_sink_answer(Store *self, const GError *failure)
{
	bool made;

	g_assert(self->outer.settling);
	self->outer.settling = false;
	if (failure)
		turn_kill(self, failure);
	made = turn_finish(self);
	if (made)
		self->outer.turn++;
	else if (!failure)
		self->outer.sink->behind(self->outer.room);
}
