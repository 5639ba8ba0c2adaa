/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of years, classes and members. The school's own box writes these events, so the log's
 * order is theirs. */
#include "classes/classes-private.h"

#include <string.h>

static const char *body_text(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

static int64_t body_int(const Event *event, const char *name)
{
	return json_integer_value(json_object_get(event->body, name));
}

static bool write_year(Classes *self, const char *statement, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":title", body_text(event, "title"));
	query_bind_text(query, ":from_date", body_text(event, "from_date"));
	query_bind_text(query, ":to_date", body_text(event, "to_date"));
	return query_run(query, error);
}

static bool apply_year(void *room, const Event *event, GError **error)
{
	return !event->body || write_year(room, "add_school_year", event, error);
}

static bool apply_year_changed(void *room, const Event *event, GError **error)
{
	return !event->body || write_year(room, "change_school_year", event, error);
}

static bool apply_class(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = store_query(self->store, "add_class");

	if (!event->body)
		return true;
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":year", body_text(event, "year"));
	query_bind_int(query, ":grade", body_int(event, "grade"));
	query_bind_text(query, ":letter", body_text(event, "letter"));
	query_bind_text(query, ":title", body_text(event, "title"));
	return query_run(query, error);
}

static bool apply_class_changed(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = store_query(self->store, "change_class");

	if (!event->body)
		return true;
	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":grade", body_int(event, "grade"));
	query_bind_text(query, ":letter", body_text(event, "letter"));
	query_bind_text(query, ":title", body_text(event, "title"));
	return query_run(query, error);
}

static bool apply_class_removed(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = store_query(self->store, "remove_class");

	query_bind_text(query, ":id", event->subject);
	return query_run(query, error);
}

/* The member's and, of a pupil, the parents' streams take today's scopes. */
static bool change_audience(Classes *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, person, error);

	if (!parents)
		return false;
	events_audience_changed(self->events, person);
	for (guint i = 0; i < parents->len; i++)
		events_audience_changed(self->events, parents->pdata[i]);
	return true;
}

static bool apply_member(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	const char *person = body_text(event, "person");
	g_autoptr(Query) query = NULL;

	if (!person)
		return true;
	query = store_query(self->store, "set_class_member");
	query_bind_text(query, ":class", event->subject);
	query_bind_text(query, ":person", person);
	query_bind_int(query, ":as", body_int(event, "as"));
	return query_run(query, error) && change_audience(self, person, error);
}

static bool apply_removed(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	const char *person = body_text(event, "person");
	g_autoptr(Query) query = NULL;

	if (!person)
		return true;
	query = store_query(self->store, "remove_class_member");
	query_bind_text(query, ":class", event->subject);
	query_bind_text(query, ":person", person);
	return query_run(query, error) && change_audience(self, person, error);
}

/* Who is no teacher or no pupil any more keeps no seat, and nothing that hangs on it. Judged by
 * what the event itself says: then the order in which events of two origins come is the same. */
static bool follow_roles(void *room, const Event *event, GError **error)
{
	Classes *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "remove_seats_without_role");
	query_bind_text(query, ":person", event->subject);
	query_bind_int(query, ":roles", body_int(event, "roles"));
	return query_run(query, error) &&
	       (!store_changes(self->store) || change_audience(self, event->subject, error));
}

void classes_follow(Classes *self)
{
	static const char *const FOLLOWED[] = {"person.roles.changed", NULL};
	static const Follower FOLLOWER = {FOLLOWED, follow_roles};

	events_add_follower(self->events, &FOLLOWER, self);
}

/* Pages that show classes ask again; a class that is called otherwise has chats called otherwise. */
static bool live_class(void *room, const Event *event, const Actor *reader, const char **ret_name,
		       char **ret_data)
{
	*ret_name = "class";
	*ret_data = g_strdup_printf("{\"class_id\":\"%s\",\"renamed\":%s}", event->subject,
				    strcmp(event->kind, "class.changed") == 0 ? "true" : "false");
	return true;
}

const EventKind CLASSES_EVENTS[] = {
	{"year.added", 1, LOCALITY_SCHOOL, apply_year, NULL, NULL, RETAIN_ALWAYS},
	{"year.changed", 1, LOCALITY_SCHOOL, apply_year_changed, NULL, NULL, RETAIN_ALWAYS},
	{"class.added", 1, LOCALITY_SCHOOL, apply_class, NULL, NULL, RETAIN_ALWAYS},
	{"class.changed", 1, LOCALITY_SCHOOL, apply_class_changed, NULL, live_class, RETAIN_ALWAYS},
	{"class.removed", 1, LOCALITY_SCHOOL, apply_class_removed, NULL, live_class, RETAIN_ALWAYS},
	{"class.member.added", 1, LOCALITY_SCHOOL, apply_member, NULL, live_class, RETAIN_ALWAYS},
	{"class.member.removed", 1, LOCALITY_SCHOOL, apply_removed, NULL, live_class,
	 RETAIN_ALWAYS},
	{0},
};
