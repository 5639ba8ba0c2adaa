/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What chats/ keeps of one person: the messages that they wrote, what was sealed of them, marks,
 * and the complaints that they made.
 *
 * Erasing writes what apply makes of a blanked posting: the message stays in its place without its
 * words, and a rebuild gives the same row. */
#include "chats/chats-private.h"

enum { KEYS_A_STEP = 2000 };

static bool find_last_key(Chats *self, int64_t *ret_key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_last_message_key");

	if (!query_one(query, error))
		return false;
	*ret_key = query_int(query, 0);
	return true;
}

static Query *of_step(Chats *self, const char *statement, const char *person, int64_t cursor)
{
	Query *query = store_query(self->store, statement);

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":after", cursor);
	query_bind_int(query, ":up_to", cursor + KEYS_A_STEP);
	return query;
}

static bool move_on(Chats *self, int64_t *cursor, GError **error)
{
	int64_t last;

	if (!find_last_key(self, &last, error))
		return false;
	*cursor += KEYS_A_STEP;
	if (*cursor >= last)
		*cursor = 0;
	return true;
}

static bool export_complaints(Chats *self, const char *person, json_t *into, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_complaints_by");
	json_t *complaints = json_array();
	bool row = true;

	json_object_set_new(into, "complaints", complaints);
	query_bind_text(query, ":person", person);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			json_array_append_new(complaints, json_loads(query_text(query, 2), 0, NULL));
	}
	return true;
}

static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = of_step(self, "list_messages_by", person, *cursor);
	json_t *messages = json_array();
	bool row = true;

	json_object_set_new(into, "messages", messages);
	if (*cursor == 0 && !export_complaints(self, person, into, error))
		return false;
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			json_array_append_new(messages, json_loads(query_text(query, 0), 0, NULL));
	}
	return move_on(self, cursor, error);
}

typedef struct {
	Id id;
	Id posted;
	Id edited;
} Written;

static GArray *list_written(Chats *self, const char *person, int64_t cursor, GError **error)
{
	g_autoptr(Query) query = of_step(self, "list_bodies_by", person, cursor);
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Written));
	bool row = true;

	while (row) {
		Written written;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		written.id = id_from(query_text(query, 0));
		written.posted = id_from(query_text(query, 1));
		written.edited = id_from(query_text(query, 2));
		g_array_append_val(list, written);
	}
	return g_steal_pointer(&list);
}

static bool run_on(Chats *self, const char *statement, const char *message, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", message);
	return query_run(query, error);
}

static bool erase_one(Chats *self, const Written *written, GError **error)
{
	return (id_is_empty(&written->posted) ||
	        events_blank(self->events, written->posted.text, error)) &&
	       (id_is_empty(&written->edited) ||
	        events_blank(self->events, written->edited.text, error)) &&
	       run_on(self, "remove_sealed_of_message", written->id.text, error) &&
	       run_on(self, "empty_message", written->id.text, error);
}

typedef struct {
	Id id;
	Id event;
} Made;

/* The words of who decided, and of who asked to open the chat: they speak of whoever complained. */
static bool erase_answers(Chats *self, const Made *made, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_events_of_complaint");
	g_autoptr(GPtrArray) events = NULL;

	query_bind_text(query, ":id", made->id.text);
	events = query_list_texts(query, error);
	for (guint i = 0; events && i < events->len; i++)
		if (!events_blank(self->events, events->pdata[i], error))
			return false;
	return events != NULL;
}

static bool erase_complaint(Chats *self, const Made *made, GError **error)
{
	return erase_answers(self, made, error) && events_blank(self->events, made->event.text, error) &&
	       run_on(self, "remove_openings_of_complaint", made->id.text, error) &&
	       run_on(self, "remove_complaint", made->id.text, error);
}

/* As a rebuild has it: a complaint whose words are gone leaves no row. */
static bool erase_complaints(Chats *self, const char *person, GError **error)
{
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Made));
	g_autoptr(Query) query = store_query(self->store, "list_complaints_by");
	bool row = true;

	query_bind_text(query, ":person", person);
	while (row) {
		Made made;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		made.id = id_from(query_text(query, 0));
		made.event = id_from(query_text(query, 1));
		g_array_append_val(list, made);
	}
	query_end(g_steal_pointer(&query));
	for (guint i = 0; i < list->len; i++)
		if (!erase_complaint(self, &g_array_index(list, Made, i), error))
			return false;
	return true;
}

static bool remove_marks(Chats *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_reads_of");

	query_bind_text(query, ":person", person);
	return query_run(query, error);
}

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor, GError **error)
{
	Chats *self = room;
	g_autoptr(GArray) list = NULL;

	if (*cursor == 0 &&
	    (!remove_marks(self, person, error) || !erase_complaints(self, person, error)))
		return false;
	list = list_written(self, person, *cursor, error);
	for (guint i = 0; list && i < list->len; i++)
		if (!erase_one(self, &g_array_index(list, Written, i), error))
			return false;
	return list && move_on(self, cursor, error);
}

const PersonData CHATS_DATA = {.name = "chats", .export = export, .erase = erase};
const Migration CHATS_ERASURE_MIGRATION = {"/urok/chats/chats-erasure-schema.sql"};
