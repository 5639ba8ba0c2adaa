/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of groups and channels: what their events make of them.
 *
 * The school's own box writes these events, so the log's order is theirs. Whom an event is about
 * stands outside of its body, so that one whose body is gone still does what it did; a title is
 * then empty, and a part that of a member. */
#include "chats/chats-private.h"

#include <string.h>

static const char *chat_of(const Event *event)
{
	return g_str_has_prefix(event->scope, "chat:") ? event->scope + strlen("chat:") : "";
}

static const char *text_in(const Event *event, const char *name)
{
	const char *text = json_string_value(json_object_get(event->body, name));

	return text ? text : "";
}

static int64_t number_in(const Event *event, const char *name)
{
	return json_integer_value(json_object_get(event->body, name));
}

static bool write_head(Chats *self, const char *statement, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":title", text_in(event, "title"));
	query_bind_text(query, ":about", text_in(event, "about"));
	return query_run(query, error);
}

static bool apply_group(void *room, const Event *event, GError **error)
{
	return write_head(room, "add_group", event, error);
}

static bool write_readers(Chats *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "change_channel_readers");

	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":readers", number_in(event, "readers"));
	return query_run(query, error);
}

static bool apply_channel(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "add_channel");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":title", text_in(event, "title"));
	query_bind_text(query, ":about", text_in(event, "about"));
	query_bind_int(query, ":readers", number_in(event, "readers"));
	return query_run(query, error) && chats_fill_channel(self, event, error);
}

static bool apply_changed(void *room, const Event *event, GError **error)
{
	Chats *self = room;

	if (!event->body)
		return true;
	if (!write_head(self, "change_made_chat", event, error))
		return false;
	return !json_object_get(event->body, "readers") ||
	       (write_readers(self, event, error) &&
	        chats_fill_channel(self, event, error));
}

static bool set_part(Chats *self, const NewMember *member, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_chat_part");

	query_bind_text(query, ":chat", member->chat);
	query_bind_text(query, ":person", member->person);
	query_bind_int(query, ":part", member->part);
	query_bind_int(query, ":let_in_by", member->let_in_by);
	return query_run(query, error);
}

static bool apply_member_set(void *room, const Event *event, GError **error)
{
	const NewMember member = {
	        .chat = chat_of(event),
	        .person = event->subject,
	        .joined = event->hlc,
	        .part = (Part)number_in(event, "part"),
	        .let_in_by = (unsigned)number_in(event, "let_in_by"),
	};

	/* A reader who writes a channel no longer may be nobody's reader either. */
	return chats_add_member_row(room, &member, error) && set_part(room, &member, error) &&
	       chats_follow_member(room, member.chat, member.person, event->hlc, error);
}

static bool apply_member_removed(void *room, const Event *event, GError **error)
{
	return chats_remove_member_row(room, chat_of(event), event->subject, error) &&
	       chats_leave_with_child(room, event->subject, error);
}

static bool apply_closed(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "close_chat");
	g_autoptr(Query) list = NULL;
	g_autoptr(GPtrArray) members = NULL;

	query_bind_text(query, ":id", event->subject);
	if (!query_run(query, error))
		return false;
	list = store_query(self->store, "list_chat_member_ids");
	query_bind_text(list, ":chat", event->subject);
	members = query_list_texts(list, error);
	for (guint i = 0; members && i < members->len; i++)
		if (!chats_remove_member_row(self, event->subject, members->pdata[i], error))
			return false;
	return members != NULL;
}

/* A page asks for the chat again. */
static bool live_changed(void *room, const Event *event, const Actor *reader, const char **ret_name,
                         char **ret_data)
{
	*ret_name = "chat_changed";
	*ret_data = g_strdup_printf("{\"chat_id\":\"%s\"}", chat_of(event));
	return true;
}

static const EventKind KINDS[] = {
        {"chat.group.added", 1, LOCALITY_SCHOOL, apply_group, NULL, NULL, RETAIN_ALWAYS},
        {"chat.channel.added", 1, LOCALITY_SCHOOL, apply_channel, NULL, NULL, RETAIN_ALWAYS},
        {"chat.changed", 1, LOCALITY_SCHOOL, apply_changed, NULL, live_changed, RETAIN_ALWAYS},
        {"chat.member.set", 1, LOCALITY_SCHOOL, apply_member_set, NULL, live_changed, RETAIN_ALWAYS},
        {"chat.member.removed", 1, LOCALITY_SCHOOL, apply_member_removed, NULL, live_changed,
         RETAIN_ALWAYS},
        {"chat.closed", 1, LOCALITY_SCHOOL, apply_closed, NULL, NULL, RETAIN_ALWAYS},
        {0},
};

void chats_add_group_kinds(Chats *self)
{
	events_add_kinds(self->events, KINDS, self);
}
