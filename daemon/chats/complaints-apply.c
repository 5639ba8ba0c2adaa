/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of complaints. An event whose body is gone leaves no row: whose words they were is
 * erased, and the complaint with them. */
#include "chats/complaints.h"

static const char *text_in(const Event *event, const char *name)
{
	return json_string_value(json_object_get(event->body, name));
}

/* Pages of those who handle complaints ask for them again. */
static void tell_handlers(Chats *self, const char *complaint)
{
	events_signal(self->events, "admins", "complaint", complaint, "{}");
}

static bool apply_added(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "add_complaint");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":chat", text_in(event, "chat"));
	query_bind_text(query, ":message", text_in(event, "message"));
	query_bind_text(query, ":person", event->actor);
	query_bind_text(query, ":reason", text_in(event, "reason"));
	query_bind_text(query, ":words", text_in(event, "words"));
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":event", event->id.text);
	tell_handlers(self, event->subject);
	return query_run(query, error);
}

static bool apply_decided(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "decide_complaint");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":decision", text_in(event, "decision"));
	query_bind_text(query, ":words", text_in(event, "words"));
	query_bind_text(query, ":person", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":event", event->id.text);
	tell_handlers(self, event->subject);
	return query_run(query, error);
}

static bool apply_asked(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;

	if (!event->body)
		return true;
	query = store_query(self->store, "add_complaint_opening");
	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":complaint", text_in(event, "complaint"));
	query_bind_text(query, ":person", event->actor);
	query_bind_text(query, ":reason", text_in(event, "reason"));
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":event", event->id.text);
	tell_handlers(self, event->subject);
	return query_run(query, error);
}

/* Whoever is in the chat learns that it was opened. */
static bool tell_chat(Chats *self, const char *opening, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_chat_of_opening");
	g_autofree char *scope = NULL;
	g_autofree char *data = NULL;
	bool row;

	query_bind_text(query, ":id", opening);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return true;
	scope = g_strconcat("chat:", query_text(query, 0), NULL);
	data = g_strdup_printf("{\"chat_id\":\"%s\"}", query_text(query, 0));
	events_signal(self->events, scope, "chat_changed", opening, data);
	return true;
}

static bool apply_confirmed(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "confirm_complaint_opening");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":person", event->actor);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	if (!query_run(query, error))
		return false;
	tell_handlers(self, event->subject);
	return tell_chat(self, event->subject, error);
}

static const EventKind KINDS[] = {
        {"complaint.added", 1, LOCALITY_SCHOOL, apply_added, NULL, NULL, RETAIN_ALWAYS},
        {"complaint.decided", 1, LOCALITY_SCHOOL, apply_decided, NULL, NULL, RETAIN_ALWAYS},
        {"complaint.opening.asked", 1, LOCALITY_SCHOOL, apply_asked, NULL, NULL, RETAIN_ALWAYS},
        {"complaint.opening.confirmed", 1, LOCALITY_SCHOOL, apply_confirmed, NULL, NULL,
         RETAIN_ALWAYS},
        {0},
};

void complaints_add_kinds(Chats *self)
{
	events_add_kinds(self->events, KINDS, self);
}
