/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows made anew from the log, and the events that stand in the log and not in the rows:
 * tried again, discarded, or applied by a program that knows them. */
#include "events/events-private.h"

static bool take_back(Events *self, const char *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "take_event_back");

	query_bind_text(query, ":event", event);
	return query_run(query, error);
}

/* G_MAXINT: it does not. */
static bool find_why(Events *self, const char *event, int *ret_why, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_aside");
	bool row = false;

	query_bind_text(query, ":event", event);
	if (!query_next(query, &row, error))
		return false;
	*ret_why = row ? (int)query_int(query, 0) : G_MAXINT;
	return true;
}

/* An origin's own events were applied when they were written. Beside another origin's, or after a
 * restore, one may fail. */
static bool apply_one(Events *self, const Event *event, bool alone, bool again, GError **error)
{
	int why;

	if (event->held)
		return true;
	if (alone)
		return events_apply(self, event, error);
	if (!find_why(self, event->id.text, &why, error))
		return false;
	if (why == ASIDE_DISCARDED || (why == ASIDE_POISON && !again))
		return true;
	return (why == G_MAXINT || take_back(self, event->id.text, error)) &&
	       events_apply_or_set_aside(self, event, error);
}

/* In batches, so that nothing is held open and memory stays flat. */
static bool apply_all(Events *self, int64_t after, bool alone, bool again, GError **error)
{
	enum { BATCH = 1000 };

	for (;;) {
		g_autoptr(GPtrArray) batch = events_list(self, after, BATCH, error);

		if (!batch)
			return false;
		for (guint i = 0; i < batch->len; i++) {
			if (!apply_one(self, batch->pdata[i], alone, again, error))
				return false;
			after = ((const Event *)batch->pdata[i])->seq;
		}
		if (batch->len < BATCH)
			return true;
	}
}

static bool try_behind(Events *self, const GPtrArray *ids, bool taken_back, GError **error);

/* What an administrator tried again when what it lacked had come fails in its place, and not behind
 * all. */
static bool try_poison_behind(Events *self, GError **error)
{
	g_autoptr(GPtrArray) ids = events_aside_ids(self, error);

	return ids && try_behind(self, ids, false, error);
}

static bool empty(Events *self, GError **error)
{
	return store_empty_tables(self->store, "derived", error) &&
	       store_empty_tables(self->store, "projection", error);
}

static bool empty_and_apply(Events *self, bool alone, GError **error)
{
	return empty(self, error) && apply_all(self, 0, alone, true, error) && try_poison_behind(self, error);
}

/* Whose word counts is not known yet: what stands aside stays there. */
bool events_replay(Events *self, int64_t after_seq, GError **error)
{
	g_autoptr(GPtrArray) chains = events_chains(self, error);

	return chains && (after_seq > 0 || empty(self, error)) &&
	       apply_all(self, after_seq, chains->len == 1, false, error);
}

bool events_rebuild(Events *self, GError **error)
{
	g_autoptr(GPtrArray) chains = events_chains(self, error);

	return chains && store_settle(self->store, error) &&
	       empty_and_apply(self, chains->len == 1, error);
}

/* --- After an upgrade --- */

static bool knows_some(Events *self, bool *ret_some, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_newer_kinds");
	bool row = true;

	*ret_some = false;
	while (row) {
		const Kind *kind;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			return true;
		kind = events_find_kind(self, query_text(query, 0));
		*ret_some = *ret_some || (kind && query_int(query, 1) <= kind->kind->version);
	}
	return true;
}

bool events_catch_up(Events *self, GError **error)
{
	bool some;
	bool done;

	if (!knows_some(self, &some, error))
		return false;
	if (!some)
		return true;
	if (!store_begin(self->store, error))
		return false;
	done = events_rebuild(self, error);
	return store_end(self->store, done, done ? error : NULL) && done &&
	       store_commit(self->store, error);
}

/* --- An administrator's decisions --- */

static Event *load_event(Events *self, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_event");

	query_bind_text(query, ":id", id);
	return query_one(query, error) ? event_from_row(query) : NULL;
}

/* Another end wrote what is decided here alone. */
static bool is_foreign(Events *self, Query *row)
{
	const Kind *kind = events_find_kind(self, query_text(row, 1));
	Id origin = id_from(query_text(row, 2));

	return kind && !events_check_authority(self, kind, &origin, NULL);
}

json_t *events_list_aside(Events *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_aside");
	g_autoptr(json_t) list = json_array();
	bool row = true;

	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(
			        list, json_pack("{ss ss ss ss sI ss sb sb}", "event", query_text(query, 0),
			                        "kind", query_text(query, 1), "origin",
			                        query_text(query, 2), "actor",
			                        query_text(query, 6), "since",
			                        (json_int_t)query_int(query, 3), "error",
			                        query_text(query, 4), "newer",
			                        (int)(query_int(query, 5) == ASIDE_NEWER), "foreign",
			                        (int)is_foreign(self, query)));
	}
	return g_steal_pointer(&list);
}

GPtrArray *events_aside_ids(Events *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_aside_ids");

	return query_list_texts(query, error);
}

/* Of those: which stand aside as poison, or (taken_back) which do not any more. */
static bool try_behind(Events *self, const GPtrArray *ids, bool taken_back, GError **error)
{
	for (guint i = 0; i < ids->len; i++) {
		const char *id = ids->pdata[i];
		g_autoptr(Event) event = NULL;
		int why;

		if (!find_why(self, id, &why, error))
			return false;
		if (why != (taken_back ? G_MAXINT : ASIDE_POISON))
			continue;
		event = load_event(self, id, error);
		if (!event || (!taken_back && !take_back(self, id, error)) ||
		    !events_apply_or_set_aside(self, event, error))
			return false;
	}
	return true;
}

bool events_apply_taken_back(Events *self, const GPtrArray *ids, GError **error)
{
	return try_behind(self, ids, true, error);
}

static bool check_aside(Events *self, const char *event, GError **error)
{
	int why;

	if (!find_why(self, event, &why, error))
		return false;
	return (why != G_MAXINT && why != ASIDE_DISCARDED) ||
	       error_set(error, ERROR_NOT_FOUND, "There is no such event in quarantine");
}

/* Applied now, after what came later; a rebuild applies it in its place. */
bool events_retry(Events *self, const char *event_id, GError **error)
{
	g_autoptr(Event) event = NULL;

	if (!check_aside(self, event_id, error))
		return false;
	event = load_event(self, event_id, error);
	return event && take_back(self, event_id, error) &&
	       events_apply_or_set_aside(self, event, error);
}

bool events_discard(Events *self, const char *event_id, GError **error)
{
	g_autoptr(Event) event = NULL;

	if (!check_aside(self, event_id, error))
		return false;
	event = load_event(self, event_id, error);
	return event && events_set_aside(self, event, ASIDE_DISCARDED, "", error);
}
