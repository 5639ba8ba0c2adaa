/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of consents. The school's own box writes these events, so the log's order is theirs. */
#include "consents/consents-private.h"

#include <string.h>

static const char *body_text(const Event *event, const char *name)
{
	const char *text = json_string_value(json_object_get(event->body, name));

	return text ? text : "";
}

static int64_t body_int(const Event *event, const char *name)
{
	return json_integer_value(json_object_get(event->body, name));
}

static bool body_flag(const Event *event, const char *name)
{
	return json_is_true(json_object_get(event->body, name));
}

static void bind_words(Query *query, const Event *event)
{
	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":version", body_int(event, "version"));
	query_bind_text(query, ":title", body_text(event, "title"));
	query_bind_text(query, ":text", body_text(event, "text"));
}

static bool apply_kind(void *room, const Event *event, GError **error)
{
	Consents *self = room;
	g_autoptr(Query) text = NULL;
	g_autoptr(Query) kind = NULL;

	if (!event->body)
		return true;
	text = store_query(self->store, "add_consent_text");
	bind_words(text, event);
	query_bind_int(text, ":hlc", (int64_t)event->hlc);
	kind = store_query(self->store, "set_consent_kind");
	bind_words(kind, event);
	query_bind_text(kind, ":purpose", body_text(event, "purpose"));
	query_bind_int(kind, ":for_pupils", body_flag(event, "for_pupils"));
	query_bind_int(kind, ":required", body_flag(event, "required"));
	query_bind_int(kind, ":enabled", body_flag(event, "enabled"));
	query_bind_int(kind, ":counts_from", body_int(event, "counts_from"));
	return query_run(text, error) && query_run(kind, error);
}

static bool apply_given(void *room, const Event *event, GError **error)
{
	Consents *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "add_consent");
	query_bind_text(query, ":event", event->id.text);
	query_bind_text(query, ":kind", body_text(event, "kind"));
	query_bind_text(query, ":subject", event->subject);
	query_bind_int(query, ":version", body_int(event, "version"));
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":on_paper", body_flag(event, "on_paper"));
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

static bool apply_withdrawn(void *room, const Event *event, GError **error)
{
	Consents *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "withdraw_consents");
	query_bind_text(query, ":kind", body_text(event, "kind"));
	query_bind_text(query, ":subject", event->subject);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	return query_run(query, error);
}

/* Whose consent it is asks for /me again: a page that waited goes on by itself. */
static bool live_person(void *room, const Event *event, const Actor *reader, const char **ret_name,
                        char **ret_data)
{
	*ret_name = "person";
	*ret_data = g_strdup_printf("{\"person_id\":\"%s\"}", event->subject);
	return true;
}

static bool follow_merged(void *room, const Event *event, GError **error)
{
	Consents *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "move_consents");
	query_bind_text(query, ":from", event->subject);
	query_bind_text(query, ":into", body_text(event, "into"));
	return query_run(query, error);
}

void consents_follow(Consents *self)
{
	static const char *const FOLLOWED[] = {"person.merged", NULL};
	static const Follower FOLLOWER = {FOLLOWED, follow_merged};

	events_add_follower(self->events, &FOLLOWER, self);
}

const EventKind CONSENTS_EVENTS[] = {
	{"consent.kind.set", 1, LOCALITY_SCHOOL, apply_kind, NULL, NULL, RETAIN_ALWAYS},
	{"consent.given", 1, LOCALITY_SCHOOL, apply_given, NULL, live_person, RETAIN_ALWAYS},
	{"consent.withdrawn", 1, LOCALITY_SCHOOL, apply_withdrawn, NULL, live_person,
	 RETAIN_ALWAYS},
	{0},
};
