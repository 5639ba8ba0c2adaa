/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A person's end here: first everything by which they are known and come in, then, in steps, the
 * bodies of events about them. And the copy of what this room keeps. */
#include "people/people-private.h"

#include <string.h>

#define STEP_LOOKS 500

const Migration ERASURE_MIGRATION = {.resource = "/urok/people/people-erasure-schema.sql"};

static bool has_row(People *self, const char *statement, const char *person)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	bool row;

	query_bind_text(query, ":id", person);
	return query_next(query, &row, NULL) && row;
}

bool people_exists(People *self, const char *person)
{
	return has_row(self, "has_person", person);
}

bool people_is_erased(People *self, const char *person)
{
	return has_row(self, "is_person_erased", person);
}

/* --- The beginning --- */

static bool unlink_all(People *self, const Actor *actor, const char *person, GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self, person, error);
	g_autoptr(GPtrArray) children = parents ? people_children(self, person, error) : NULL;

	if (!children)
		return false;
	for (guint i = 0; i < parents->len; i++)
		if (!people_unlink_parent(self, actor, person, parents->pdata[i], error))
			return false;
	for (guint i = 0; i < children->len; i++)
		if (!people_unlink_parent(self, actor, children->pdata[i], person, error))
			return false;
	return true;
}

static bool run_for(People *self, const char *statement, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":person", person);
	return query_run(query, error);
}

bool people_close_account(People *self, const char *person, GError **error)
{
	return sessions_end_others(self->sessions, person, NULL, error) &&
	       codes_remove_all(self, person, error) &&
	       run_for(self, "remove_password", person, error) &&
	       run_for(self, "remove_person_setting", person, error) &&
	       run_for(self, "remove_person_seen", person, error);
}

static bool check_not_last(People *self, const char *person, GError **error)
{
	if (!(people_roles(self, person) & ROLE_ADMINISTRATOR) ||
	    has_row(self, "has_other_administrator", person))
		return true;
	return error_reason(error, ERROR_CONFLICT, "last-administrator", NULL,
	                    "A school keeps at least one administrator");
}

bool people_begin_erasure(People *self, const Actor *actor, const char *person, const char *reason,
                          GError **error)
{
	if (!actor_check_administrator(actor, error))
		return false;
	if (!people_exists(self, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	if (people_is_erased(self, person))
		return true;
	/* Rows and seats that hang on roles and families go as they always go. */
	return check_not_last(self, person, error) && unlink_all(self, actor, person, error) &&
	       people_append(self, actor, "person.roles.changed", person, json_pack("{s:i}", "roles", 0),
	                     error) &&
	       people_append(self, actor, "person.erased", person,
	                     json_pack("{s:s}", "reason", reason), error) &&
	       people_close_account(self, person, error);
}

/* --- The rest, in steps --- */

static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor, GError **error)
{
	static const char *const KEPT[] = {"person.erased",        "person.merged",
	                                   "person.roles.changed", "person.parent.linked",
	                                   "person.parent.unlinked", NULL};
	People *self = room;

	/* Also what came between: a page that was still open. */
	return people_close_account(self, person, error) &&
	       events_blank_of(self->events, person, "person.*", KEPT, cursor, error);
}

/* --- The copy --- */

static void add_picture(People *self, json_t *into, const char *name, const char *address)
{
	g_autoptr(GBytes) bytes = NULL;
	g_autofree char *text = NULL;
	gsize size;
	const guchar *data;

	if (!address || !self->pictures)
		return;
	bytes = pictures_read(self->pictures, address);
	if (!bytes)
		return;
	data = g_bytes_get_data(bytes, &size);
	text = g_base64_encode(data, size);
	json_array_append_new(json_object_get(into, "pictures"),
	                      json_pack("{s:s, s:s, s:s}", "name", name, "type", "image/webp",
	                                "base64", text));
}

static bool export_row(People *self, const char *person, json_t *into, GError **error)
{
	static const char *const NAMES[] = {"family_name", "given_name", "patronymic", "display_name",
	                                    "login",       "birth_date", "about",      "language",
	                                    "theme"};
	g_autoptr(Query) query = store_query(self->store, "find_export_of_person");

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return false;
	json_object_set_new(into, "id", json_string(person));
	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++)
		json_object_set_new(into, NAMES[i], json_text_or_null(query_text(query, (int)i)));
	json_object_set_new(into, "last_seen_at",
	                    query_is_null(query, 9) ? json_null() : people_time_json(query_int(query, 9)));
	json_object_set_new(into, "roles", people_roles_json((unsigned)query_int(query, 12)));
	json_object_set_new(into, "pictures", json_array());
	add_picture(self, into, "large.webp", query_text(query, 10));
	add_picture(self, into, "small.webp", query_text(query, 11));
	return true;
}

static bool add_people(People *self, json_t *into, const char *name, GPtrArray *ids)
{
	g_autoptr(GPtrArray) owned = ids;
	json_t *list = json_array();

	json_object_set_new(into, name, list);
	for (guint i = 0; owned && i < owned->len; i++)
		json_array_append_new(list, people_json_or_null(self, owned->pdata[i]));
	return owned != NULL;
}

static bool add_contacts(People *self, const char *person, json_t *into, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "render_contacts_of");

	query_bind_text(query, ":person", person);
	if (!query_one(query, error))
		return false;
	json_object_set_new(into, "contacts", json_loads(query_text(query, 0), 0, NULL));
	return true;
}

/* Cursor: 0 the person, then the slot from which looks go on. */
static bool export(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	People *self = room;
	const Actor who = {.kind = ACTOR_PERSON, .person = id_from(person)};
	json_t *sessions;

	if (*cursor)
		return looks_export(self, person, into, cursor, STEP_LOOKS, error);
	if (!export_row(self, person, into, error) || !add_contacts(self, person, into, error) ||
	    !add_people(self, into, "parents", people_parents(self, person, error)) ||
	    !add_people(self, into, "children", people_children(self, person, error)))
		return false;
	sessions = people_sessions_json(self, &who, error);
	if (!sessions)
		return false;
	json_object_set(into, "sessions", json_object_get(sessions, "items"));
	json_decref(sessions);
	*cursor = 1;
	return true;
}

const PersonData PEOPLE_DATA = {"people", export, erase, people_merge_account};
