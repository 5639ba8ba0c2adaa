/* SPDX-License-Identifier: LGPL-2.1-or-later
 * People as JSON: `Person` for other rooms, `Me` for oneself, the administrators' list. */
#include "base/text.h"
#include "people/people-private.h"

#include <string.h>

/* What SQLite rendered is JSON; anything else is a bug. */
static json_t *parse_row(const char *text)
{
	json_t *value = json_loads(text, 0, NULL);

	g_assert(value);
	return value;
}

json_t *people_time_json(int64_t wall_ms)
{
	char text[TIME_TEXT_SIZE];

	clock_format(wall_ms, text);
	return json_string(text);
}

json_t *people_to_json(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_person_json");

	query_bind_text(query, ":id", person);
	return query_one(query, error) ? parse_row(query_text(query, 0)) : NULL;
}

json_t *people_json_or_null(People *self, const char *person)
{
	json_t *found = people_to_json(self, person, NULL);

	return found ? found : json_null();
}

static json_t *list_relatives(People *self, const char *statement, const char *person,
			      GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	g_autoptr(json_t) list = json_array();
	bool row = true;

	query_bind_text(query, ":id", person);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			json_array_append_new(list, parse_row(query_text(query, 1)));
	}
	return g_steal_pointer(&list);
}

json_t *people_classes_of(People *self, const char *person, GError **error)
{
	if (!self->belonging.classes_of)
		return json_array();
	return self->belonging.classes_of(self->belonging_room, person, error);
}

json_t *people_class_of(People *self, const char *pupil, GError **error)
{
	if (!self->belonging.class_of)
		return json_null();
	return self->belonging.class_of(self->belonging_room, pupil, error);
}

static bool add_class(People *self, json_t *child, GError **error)
{
	const char *id = json_string_value(json_object_get(child, "id"));
	json_t *class = people_class_of(self, id, error);

	if (!class)
		return false;
	json_object_set_new(child, "class", class);
	return true;
}

bool people_add_family(People *self, json_t *me, const char *person, GError **error)
{
	json_t *children = list_relatives(self, "list_children_json", person, error);
	json_t *parents;
	json_t *child;
	size_t i;

	if (!children)
		return false;
	json_object_set_new(me, "children", children);
	json_array_foreach(children, i, child)
	{
		if (!add_class(self, child, error))
			return false;
	}
	parents = list_relatives(self, "list_parents_json", person, error);
	if (!parents)
		return false;
	json_object_set_new(me, "parents", parents);
	return true;
}

static json_t *session_json(People *self, const char *session)
{
	bool own_device = false;
	int64_t end_ms = sessions_end_ms(self->sessions, session, &own_device);

	return json_pack("{s:s, s:b, s:o}", "id", session, "own_device", own_device, "expires_at",
			 people_time_json(end_ms));
}

static char *dup_clock(int64_t minutes)
{
	return g_strdup_printf("%02d:%02d", (int)(minutes / 60), (int)(minutes % 60));
}

/* From this column and the next one. */
static json_t *quiet_json(Query *query, int column)
{
	g_autofree char *from = NULL;
	g_autofree char *to = NULL;

	if (query_is_null(query, column))
		return json_null();
	from = dup_clock(query_int(query, column));
	to = dup_clock(query_int(query, column + 1));
	return json_pack("{s:s, s:s}", "from", from, "to", to);
}

static json_t *load_me(People *self, const char *person, GError **error)
{
	static const struct {
		const char *name;
		int column;
	} TEXTS[] = {{"family_name", 1}, {"given_name", 2}, {"patronymic", 3}, {"login", 4},
		     {"about", 6},	 {"language", 7},   {"theme", 8}};
	g_autoptr(Query) query = store_query(self->store, "find_me");
	json_t *me;

	query_bind_text(query, ":id", person);
	if (!query_one(query, error))
		return NULL;
	me = parse_row(query_text(query, 0));
	json_object_set_new(me, "waits_for_consent", json_boolean(people_waits(self, person)));
	for (size_t i = 0; i < G_N_ELEMENTS(TEXTS); i++)
		json_object_set_new(me, TEXTS[i].name,
				    json_text_or_null(query_text(query, TEXTS[i].column)));
	json_object_set_new(me, "has_password", json_boolean(query_int(query, 5)));
	json_object_set_new(me, "birth_date", json_text_or_null(query_text(query, 9)));
	json_object_set_new(me, "birthday_shown_to",
			    json_string(visibility_name((Visibility)query_int(query, 10))));
	json_object_set_new(me, "quiet_hours", quiet_json(query, 11));
	return me;
}

/* Who let them in again, until they say that they read it. */
static json_t *recovered_json(People *self, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_recovery");
	json_t *by = NULL;
	bool row;

	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, error))
		return NULL;
	if (!row)
		return json_null();
	if (id_is_valid(query_text(query, 0)))
		by = people_to_json(self, query_text(query, 0), NULL);
	return json_pack("{s:o, s:o}", "by", by ? by : json_null(), "at",
			 people_time_json(query_int(query, 1)));
}

static bool add_own(People *self, json_t *me, const char *person, GError **error)
{
	json_t *correction = corrections_person_json(self, person, error);
	json_t *recovered;

	if (!correction)
		return false;
	json_object_set_new(me, "correction", correction);
	recovered = recovered_json(self, person, error);
	if (!recovered)
		return false;
	json_object_set_new(me, "recovered", recovered);
	return people_add_contacts(self, me, person, true, error);
}

json_t *people_me_json(People *self, const Actor *actor, GError **error)
{
	g_autoptr(json_t) me = load_me(self, actor->person.text, error);
	json_t *classes;

	if (!me || !people_add_family(self, me, actor->person.text, error) ||
	    !add_own(self, me, actor->person.text, error))
		return NULL;
	classes = people_classes_of(self, actor->person.text, error);
	if (!classes)
		return NULL;
	json_object_set_new(me, "classes", classes);
	json_object_set_new(me, "session", session_json(self, actor->session.text));
	return g_steal_pointer(&me);
}

json_t *people_sessions_of(People *self, const char *person, const char *asks, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_sessions");
	g_autoptr(json_t) items = json_array();
	int64_t now_ms = events_now_ms(self->events);
	bool row = true;

	query_bind_text(query, ":person", person);
	query_bind_int(query, ":now", now_ms);
	while (row) {
		bool current;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		current = g_strcmp0(query_text(query, 0), asks) == 0;
		json_array_append_new(items,
				      json_pack("{s:s, s:b, s:b, s:s, s:o, s:o}", "id",
						query_text(query, 0), "current", current,
						"own_device", (int)query_int(query, 1), "device",
						query_text(query, 2), "created_at",
						people_time_json(query_int(query, 3)), "last_seen_at",
						people_time_json(current ? now_ms : query_int(query, 4))));
	}
	return g_steal_pointer(&items);
}

json_t *people_sessions_json(People *self, const Actor *actor, GError **error)
{
	json_t *items =
		people_sessions_of(self, actor->person.text, actor->session.text, error);

	return items ? json_pack("{s:o}", "items", items) : NULL;
}

/* --- The list: ordered by folded name, then id; a cursor is the last one's --- */

static char *cursor_format(const char *name, const char *id)
{
	g_autofree char *text = g_strconcat(id, name, NULL);

	return base64url_encode(text, strlen(text));
}

static bool cursor_parse(const char *cursor, char **ret_name, Id *ret_id, GError **error)
{
	size_t size = 0;
	g_autofree uint8_t *bytes = base64url_decode(cursor, &size);
	g_autofree char *id = NULL;

	if (bytes && size >= ID_LENGTH && g_utf8_validate((char *)bytes, (gssize)size, NULL)) {
		id = g_strndup((char *)bytes, ID_LENGTH);
		if (id_is_valid(id)) {
			*ret_id = id_from(id);
			*ret_name = g_strndup((char *)bytes + ID_LENGTH, size - ID_LENGTH);
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "bad-cursor", "cursor",
			    "This cursor is not one of this list's");
}

/* Few are staff and few are blocked: they are not looked for among everybody. */
static const char *statement_of(const PeopleSearch *search)
{
	if (search->search)
		return search->cursor ? "search_people_after" : "search_people";
	if (search->state == STATE_BLOCKED)
		return "list_blocked_people";
	if (search->roles && !(search->roles & ~(unsigned)ROLE_STAFF))
		return "list_staff";
	return "list_people";
}

static Query *search_query(People *self, const PeopleSearch *search, GError **error)
{
	g_autoptr(Query) query =
		store_query(self->store, statement_of(search));
	g_autofree char *folded = search->search ? text_fold(search->search) : NULL;
	g_autofree char *name = NULL;
	Id id = {0};

	if (search->cursor && !cursor_parse(search->cursor, &name, &id, error))
		return NULL;
	if (folded)
		query_bind_text(query, ":from", folded);
	query_bind_text(query, ":after_name", name ? name : "");
	query_bind_text(query, ":after_id", id.text);
	query_bind_int(query, ":roles", search->roles);
	query_bind_int(query, ":state", search->state);
	query_bind_int(query, ":limit", search->limit + 1);
	return g_steal_pointer(&query);
}

static json_t *row_json(Query *query)
{
	json_t *item = parse_row(query_text(query, 1));

	json_object_set_new(item, "has_password", json_boolean(query_int(query, 2)));
	json_object_set_new(item, "login", json_text_or_null(query_text(query, 3)));
	json_object_set_new(item, "last_seen_at",
			    query_is_null(query, 4) ? json_null() : people_time_json(query_int(query, 4)));
	json_object_set_new(item, "blocked", json_boolean(query_int(query, 6)));
	return item;
}

/* `classes` of the list are ClassRefs: without what somebody is there. */
static bool add_class_refs(People *self, json_t *items, GError **error)
{
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item)
	{
		json_t *classes =
			people_classes_of(self, json_string_value(json_object_get(item, "id")), error);
		json_t *class;
		size_t j;

		if (!classes)
			return false;
		json_array_foreach(classes, j, class) json_object_del(class, "as");
		json_object_set_new(item, "classes", classes);
	}
	return true;
}

json_t *people_list_json(People *self, const PeopleSearch *search, GError **error)
{
	g_autoptr(json_t) items = json_array();
	g_autofree char *last = NULL;
	bool row = true;

	{
		g_autoptr(Query) query = search_query(self, search, error);

		if (!query)
			return NULL;
		while (row) {
			if (!query_next(query, &row, error))
				return NULL;
			if (!row || (int)json_array_size(items) == search->limit)
				break;
			json_array_append_new(items, row_json(query));
			g_free(last);
			last = cursor_format(query_text(query, 5), query_text(query, 0));
		}
	}
	if (!add_class_refs(self, items, error))
		return NULL;
	return json_pack("{s:O, s:s?}", "items", items, "next_cursor", row ? last : NULL);
}
