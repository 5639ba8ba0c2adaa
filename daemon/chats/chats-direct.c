/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats of two: who may open one, who may write in it today, and the events that make it.
 *
 * A pair has one chat, with an id derived from both, so that two boxes that open it without knowing
 * of each other agree. The event names all that it needs outside of its body: its actor opened the
 * chat with its subject. The other one is in the chat from its first message on: who only looked
 * at an empty page has told nobody. Both see all of it, from whichever side it began. */
#include "chats/chats-private.h"

#include <string.h>

Id chats_id_of_pair(const char *person, const char *other)
{
	bool sorted = strcmp(person, other) < 0;
	g_autofree char *name = g_strconcat("chat.direct.", sorted ? other : person, NULL);

	return id_derive(sorted ? person : other, name);
}

/* --- Who may write --- */

bool chats_check_writer(Chats *self, const Actor *actor, const Membership *member, GError **error)
{
	if (member->kind == CHAT_DIRECT &&
	    !people_may_write(self->people, actor, member->other.text))
		return error_reason(error, ERROR_FORBIDDEN, "chat-read-only", NULL,
		                    "You may not write to this person any more; what was written "
		                    "stays to be read");
	if (member->over)
		return error_reason(error, ERROR_FORBIDDEN, "chat-read-only", NULL,
		                    "The school year of this class is over; what was written stays "
		                    "to be read");
	if (member->kind == CHAT_CHANNEL &&
	    (member->part < PART_WRITER || !(actor->roles & ROLE_STAFF)))
		return error_reason(error, ERROR_FORBIDDEN, "channel-read-only", NULL,
		                    "Only those who run this channel write in it");
	return true;
}

bool chats_is_pupil_in(Chats *self, const Membership *member)
{
	g_autoptr(Query) query = NULL;
	bool row;

	if (member->kind != CHAT_DIRECT && member->kind != CHAT_GROUP)
		return member->kind == CHAT_CLASS_PUPILS;
	query = store_query(self->store, "has_pupil_member");
	query_bind_int(query, ":chat_key", member->chat_key);
	/* A failure keeps more, never less: the caller's own statements fail then too. */
	return !query_next(query, &row, NULL) || row;
}

char *chats_row_to_json(Chats *self, const Actor *reader, Query *query)
{
	Membership member = {.kind = (ChatKind)query_int(query, 1), .part = (Part)query_int(query, 2),
	                     .other = id_from(query_text(query, 3)),
	                     .over = query_int(query, 4)};
	g_autoptr(GError) refusal = NULL;
	bool may_write = chats_check_writer(self, reader, &member, &refusal);
	/* Whom one may write to one sees; of a chat that is left the words stay, and the name. */
	bool may_see = may_write || member.kind != CHAT_DIRECT ||
	               people_may_see(self->people, reader, member.other.text);

	return g_strdup_printf("%s,\"may_write\":%s,\"may_see\":%s}", query_text(query, 0),
	                       may_write ? "true" : "false", may_see ? "true" : "false");
}

/* --- Opening --- */

static bool count_made(Chats *self, const char *person, int64_t *ret_count, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_made_chats_of");

	query_bind_text(query, ":person", person);
	if (!query_one(query, error))
		return false;
	*ret_count = query_int(query, 0);
	return true;
}

bool chats_check_room_for(Chats *self, const char *person, GError **error)
{
	int64_t count;

	if (!count_made(self, person, &count, error))
		return false;
	if (count < MADE_CHATS_MAX)
		return true;
	return error_reason(error, ERROR_CONFLICT, "too-many-chats", NULL,
	                    "A person is in at most %d chats that were made", MADE_CHATS_MAX);
}

static bool check_may_open(Chats *self, const Actor *actor, const char *with, GError **error)
{
	if (!people_may_see(self->people, actor, with))
		return error_set(error, ERROR_NOT_FOUND, "There is no such person");
	if (!people_may_write(self->people, actor, with))
		return error_reason(error, ERROR_FORBIDDEN, "may-not-write", "with",
		                    "You may not write to this person");
	return chats_check_room_for(self, actor->person.text, error);
}

bool chats_open(Chats *self, const Actor *actor, const char *with, Id *ret_chat, GError **error)
{
	Id chat = chats_id_of_pair(actor->person.text, with);
	g_autofree char *scope = g_strconcat("chat:", chat.text, NULL);
	g_autoptr(Event) event = NULL;
	Membership member;

	*ret_chat = chat;
	/* What there is may be read, also by whom it is closed for. */
	if (chats_check_member(self, actor, chat.text, &member, NULL))
		return true;
	if (!check_may_open(self, actor, with, error))
		return false;
	event = event_new(actor, "chat.opened", scope, with, json_object());
	return events_append(self->events, event, error);
}

/* --- The rows --- */

static const char *chat_of(const Event *event)
{
	return g_str_has_prefix(event->scope, "chat:") ? event->scope + strlen("chat:") : "";
}

/* Joined at the beginning of time: both read what was before either came. */
static bool add_pair_member(Chats *self, const char *chat, const char *person, GError **error)
{
	const NewMember member = {.chat = chat, .person = person};

	return chats_add_member_row(self, &member, error);
}

static bool apply_opened(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	bool sorted = strcmp(event->actor, event->subject) < 0;
	g_autoptr(Query) query = store_query(self->store, "add_direct_chat");

	query_bind_text(query, ":id", chat_of(event));
	query_bind_text(query, ":one", sorted ? event->actor : event->subject);
	query_bind_text(query, ":other", sorted ? event->subject : event->actor);
	return query_run(query, error) &&
	       add_pair_member(self, chat_of(event), event->actor, error);
}

bool chats_follow_pair(Chats *self, int64_t chat_key, const char *chat, GError **error)
{
	g_autoptr(GPtrArray) pair = NULL;
	g_autoptr(Query) query = store_query(self->store, "list_pair_of_chat");

	query_bind_int(query, ":chat_key", chat_key);
	pair = query_list_texts(query, error);
	for (guint i = 0; pair && i < pair->len; i++)
		if (!add_pair_member(self, chat, pair->pdata[i], error))
			return false;
	return pair != NULL;
}

/* --- Foreign events --- */

static bool admit_opened(void *room, const Event *event, GError **error)
{
	Id chat;

	if (id_is_valid(event->actor) && id_is_valid(event->subject) &&
	    strcmp(event->actor, event->subject) != 0) {
		chat = chats_id_of_pair(event->actor, event->subject);
		if (strcmp(chat_of(event), chat.text) == 0)
			return true;
	}
	return error_set(error, ERROR_FORBIDDEN, "The event is not as chats write it");
}

static const EventKind KINDS[] = {
        {"chat.opened", 1, LOCALITY_CLOUD, apply_opened, admit_opened, NULL, RETAIN_SKELETON, false,
         true},
        {0},
};

void chats_add_made_kinds(Chats *self)
{
	events_add_kinds(self->events, KINDS, self);
}
