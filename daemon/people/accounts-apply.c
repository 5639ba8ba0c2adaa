/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of contacts, corrections, blocks, ends of roles and recoveries: what each event writes.
 *
 * The person's own box alone writes these events, so the log's order is theirs. What a newer event
 * replaces is blanked: an old phone is not kept for ever. */
#include "people/people-private.h"

static const char *body_text(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

static int64_t body_int(const Event *event, const char *name)
{
	return json_integer_value(json_object_get(event->body, name));
}

static bool blank_contact(People *self, const char *person, int64_t kind, GError **error)
{
	g_autofree char *before = NULL;

	{
		g_autoptr(Query) query = store_query(self->store, "find_contact");
		bool row;

		query_bind_text(query, ":person", person);
		query_bind_int(query, ":kind", kind);
		if (!query_next(query, &row, error))
			return false;
		before = row ? g_strdup(query_text(query, 2)) : NULL;
	}
	return !before || events_blank(self->events, before, error);
}

static bool apply_contact(void *room, const Event *event, GError **error)
{
	People *self = room;
	const char *value = body_text(event, "value");
	int64_t kind = body_int(event, "contact");
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	if (!blank_contact(self, event->subject, kind, error))
		return false;
	query = store_query(self->store, value ? "set_contact" : "remove_contact");
	query_bind_text(query, ":person", event->subject);
	query_bind_int(query, ":kind", kind);
	if (value) {
		query_bind_text(query, ":value", value);
		query_bind_int(query, ":shown", body_int(event, "shown"));
		query_bind_text(query, ":event", event->id.text);
	}
	return query_run(query, error);
}

static bool apply_birth(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "change_birth_date");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":birth_date", body_text(event, NAME_PARTS[PART_BIRTH]));
	return query_run(query, error);
}

/* The words of a wish that is over are nobody's business any more. */
static bool remove_waiting(People *self, const char *person, GError **error)
{
	g_autoptr(GPtrArray) events = NULL;

	{
		g_autoptr(Query) query = store_query(self->store, "remove_correction");

		query_bind_text(query, ":person", person);
		events = query_list_texts(query, error);
	}
	for (guint i = 0; events && i < events->len; i++)
		if (!events_blank(self->events, events->pdata[i], error))
			return false;
	return events != NULL;
}

static bool apply_proposed(void *room, const Event *event, GError **error)
{
	static const char *const PARAMETERS[N_NAME_PARTS] = {":family_name", ":given_name",
							     ":patronymic", ":birth_date"};
	People *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	if (!remove_waiting(self, event->subject, error))
		return false;
	query = store_query(self->store, "set_correction");
	query_bind_text(query, ":person", event->subject);
	query_bind_text(query, ":event", event->id.text);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":now", HLC_MS(event->hlc));
	for (int i = 0; i < N_NAME_PARTS; i++)
		query_bind_text(query, PARAMETERS[i], body_text(event, NAME_PARTS[i]));
	return query_run(query, error);
}

static bool apply_decided(void *room, const Event *event, GError **error)
{
	return remove_waiting(room, event->subject, error);
}

static bool apply_blocked(void *room, const Event *event, GError **error)
{
	People *self = room;
	bool blocked = json_is_true(json_object_get(event->body, "blocked"));
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, blocked ? "add_block" : "remove_block");
	query_bind_text(query, ":person", event->subject);
	if (blocked)
		query_bind_int(query, ":now", HLC_MS(event->hlc));
	if (!query_run(query, error))
		return false;
	sessions_forget_person(self->sessions, event->subject);
	events_audience_changed(self->events, event->subject);
	return true;
}

static bool apply_role_end(void *room, const Event *event, GError **error)
{
	People *self = room;
	const char *ends_on = body_text(event, "ends_on");
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, ends_on ? "set_role_end" : "remove_role_ends");
	query_bind_text(query, ":person", event->subject);
	query_bind_int(query, ends_on ? ":role" : ":roles", body_int(event, "role"));
	if (ends_on)
		query_bind_text(query, ":ends_on", ends_on);
	return query_run(query, error);
}

/* What it ended is no projection; that the person is told is one. */
static bool apply_recovered(void *room, const Event *event, GError **error)
{
	People *self = room;
	g_autoptr(Query) query = store_query(self->store, "set_recovery");

	query_bind_text(query, ":person", event->subject);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":now", HLC_MS(event->hlc));
	return query_run(query, error);
}

const EventKind ACCOUNTS_EVENTS[] = {
	{"person.contact.changed", 1, LOCALITY_SCHOOL, apply_contact, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.birth.changed", 1, LOCALITY_SCHOOL, apply_birth, NULL, live_person, RETAIN_ALWAYS},
	{"person.correction.proposed", 1, LOCALITY_SCHOOL, apply_proposed, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.correction.approved", 1, LOCALITY_SCHOOL, apply_decided, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.correction.rejected", 1, LOCALITY_SCHOOL, apply_decided, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.blocked.changed", 1, LOCALITY_SCHOOL, apply_blocked, NULL, live_person,
	 RETAIN_ALWAYS},
	{"person.role.ends", 1, LOCALITY_SCHOOL, apply_role_end, NULL, live_person, RETAIN_ALWAYS},
	{"person.access.recovered", 1, LOCALITY_SCHOOL, apply_recovered, NULL, live_person,
	 RETAIN_ALWAYS},
	{0},
};
