/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an administrator is told of journeys: the one under way, and how the last of each way
 * ended. */
#include "carry/carry-private.h"

#define SILENT_MS (15 * 60 * 1000) /* a pack of files goes onto a slow stick between two requests */

static const char *const WAYS[] = {"export", "import"};

static void signal_change(Carry *self)
{
	events_signal(self->options.events, "admins", "server", "", "{}");
}

static bool write_begin(void *data, GError **error)
{
	Carry *self = data;
	g_autoptr(Query) query = store_query(self->options.store, "begin_carry_journey");

	query_bind_text(query, ":way", WAYS[self->is_import]);
	query_bind_int(query, ":now", events_now_ms(self->options.events));
	return query_run(query, error);
}

bool carry_tell_begin(Carry *self, GError **error)
{
	if (!carry_in_turn(self, write_begin, self, error))
		return false;
	signal_change(self);
	return true;
}

typedef struct {
	Carry *carry;
	int64_t files, aside;
} Ending;

static bool write_end(void *data, GError **error)
{
	const Ending *ending = data;
	Carry *self = ending->carry;
	g_autoptr(Query) query = store_query(self->options.store, "end_carry_journey");

	query_bind_text(query, ":way", WAYS[self->is_import]);
	query_bind_int(query, ":now", events_now_ms(self->options.events));
	query_bind_int(query, ":events", self->events);
	query_bind_int(query, ":files", ending->files);
	query_bind_int(query, ":aside", ending->aside);
	return query_run(query, error);
}

bool carry_tell_end(Carry *self, int64_t files, int64_t aside, GError **error)
{
	Ending ending = {self, files, aside};

	if (!carry_in_turn(self, write_end, &ending, error))
		return false;
	signal_change(self);
	return true;
}

/* --- For the page --- */

/* One that was begun and neither goes on nor ended broke off: nobody says so when urokctl is
 * killed. */
static const char *state_of(const Carry *self, Query *row)
{
	bool is_current = !id_is_empty(&self->journey) &&
	                  g_str_equal(query_text(row, 0), WAYS[self->is_import]);

	if (is_current && clock_boot_ms() - self->touched_boot_ms < SILENT_MS)
		return "running";
	return query_is_null(row, 2) ? "broken" : "ended";
}

static json_t *journey_json(const Carry *self, Query *row)
{
	const char *state = state_of(self, row);
	bool runs = g_str_equal(state, "running");

	return json_pack("{ss so so sI sI sI}", "state", state, "begun_at", json_time_or_null(query_int(row, 1)),
	                 "ended_at", json_time_or_null(query_int(row, 2)), "events",
	                 (json_int_t)(runs ? self->events : query_int(row, 3)), "files",
	                 (json_int_t)query_int(row, 4), "aside", (json_int_t)query_int(row, 5));
}

bool get_carry(void *room, Request *request, GError **error)
{
	Carry *self = room;
	g_autoptr(Query) query = store_query(self->options.store, "list_carry_journeys");
	g_autoptr(json_t) told = json_pack("{sn sn}", WAYS[0], WAYS[1]);
	bool row = true;

	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			json_object_set_new(told, query_text(query, 0), journey_json(self, query));
	}
	request_reply_object(request, 200, g_steal_pointer(&told));
	return true;
}
