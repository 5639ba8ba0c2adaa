/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of who is here no more, and of who became somebody else. */
#include "people/people-private.h"

#include "base/text.h"

#define ERASED_NAME "Данные удалены"

static bool find_key(People *self, const char *person, int64_t *ret_key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person");
	bool row;

	query_bind_text(query, ":id", person);
	if (!query_next(query, &row, error))
		return false;
	*ret_key = row ? query_int(query, 0) : 0;
	return true;
}

static bool run_with_key(People *self, const char *statement, int64_t key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_int(query, ":person_key", key);
	return query_run(query, error);
}

static bool add_mark(People *self, int64_t key, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_person_erased");

	query_bind_int(query, ":person_key", key);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

static bool empty_row(People *self, int64_t key, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "empty_person");
	g_autoptr(json_t) shown = json_pack("{s:s, s:s, s:s, s:[]}", "id", person, "display_name",
	                                    ERASED_NAME, "short_name", ERASED_NAME, "roles");
	g_autofree char *json = json_format(shown);

	query_bind_int(query, ":person_key", key);
	query_bind_text(query, ":display_name", ERASED_NAME);
	query_bind_text(query, ":json", json);
	return query_run(query, error);
}

/* Contacts, what waits, blocks and ends of roles: of nobody from now on. */
static bool remove_accounts_rows(People *self, int64_t key, GError **error)
{
	static const char *const STATEMENTS[] = {
		"remove_contacts_of", "remove_correction_of", "remove_block_of", "remove_role_ends_of",
		"remove_recovery_of",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(STATEMENTS); i++)
		if (!run_with_key(self, STATEMENTS[i], key, error))
			return false;
	return true;
}

static bool drop_picture(People *self, int64_t key, const char *person, GError **error)
{
	g_autoptr(Query) query = NULL;
	g_auto(Picture) picture = {0};

	if (!people_find_picture(self, person, &picture, error))
		return false;
	query = store_query(self->store, "set_person_picture");
	query_bind_int(query, ":person_key", key);
	query_bind_text(query, ":large", NULL);
	query_bind_text(query, ":small", NULL);
	query_bind_text(query, ":stamp", "~");
	if (!query_run(query, error))
		return false;
	if (self->pictures)
		pictures_let_go(self->pictures, &picture);
	return true;
}

bool people_show_merged(People *self, const char *into, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t key;

	if (!find_key(self, into, &key, error) || !key)
		return key == 0;
	query = store_query(self->store, "show_merged_as");
	query_bind_int(query, ":into_key", key);
	return query_run(query, error);
}

/* Whatever the log says of this person besides: it is the last word. */
bool people_apply_erased(void *room, const Event *event, GError **error)
{
	People *self = room;
	int64_t key;

	if (!find_key(self, event->subject, &key, error))
		return false;
	if (!key)
		return true;
	if (!add_mark(self, key, event, error) || !empty_row(self, key, event->subject, error) ||
	    !run_with_key(self, "remove_person_searches", key, error) ||
	    !remove_accounts_rows(self, key, error) ||
	    !drop_picture(self, key, event->subject, error) ||
	    !people_show_merged(self, event->subject, error))
		return false;
	sessions_forget_person(self->sessions, event->subject);
	events_audience_changed(self->events, event->subject);
	return true;
}

static bool add_merged(People *self, const char *statement, int64_t key, const char *into,
                       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_int(query, ":person_key", key);
	query_bind_text(query, ":into", into);
	return query_run(query, error);
}

bool people_apply_merged(void *room, const Event *event, GError **error)
{
	People *self = room;
	const char *into = json_string_value(json_object_get(event->body, "into"));
	int64_t key;

	if (!into)
		return true;
	if (!find_key(self, event->subject, &key, error))
		return false;
	if (!key)
		return true;
	if (!run_with_key(self, "close_person", key, error) ||
	    !run_with_key(self, "remove_person_searches", key, error) ||
	    !remove_accounts_rows(self, key, error) ||
	    !add_merged(self, "add_person_merged", key, into, error) ||
	    !add_merged(self, "move_person_merged", key, into, error) ||
	    !people_show_merged(self, into, error))
		return false;
	sessions_forget_person(self->sessions, event->subject);
	events_audience_changed(self->events, event->subject);
	return true;
}
