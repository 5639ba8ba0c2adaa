/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of people: what each event of this room writes.
 *
 * Names and roles carry the stamp of the event that wrote them; an older event changes nothing.
 * Links and logins have one authority, the person's own box, so their order is the log's. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

enum { SEARCH_FAMILY_FIRST = 1, SEARCH_GIVEN_FIRST, SEARCH_LOGIN }; /* chats.sql knows the last */

typedef struct {
	int64_t key;
	char *family_name;
	char *given_name;
	char *patronymic;
	unsigned roles;
	char *names_stamp;
	char *roles_stamp;
	Picture picture;
	char *picture_stamp; /* NULL: there was never one */
} Row;

static void row_clear(Row *row)
{
	g_free(row->family_name);
	g_free(row->given_name);
	g_free(row->patronymic);
	g_free(row->names_stamp);
	g_free(row->roles_stamp);
	picture_clear(&row->picture);
	g_free(row->picture_stamp);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Row, row_clear)

/* Orders as text: hybrid time, then origin. */
static char *stamp_of(const Event *event)
{
	return g_strdup_printf("%016" G_GINT64_MODIFIER "x %s", event->hlc, event->origin.text);
}

/* The key stays 0 when such a person is not here. */
static bool load_row(People *self, const char *id, Row *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person");
	bool row;

	query_bind_text(query, ":id", id);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return true;
	ret->key = query_int(query, 0);
	ret->family_name = g_strdup(query_text(query, 1));
	ret->given_name = g_strdup(query_text(query, 2));
	ret->patronymic = g_strdup(query_text(query, 3));
	ret->roles = (unsigned)query_int(query, 4);
	ret->names_stamp = g_strdup(query_text(query, 7));
	ret->roles_stamp = g_strdup(query_text(query, 8));
	ret->picture.large = g_strdup(query_text(query, 11));
	ret->picture.small = g_strdup(query_text(query, 12));
	ret->picture_stamp = g_strdup(query_text(query, 13));
	return true;
}

static const char *body_text(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

static const char *body_name(const Event *event, const char *name)
{
	const char *text = body_text(event, name);

	return text ? text : "";
}

static bool set_search(People *self, int64_t key, int what, const char *text, GError **error)
{
	g_autoptr(Query) query = NULL;
	g_autofree char *folded = NULL;

	if (!text || !*text) {
		query = store_query(self->store, "remove_person_search");
	} else {
		query = store_query(self->store, "set_person_search");
		folded = text_fold(text);
		query_bind_text(query, ":text", folded);
	}
	query_bind_int(query, ":person_key", key);
	query_bind_int(query, ":what", what);
	return query_run(query, error);
}

static char *name_in_order(const char *first, const char *second, const char *third)
{
	g_autofree char *joined = g_strjoin(" ", first, second, third ? third : "", NULL);

	return g_strdup(g_strchomp(g_strchug(joined)));
}

static bool set_name_searches(People *self, int64_t key, const char *family, const char *given,
			      const char *patronymic, GError **error)
{
	g_autofree char *family_first = name_in_order(family, given, patronymic);
	g_autofree char *given_first =
		name_in_order(given, patronymic ? patronymic : family, patronymic ? family : NULL);

	return set_search(self, key, SEARCH_FAMILY_FIRST, family_first, error) &&
	       set_search(self, key, SEARCH_GIVEN_FIRST, given_first, error);
}

json_t *people_roles_json(unsigned roles)
{
	json_t *list = json_array();

	for (unsigned role = ROLE_ADMINISTRATOR; role <= ROLE_PARENT; role <<= 1)
		if (roles & role)
			json_array_append_new(list, json_string(role_name(role)));
	return list;
}

static void bind_names(Query *query, const char *id, const char *family, const char *given,
		       const char *patronymic, unsigned roles, const char *picture)
{
	g_autofree char *display = names_display(family, given, patronymic, roles);
	g_autofree char *brief = names_short(family, given, patronymic, roles);
	g_autoptr(json_t) person =
		json_pack("{s:s, s:s, s:s, s:o}", "id", id, "display_name", display, "short_name",
			  brief, "roles", people_roles_json(roles));
	g_autofree char *version =
		picture ? g_strndup(picture, PICTURE_VERSION_LENGTH) : NULL;
	g_autofree char *json = NULL;

	if (version)
		json_object_set_new(person, "picture", json_string(version));
	json = json_format(person);
	query_bind_text(query, ":json", json);
	query_bind_text(query, ":display_name", display);
	query_bind_text(query, ":short_name", brief);
}

static void bind_parts(Query *query, const char *family, const char *given, const char *patronymic)
{
	g_autofree char *sort = name_in_order(family, given, patronymic);
	g_autofree char *folded = text_fold(sort);

	query_bind_text(query, ":family_name", family);
	query_bind_text(query, ":given_name", given);
	query_bind_text(query, ":patronymic", patronymic);
	query_bind_text(query, ":sort_name", folded);
}

static bool apply_added(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = store_query(self->store, "add_person");
	const char *family = body_name(event, "family_name");
	const char *given = body_name(event, "given_name");
	const char *patronymic = body_text(event, "patronymic");
	const char *login = body_text(event, "login");
	unsigned roles = (unsigned)json_integer_value(json_object_get(event->body, "roles"));
	g_autofree char *stamp = stamp_of(event);
	g_autofree char *folded = login ? text_fold(login) : NULL;
	int64_t key;

	query_bind_text(query, ":id", event->subject);
	bind_parts(query, family, given, patronymic);
	bind_names(query, event->subject, family, given, patronymic, roles, NULL);
	query_bind_int(query, ":roles", roles);
	query_bind_text(query, ":login", login);
	query_bind_text(query, ":login_folded", folded);
	query_bind_text(query, ":birth_date", body_text(event, "birth_date"));
	query_bind_text(query, ":stamp", stamp);
	if (!query_run(query, error))
		return false;
	if (!store_changes(self->store))
		return true;
	key = store_last_rowid(self->store);
	return set_name_searches(self, key, family, given, patronymic, error) &&
	       set_search(self, key, SEARCH_LOGIN, login, error);
}

static bool apply_changed(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;
	g_auto(Row) row = {0};
	g_autofree char *stamp = stamp_of(event);
	const char *patronymic = body_text(event, "patronymic");
	const char *family;
	const char *given;

	if (!load_row(self, event->subject, &row, error))
		return false;
	if (!row.key || !event->body || strcmp(stamp, row.names_stamp) <= 0)
		return true;
	family = body_name(event, "family_name");
	given = body_name(event, "given_name");
	query = store_query(self->store, "change_person_names");
	query_bind_text(query, ":id", event->subject);
	bind_parts(query, family, given, patronymic);
	bind_names(query, event->subject, family, given, patronymic, row.roles, row.picture.large);
	query_bind_text(query, ":about", body_name(event, "about"));
	query_bind_text(query, ":stamp", stamp);
	return query_run(query, error) &&
	       set_name_searches(self, row.key, family, given, patronymic, error) &&
	       people_show_merged(self, event->subject, error);
}

/* A role that comes back later stays. */
static bool remove_ends_of_lost(People *self, const char *person, unsigned roles, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_role_ends");

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":roles", ~roles & 15);
	return query_run(query, error);
}

static bool apply_roles(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;
	g_auto(Row) row = {0};
	g_autofree char *stamp = stamp_of(event);
	unsigned roles = (unsigned)json_integer_value(json_object_get(event->body, "roles"));

	if (!load_row(self, event->subject, &row, error))
		return false;
	if (!row.key || !event->body || strcmp(stamp, row.roles_stamp) <= 0)
		return true;
	query = store_query(self->store, "change_person_roles");
	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":roles", roles);
	bind_names(query, event->subject, row.family_name, row.given_name, row.patronymic, roles,
		   row.picture.large);
	query_bind_text(query, ":stamp", stamp);
	if (!query_run(query, error) || !remove_ends_of_lost(self, event->subject, roles, error) ||
	    !people_show_merged(self, event->subject, error))
		return false;
	sessions_forget_person(self->sessions, event->subject);
	events_audience_changed(self->events, event->subject);
	return true;
}

static bool apply_login(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;
	g_auto(Row) row = {0};
	const char *login = body_text(event, "login");
	g_autofree char *folded = login ? text_fold(login) : NULL;

	if (!load_row(self, event->subject, &row, error))
		return false;
	if (!row.key || !event->body)
		return true;
	query = store_query(self->store, "change_person_login");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":login", login);
	query_bind_text(query, ":login_folded", folded);
	return query_run(query, error) && set_search(self, row.key, SEARCH_LOGIN, login, error);
}

static bool apply_link(People *self, const char *statement, const Event *event, GError **error)
{
	g_autoptr(Query) query = NULL;
	const char *parent = body_text(event, "parent");

	if (!parent)
		return true;
	query = store_query(self->store, statement);
	query_bind_text(query, ":child", event->subject);
	query_bind_text(query, ":parent", parent);
	if (!query_run(query, error))
		return false;
	events_audience_changed(self->events, event->subject);
	events_audience_changed(self->events, parent);
	return true;
}

static bool apply_linked(void *room, const Event *event, GError **error)
{
	return apply_link(room, "add_parent_child", event, error);
}

static bool apply_unlinked(void *room, const Event *event, GError **error)
{
	return apply_link(room, "remove_parent_child", event, error);
}

static bool set_picture(People *self, const Row *row, const char *large, const char *small,
			const char *stamp, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_person_picture");

	query_bind_int(query, ":person_key", row->key);
	query_bind_text(query, ":large", large);
	query_bind_text(query, ":small", small);
	query_bind_text(query, ":stamp", stamp);
	return query_run(query, error);
}

static bool apply_picture(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;
	g_auto(Row) row = {0};
	g_autofree char *stamp = stamp_of(event);
	const char *large = body_text(event, "large");
	const char *small = body_text(event, "small");
	bool both = file_address_is_valid(large) && file_address_is_valid(small);

	if (!load_row(self, event->subject, &row, error))
		return false;
	if (!row.key || !event->body || g_strcmp0(stamp, row.picture_stamp) <= 0)
		return true;
	if (!set_picture(self, &row, both ? large : NULL, both ? small : NULL, stamp, error))
		return false;
	query = store_query(self->store, "change_person_json");
	query_bind_text(query, ":id", event->subject);
	bind_names(query, event->subject, row.family_name, row.given_name, row.patronymic, row.roles,
		   both ? large : NULL);
	if (!query_run(query, error) || !people_show_merged(self, event->subject, error))
		return false;
	if (!self->pictures)
		return true;
	pictures_let_go(self->pictures, &row.picture);
	if (both)
		pictures_name(self->pictures, large, small);
	return true;
}

bool live_person(void *room, const Event *event, const Actor *reader, const char **ret_name,
			char **ret_data)
{
	*ret_name = "person";
	*ret_data = g_strdup_printf("{\"person_id\":\"%s\"}", event->subject);
	return true;
}

/* Who a person is stays within the school; nothing of it leaves before sync has its own consent. */
const EventKind PEOPLE_EVENTS[] = {
	{"person.added", 1, LOCALITY_SCHOOL, apply_added, NULL, NULL, RETAIN_ALWAYS},
	{"person.changed", 1, LOCALITY_SCHOOL, apply_changed, NULL, live_person, RETAIN_ALWAYS},
	{"person.picture.changed", 1, LOCALITY_SCHOOL, apply_picture, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.roles.changed", 1, LOCALITY_SCHOOL, apply_roles, NULL, live_person, RETAIN_ALWAYS},
	{"person.login.changed", 1, LOCALITY_SCHOOL, apply_login, NULL, live_person, RETAIN_ALWAYS},
	{"person.erased", 1, LOCALITY_SCHOOL, people_apply_erased, NULL, live_person, RETAIN_ALWAYS},
	{"person.merged", 1, LOCALITY_SCHOOL, people_apply_merged, NULL, live_person, RETAIN_ALWAYS},
	{"person.parent.linked", 1, LOCALITY_SCHOOL, apply_linked, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.parent.unlinked", 1, LOCALITY_SCHOOL, apply_unlinked, NULL, live_person,
	 RETAIN_ALWAYS},
	{0},
};
