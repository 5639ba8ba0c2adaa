/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of chats and who is in them: they follow classes, parents and roles, with ids that are
 * derived and no events of their own.
 *
 * One origin, the school's box, writes about classes and people, in one order; so the time of
 * joining, which is that of the event that made somebody a member, is the same everywhere. */
#include "chats/chats-private.h"

#include <string.h>

bool chats_add_own(Chats *self, ChatKind kind, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_chat");
	Id id = chats_id_of(kind, class_id);

	query_bind_text(query, ":id", id.text);
	query_bind_int(query, ":kind", kind);
	query_bind_text(query, ":class", class_id);
	return query_run(query, error);
}

static bool is_meant_for(Chats *self, const char *chat, const char *person, bool *ret_meant,
                         GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "is_chat_meant_for");
	bool row;

	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", person);
	if (!query_next(query, &row, error))
		return false;
	*ret_meant = row && query_int(query, 0);
	return true;
}

static bool change_count(Chats *self, const char *chat, int by, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "change_chat_member_count");

	query_bind_text(query, ":chat", chat);
	query_bind_int(query, ":by", by);
	return query_run(query, error);
}

/* Once told, a page asks for its chats; after a reconnect it does so anyway. */
void chats_tell_person(Chats *self, const char *chat, const char *person, bool in)
{
	g_autofree char *scope = g_strconcat("person:", person, NULL);
	g_autofree char *data = g_strdup_printf("{\"chat_id\":\"%s\"}", chat);

	events_audience_changed(self->events, person);
	events_signal(self->events, scope, in ? "chat_added" : "chat_removed", chat, data);
}

bool chats_add_member_row(Chats *self, const NewMember *member, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_chat_member");

	query_bind_text(query, ":chat", member->chat);
	query_bind_text(query, ":person", member->person);
	query_bind_int(query, ":hlc", (int64_t)member->joined);
	query_bind_int(query, ":part", member->part);
	query_bind_int(query, ":let_in_by", member->let_in_by);
	if (!query_run(query, error))
		return false;
	if (!store_changes(self->store))
		return true;
	chats_tell_person(self, member->chat, member->person, true);
	return change_count(self, member->chat, 1, error);
}

bool chats_remove_member_row(Chats *self, const char *chat, const char *person, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_chat_member");

	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", person);
	if (!query_run(query, error))
		return false;
	if (!store_changes(self->store))
		return true;
	chats_tell_person(self, chat, person, false);
	return change_count(self, chat, -1, error);
}

bool chats_follow_member(Chats *self, const char *chat, const char *person, Hlc now,
                         GError **error)
{
	const NewMember member = {.chat = chat, .person = person, .joined = now};
	bool in;

	if (!is_meant_for(self, chat, person, &in, error))
		return false;
	return in ? chats_add_member_row(self, &member, error)
	          : chats_remove_member_row(self, chat, person, error);
}

static bool follow_staff(Chats *self, const Event *event, GError **error)
{
	Id chat = chats_id_of(CHAT_STAFF, NULL);

	return chats_add_own(self, CHAT_STAFF, NULL, error) &&
	       chats_follow_member(self, chat.text, event->subject, event->hlc, error) &&
	       chats_follow_channels(self, event->subject, event->hlc, error);
}

static bool leave_lost(Chats *self, const char *person, Hlc now, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_chat_ids_of");
	g_autoptr(GPtrArray) chats = NULL;

	query_bind_text(query, ":person", person);
	chats = query_list_texts(query, error);
	for (guint i = 0; chats && i < chats->len; i++)
		if (!chats_follow_member(self, chats->pdata[i], person, now, error))
			return false;
	return chats != NULL;
}

/* classes/ has taken the seats that a lost role gave: the chats of these go too, those of a pupil's
 * parents with them. */
static bool follow_roles(Chats *self, const Event *event, GError **error)
{
	g_autoptr(GPtrArray) parents = people_parents(self->people, event->subject, error);

	if (!parents || !chats_drop_lost_parts(self, event->subject, error) ||
	    !leave_lost(self, event->subject, event->hlc, error))
		return false;
	for (guint i = 0; i < parents->len; i++)
		if (!leave_lost(self, parents->pdata[i], event->hlc, error) ||
		    !chats_leave_without_child(self, parents->pdata[i], error) ||
		    !chats_follow_channels(self, parents->pdata[i], event->hlc, error))
			return false;
	return follow_staff(self, event, error);
}

static bool follow_class(Chats *self, const Event *event, GError **error)
{
	return chats_add_own(self, CHAT_CLASS_PUPILS, event->subject, error) &&
	       chats_add_own(self, CHAT_CLASS_PARENTS, event->subject, error);
}

/* The field of a body that is an id; NULL when the event is blanked. */
static const char *id_in_body(const Event *event, const char *name)
{
	const char *id = json_string_value(json_object_get(event->body, name));

	return id_is_valid(id) ? id : NULL;
}

static bool follow_seat(Chats *self, const Event *event, GError **error)
{
	Id pupils = chats_id_of(CHAT_CLASS_PUPILS, event->subject);
	Id parents = chats_id_of(CHAT_CLASS_PARENTS, event->subject);
	const char *person = id_in_body(event, "person");
	g_autoptr(GPtrArray) of_pupil = NULL;

	if (!person)
		return true;
	if (!chats_follow_member(self, pupils.text, person, event->hlc, error) ||
	    !chats_follow_member(self, parents.text, person, event->hlc, error) ||
	    !chats_follow_channels(self, person, event->hlc, error))
		return false;
	of_pupil = people_parents(self->people, person, error);
	if (!of_pupil)
		return false;
	for (guint i = 0; i < of_pupil->len; i++)
		if (!chats_follow_member(self, parents.text, of_pupil->pdata[i], event->hlc,
		                         error) ||
		    !chats_follow_channels(self, of_pupil->pdata[i], event->hlc, error))
			return false;
	return true;
}

static GPtrArray *list_parents_chats(Chats *self, const char *child, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_parents_chats_of_child");

	query_bind_text(query, ":child", child);
	return query_list_texts(query, error);
}

static bool follow_parent(Chats *self, const Event *event, GError **error)
{
	const char *parent = id_in_body(event, "parent");
	g_autoptr(GPtrArray) chats = NULL;

	if (!parent)
		return true;
	chats = list_parents_chats(self, event->subject, error);
	if (!chats)
		return false;
	for (guint i = 0; i < chats->len; i++)
		if (!chats_follow_member(self, chats->pdata[i], parent, event->hlc, error))
			return false;
	/* An account that is merged takes its groups along. */
	return (json_is_true(json_object_get(event->body, "moved")) ||
	        chats_leave_without_child(self, parent, error)) &&
	       chats_follow_channels(self, parent, event->hlc, error);
}

static bool follow(void *room, const Event *event, GError **error)
{
	if (strcmp(event->kind, "class.added") == 0)
		return follow_class(room, event, error);
	if (g_str_has_prefix(event->kind, "year.promot"))
		return chats_follow_promotion(room, event, error);
	if (g_str_has_prefix(event->kind, "class.member."))
		return follow_seat(room, event, error);
	if (g_str_has_prefix(event->kind, "person.parent."))
		return follow_parent(room, event, error);
	if (strcmp(event->kind, "person.roles.changed") == 0)
		return follow_roles(room, event, error);
	return follow_staff(room, event, error);
}

void chats_follow(Chats *self)
{
	static const char *const FOLLOWED[] = {
	        "class.added",           "class.member.added",      "class.member.removed",
	        "person.added",          "person.roles.changed",    "person.parent.linked",
	        "person.parent.unlinked", "year.promoted",          "year.promotion.undone",
	        NULL,
	};
	static const Follower FOLLOWER = {FOLLOWED, follow};

	events_add_follower(self->events, &FOLLOWER, self);
}
