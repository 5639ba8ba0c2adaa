/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a box keeps of the directory's words, for when its line is cut, and how that goes. */
#include "schools/schools-private.h"

const Migration SCHOOLS_MIGRATION = {"/urok/schools/schools-schema.sql"};

/* What is kept is no truth: a failure costs it and nothing else. */
static void run_alone(Schools *self, Query *query)
{
	bool done = query_run(query, NULL);

	query_end(query);
	store_end(self->store, done, NULL);
}

void schools_keep(Schools *self, const char *person, const json_t *schools)
{
	g_autofree char *text = NULL;
	Query *query;

	if (!self->is_box || !store_begin(self->store, NULL))
		return;
	if (json_array_size(schools) == 0) {
		query = store_query(self->store, "forget_other_schools");
	} else {
		text = json_format(schools);
		query = store_query(self->store, "keep_other_schools");
		query_bind_int(query, ":now", events_now_ms(self->events));
		query_bind_text(query, ":schools", text);
	}
	query_bind_text(query, ":person", person);
	run_alone(self, query);
}

json_t *schools_find_kept(Schools *self, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, "find_other_schools");
	char as_of[TIME_TEXT_SIZE];
	bool row;

	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, NULL) || !row)
		return NULL;
	clock_format(query_int(query, 0), as_of);
	return json_pack("{s:s, s:o}", "as_of", as_of, "schools",
	                 json_loads(query_text(query, 1), 0, NULL));
}

GPtrArray *schools_list_kept(Schools *self)
{
	g_autoptr(Query) query = store_query(self->store, "list_other_schools");

	return query_list_texts(query, NULL);
}

void schools_forget_old(Schools *self)
{
	Query *query;

	if (!store_begin(self->store, NULL))
		return;
	query = store_query(self->store, "forget_old_other_schools");
	query_bind_int(query, ":before",
	               events_now_ms(self->events) - KEPT_DAYS * 24 * 3600 * 1000LL);
	run_alone(self, query);
}

void schools_forget_all(Schools *self)
{
	Query *query;

	if (!store_begin(self->store, NULL))
		return;
	query = store_query(self->store, "forget_old_other_schools");
	query_bind_int(query, ":before", INT64_MAX);
	run_alone(self, query);
}

/* --- The end of it --- */

static bool run_for(Schools *self, const char *statement, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":person", person);
	return query_run(query, error);
}

bool schools_leave(Schools *self, const char *person, GError **error)
{
	if (schools_state(self) == DIRECTORY_NONE)
		return true;
	schools_exchange_soon(self);
	return run_for(self, "forget_other_schools", person, error) &&
	       run_for(self, "add_school_leaving", person, error);
}

GPtrArray *schools_list_leaving(Schools *self)
{
	g_autoptr(Query) query = store_query(self->store, "list_school_leaving");

	return query_list_texts(query, NULL);
}

void schools_left(Schools *self, const char *person)
{
	Query *query;

	if (!store_begin(self->store, NULL))
		return;
	query = store_query(self->store, "remove_school_leaving");
	query_bind_text(query, ":person", person);
	run_alone(self, query);
}

static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	json_t *kept = schools_find_kept(room, person);

	if (kept)
		json_object_set_new(into, "other_schools", kept);
	return true;
}

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor,
                  GError **error)
{
	Schools *self = room;

	return run_for(self, "forget_other_schools", person, error) &&
	       schools_leave(self, person, error);
}

/* Whoever has one account here now says in the other school once more which one that is. */
static bool merge(void *room, const Actor *actor, const char *from, const char *into,
                  GError **error)
{
	return erase(room, actor, from, NULL, error);
}

const PersonData SCHOOLS_DATA = {"schools", export, erase, merge};
