/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Words and marks. What anybody writes of a word wins by its time; what the school erases is empty
 * everywhere, whatever comes afterwards; what only the school may write and others wrote stands
 * aside; marks are state beside events and only rise. */
#include "small-room.h"

#include <string.h>

static bool has_row(Store *store, const char *statement, const char *id, bool *ret_row, GError **error)
{
	g_autoptr(Query) query = store_query(store, statement);

	query_bind_text(query, ":id", id);
	return query_next(query, ret_row, error);
}

static bool run(Store *store, const char *statement, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(store, statement);

	query_bind_text(query, ":id", id);
	return query_run(query, error);
}

static bool apply_word(void *room, const Event *event, GError **error)
{
	Place *self = room;
	g_autoptr(Query) query = NULL;
	const char *text = NULL;
	bool gone;

	if (!has_row(self->store, "find_gone", event->subject, &gone, error) ||
	    (gone && !events_blank(self->events, event->id.text, error)))
		return false;
	query = store_query(self->store, "write_word");
	query_bind_text(query, ":id", event->subject);
	if (event->body && !gone)
		text = json_string_value(json_object_get(event->body, "text"));
	query_bind_text(query, ":text", text);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":event", event->id.text);
	return query_run(query, error);
}

static bool apply_erased(void *room, const Event *event, GError **error)
{
	static const char *const KEPT[] = {"word.erased", NULL};
	Place *self = room;
	int64_t cursor = 0;

	do {
		if (!events_blank_of(self->events, event->subject, "word.*", KEPT, &cursor, error))
			return false;
	} while (cursor);
	return run(self->store, "add_gone", event->subject, error) &&
	       run(self->store, "empty_word", event->subject, error);
}

static bool apply_nothing(void *room, const Event *event, GError **error)
{
	return true;
}

static const EventKind KINDS[] = {
        {"word.written", 1, LOCALITY_CLOUD, apply_word, NULL, NULL, RETAIN_CHAT, false, true},
        {"word.held", 1, LOCALITY_CLOUD, apply_word, NULL, NULL, RETAIN_CHAT, false, true},
        {"word.erased", 1, LOCALITY_CLOUD, apply_erased, NULL, NULL, RETAIN_ALWAYS},
        {"word.poison", 1, LOCALITY_CLOUD, apply_nothing, NULL, NULL, RETAIN_ALWAYS},
        {0},
};

/* --- Marks --- */

static json_t *list_marks(void *room, int64_t *cursor, int limit, GError **error)
{
	Place *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_changed_marks");
	g_autoptr(json_t) rows = json_array();
	bool row = true;

	query_bind_int(query, ":after", *cursor);
	query_bind_int(query, ":limit", limit);
	for (;;) {
		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			return g_steal_pointer(&rows);
		*cursor = query_int(query, 0);
		json_array_append_new(rows, json_pack("[sI]", query_text(query, 1),
		                                      (json_int_t)query_int(query, 2)));
	}
}

static bool raise_mark(Place *self, const char *name, int64_t value, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "raise_mark");

	query_bind_text(query, ":name", name);
	query_bind_int(query, ":value", value);
	return query_run(query, error);
}

static bool merge_marks(void *room, const json_t *rows, GError **error)
{
	Place *self = room;
	size_t index;
	json_t *row;

	json_array_foreach(rows, index, row) {
		const char *name = json_string_value(json_array_get(row, 0));

		if (!raise_mark(self, name, json_integer_value(json_array_get(row, 1)), error))
			return false;
		if (store_changes(self->store))
			events_tell(self->events);
	}
	return true;
}

/* Leaves with the kind of its name. */
static const Register MARKS = {"word.held", list_marks, merge_marks};

void small_room_add(Place *place)
{
	events_add_kinds(place->events, KINDS, place);
	events_add_register(place->events, &MARKS, place);
}

/* --- What people do --- */

void small_room_write(Place *place, const char *kind, const Id *word, const char *text)
{
	json_t *body = text ? json_pack("{ss}", "text", text) : json_object();
	g_autoptr(Event) event = event_new(&ACTOR_OF_SYSTEM, kind, "school", word->text, body);
	GError *error = NULL;

	events_append(place->events, event, &error);
	g_assert_no_error(error);
}

static void begin(Place *place)
{
	GError *error = NULL;

	store_begin(place->store, &error);
	g_assert_no_error(error);
}

static void end(Place *place)
{
	GError *error = NULL;

	g_assert_true(store_end(place->store, true, &error));
	g_assert_no_error(error);
}

void small_write(Small *self, int place, const char *kind, const Id *word, const char *text)
{
	Place *at = &self->places[place];
	bool wrong = place != SCHOOL && g_str_equal(kind, "word.poison");

	/* An end that forgets who decides. Before it was told, the first one of an epoch would say that it does. */
	if (wrong && id_is_empty(sync_authority(at->sync)))
		return;
	if (wrong)
		events_set_authority(at->events, NULL);
	begin(at);
	small_room_write(at, kind, word, text);
	end(at);
	if (wrong)
		events_set_authority(at->events, sync_authority(at->sync));
}

void small_erase(Small *self, const Id *word)
{
	self->erased++;
	small_write(self, SCHOOL, "word.erased", word, NULL);
}

void small_mark(Small *self, int place, const char *name, int64_t value)
{
	Place *at = &self->places[place];
	GError *error = NULL;

	begin(at);
	raise_mark(at, name, value, &error);
	g_assert_no_error(error);
	events_tell(at->events);
	end(at);
}

void small_room_allow(Place *place, const char *kind, bool allowed)
{
	GError *error = NULL;

	begin(place);
	sync_allow(place->sync, &ACTOR_OF_SYSTEM, kind, allowed, "приказ", &error);
	g_assert_no_error(error);
	end(place);
}

void small_allow(Small *self, int place, bool allowed)
{
	if (place != CLOUD)
		small_room_allow(&self->places[place], "word.held", allowed);
}

void small_decide(Small *self, int place, bool again)
{
	Place *at = &self->places[place];
	g_autoptr(json_t) aside = sync_list_quarantine(at->sync, NULL);
	const char *event = json_string_value(json_object_get(json_array_get(aside, 0), "event"));
	g_autoptr(GError) error = NULL;

	if (!event)
		return;
	begin(at);
	(void)(again ? sync_retry(at->sync, event, &error) : sync_discard(at->sync, event, &error));
	g_assert_no_error(error);
	end(at);
}

/* --- What is compared --- */

static char *lines_of(Place *place, const char *statement)
{
	g_autoptr(Query) query = store_query(place->store, statement);
	GString *out = g_string_new(NULL);
	bool row = true;

	for (;;) {
		g_assert_true(query_next(query, &row, NULL));
		if (!row)
			return g_string_free(out, FALSE);
		g_string_append_printf(out, "%s\n", query_text(query, 0));
	}
}

char *small_room_rows(Place *place)
{
	return lines_of(place, "list_rows");
}

char *small_room_heads(Place *place)
{
	return lines_of(place, "list_heads");
}

void small_room_check_aside(Place *place)
{
	g_autoptr(json_t) aside = sync_list_quarantine(place->sync, NULL);
	size_t index;
	json_t *row;

	json_array_foreach(aside, index, row)
		g_assert_cmpstr(json_string_value(json_object_get(row, "kind")), ==, "word.poison");
}
