/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of the chats of two accounts that are one human's: the one that is left is in every
 * chat in which either was, since the earlier of the two times and with the greater part; it goes on
 * with whom either wrote in one chat of two; and it has read what either read.
 *
 * Follows the event, so a rebuild does it at the same place of the log. Read marks are a register,
 * which outlives a rebuild: moved twice they are where they were. */
#include "chats/chats-private.h"

#include <string.h>

typedef struct {
	Chats *chats;
	const char *from;
	const char *into;
	Hlc hlc;
} Merging;

/* A statement with a chat, and another one or a person. */
static bool run(const Merging *self, const char *statement, const char *first, const char *one,
                const char *second, const char *other, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, statement);

	query_bind_text(query, first, one);
	query_bind_text(query, second, other);
	return query_run(query, error);
}

static bool load_member(const Merging *self, const char *chat, NewMember *ret, ChatKind *ret_kind,
                        Id *ret_other, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "find_chat_membership");

	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", self->from);
	if (!query_one(query, error))
		return false;
	*ret = (NewMember){
	        .chat = chat,
	        .person = self->into,
	        .joined = (Hlc)query_int(query, 0),
	        .part = (Part)query_int(query, 1),
	        .let_in_by = (unsigned)query_int(query, 2),
	};
	*ret_kind = (ChatKind)query_int(query, 3);
	*ret_other = id_from(query_text(query, 4));
	return true;
}

static bool widen(const Merging *self, const NewMember *member, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "widen_chat_member");

	query_bind_text(query, ":chat", member->chat);
	query_bind_text(query, ":person", member->person);
	query_bind_int(query, ":joined", (int64_t)member->joined);
	query_bind_int(query, ":part", member->part);
	query_bind_int(query, ":let_in_by", member->let_in_by);
	return query_run(query, error);
}

static bool take_seat(const Merging *self, const NewMember *member, GError **error)
{
	Chats *chats = self->chats;

	return chats_add_member_row(chats, member, error) && widen(self, member, error) &&
	       chats_remove_member_row(chats, member->chat, self->from, error) &&
	       chats_follow_member(chats, member->chat, self->into, self->hlc, error);
}

/* --- Chats of two --- */

static bool add_pair(const Merging *self, const char *chat, const char *other, GError **error)
{
	bool sorted = strcmp(self->into, other) < 0;
	g_autoptr(Query) query = store_query(self->chats->store, "add_direct_chat");

	query_bind_text(query, ":id", chat);
	query_bind_text(query, ":one", sorted ? self->into : other);
	query_bind_text(query, ":other", sorted ? other : self->into);
	return query_run(query, error);
}

static bool move_people(const Merging *self, const char *chat, const char *target, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "list_chat_member_ids");
	g_autoptr(GPtrArray) people = NULL;

	query_bind_text(query, ":chat", chat);
	people = query_list_texts(query, error);
	for (guint i = 0; people && i < people->len; i++) {
		const char *person = people->pdata[i];
		bool own = strcmp(person, self->from) == 0;
		const NewMember member = {.chat = target, .person = own ? self->into : person};

		if (!chats_remove_member_row(self->chats, chat, person, error) ||
		    !chats_add_member_row(self->chats, &member, error))
			return false;
	}
	return people != NULL;
}

static bool move_pair(const Merging *self, const char *chat, const Id *other, GError **error)
{
	Id target = chats_id_of_pair(self->into, other->text);

	/* The two accounts had written to each other: what was said to oneself stays where it is. */
	if (strcmp(other->text, self->into) == 0)
		return chats_remove_member_row(self->chats, chat, self->from, error);
	return add_pair(self, target.text, other->text, error) &&
	       move_people(self, chat, target.text, error) &&
	       run(self, "move_messages", ":from", chat, ":into", target.text, error) &&
	       run(self, "move_complaints", ":from", chat, ":into", target.text, error) &&
	       run(self, "copy_reads_of_chat", ":from", chat, ":into", target.text, error) &&
	       run(self, "remove_reads_of_chat", ":chat", chat, ":chat", chat, error) &&
	       run(self, "mark_chat_moved", ":from", chat, ":into", target.text, error);
}

static bool move_one(const Merging *self, const char *chat, GError **error)
{
	NewMember member;
	ChatKind kind;
	Id other;

	if (!load_member(self, chat, &member, &kind, &other, error))
		return false;
	return kind == CHAT_DIRECT ? move_pair(self, chat, &other, error)
	                           : take_seat(self, &member, error);
}

static bool move_all(const Merging *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->chats->store, "list_chat_ids_in_order");
	g_autoptr(GPtrArray) chats = NULL;

	query_bind_text(query, ":person", self->from);
	chats = query_list_texts(query, error);
	for (guint i = 0; chats && i < chats->len; i++)
		if (!move_one(self, chats->pdata[i], error))
			return false;
	return chats && run(self, "copy_reads_of_person", ":from", self->from, ":into", self->into,
	                    error) &&
	       run(self, "remove_reads_of", ":person", self->from, ":person", self->from, error);
}

static bool follow(void *room, const Event *event, GError **error)
{
	const char *into = json_string_value(json_object_get(event->body, "into"));
	const Merging merging = {room, event->subject, into, event->hlc};

	return !id_is_valid(into) || move_all(&merging, error);
}

void chats_follow_merges(Chats *self)
{
	static const char *const FOLLOWED[] = {"person.merged", NULL};
	static const Follower FOLLOWER = {FOLLOWED, follow};

	events_add_follower(self->events, &FOLLOWER, self);
}
