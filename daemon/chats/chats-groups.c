/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Groups: the staff makes them, takes people in and out, hands them over. Nobody takes in a pupil
 * whom they may not write to: a teacher who does not teach a pupil cannot. Parents: chats-families.c.
 *
 * A group has one owner and any number of moderators, all of the staff. One whose owner is gone is
 * looked after by whoever of the staff is in it. */
#include "chats/chats-private.h"

#include "base/text.h"

#include <string.h>

static bool append(Chats *self, const Actor *actor, const char *kind, const char *chat,
                   const char *subject, json_t *body, GError **error)
{
	g_autofree char *scope = g_strconcat("chat:", chat, NULL);
	g_autoptr(Event) event = event_new(actor, kind, scope, subject, body);

	return events_append(self->events, event, error);
}

/* --- Who may what --- */

static bool has_owner(Chats *self, int64_t chat_key, bool *ret_has, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_chat_owner");

	query_bind_int(query, ":chat_key", chat_key);
	return query_next(query, ret_has, error);
}

/* The right of an owner: a part can be given, and the group handed over. */
static bool check_owner(Chats *self, const Actor *actor, const Membership *member, GError **error)
{
	bool owned;

	if (member->part == PART_OWNER)
		return true;
	if (!has_owner(self, member->chat_key, &owned, error))
		return false;
	if (!owned && actor->roles & ROLE_STAFF)
		return true;
	return error_set(error, ERROR_FORBIDDEN, "Only the group's owner may do that");
}

bool chats_check_manager(Chats *self, const Actor *actor, const Membership *member, GError **error)
{
	if (member->kind == CHAT_GROUP)
		return member->part >= PART_MODERATOR || check_owner(self, actor, member, error);
	if (member->kind == CHAT_CHANNEL && actor->roles & ROLE_ADMINISTRATOR)
		return true;
	return error_set(error, ERROR_FORBIDDEN, "Only who looks after this chat may change it");
}

static bool check_staff(const Actor *actor, GError **error)
{
	if (actor->kind == ACTOR_PERSON && actor->roles & ROLE_STAFF)
		return true;
	return error_set(error, ERROR_FORBIDDEN, "Only teachers and administrators make groups");
}

/* Pupils are safe: who may not write to one, takes none in. */
static bool check_may_take_in(Chats *self, const Actor *actor, const char *person, GError **error)
{
	unsigned roles = people_roles(self->people, person);

	if (!roles || !classes_may_find(self->classes, actor, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such person");
	if (roles & ROLE_PUPIL && !people_may_write(self->people, actor, person))
		return error_reason(error, ERROR_FORBIDDEN, "may-not-write", "members",
		                    "You may not take this pupil in, as you do not teach them");
	return chats_check_room_for(self, person, error);
}

/* --- Titles --- */

bool chats_check_title(const char *title, char **ret_title, GError **error)
{
	g_autofree char *trimmed = text_trim(title);

	if (text_is_blank(trimmed))
		return error_reason(error, ERROR_INVALID, "empty", "title", "The title is empty");
	if (!text_is_one_line(trimmed))
		return error_reason(error, ERROR_INVALID, "invalid", "title",
		                    "A title is one line");
	if (text_length(trimmed) > CHAT_TITLE_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", "title",
		                    "A title has at most %d characters", CHAT_TITLE_CHARACTERS_MAX);
	*ret_title = g_steal_pointer(&trimmed);
	return true;
}

bool chats_check_about(const char *about, GError **error)
{
	if (!about || text_length(about) <= CHAT_ABOUT_CHARACTERS_MAX)
		return true;
	return error_reason(error, ERROR_INVALID, "too-long", "about",
	                    "A description has at most %d characters", CHAT_ABOUT_CHARACTERS_MAX);
}

/* --- People in it --- */

bool chats_set_part(Chats *self, const Actor *actor, const char *chat, const char *person, Part part,
                    GError **error)
{
	unsigned roles = people_roles(self->people, person);
	unsigned let_in_by = roles & ROLE_STAFF ? ROLE_STAFF : roles;

	if (part != PART_MEMBER && !(roles & ROLE_STAFF))
		return error_reason(error, ERROR_INVALID, "invalid", "part",
		                    "Only teachers and administrators look after a chat");
	return append(self, actor, "chat.member.set", chat, person,
	              json_pack("{s:i, s:i}", "part", (int)part, "let_in_by", (int)let_in_by),
	              error);
}

static bool check_count(GPtrArray *members, GError **error)
{
	if (members->len < GROUP_MEMBERS_MAX)
		return true;
	return error_reason(error, ERROR_INVALID, "too-many-members", "members",
	                    "A group has at most %d people", GROUP_MEMBERS_MAX);
}

static bool check_owned(Chats *self, const Actor *actor, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_owned_groups");

	query_bind_text(query, ":person", actor->person.text);
	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) < OWNED_GROUPS_MAX)
		return true;
	return error_reason(error, ERROR_CONFLICT, "too-many-chats", NULL,
	                    "One person owns at most %d groups", OWNED_GROUPS_MAX);
}

/* Ids, each once, without the maker's own. */
static GPtrArray *read_members(const json_t *list, const Actor *actor, GError **error)
{
	g_autoptr(GPtrArray) members = g_ptr_array_new();
	size_t i;
	json_t *item;

	json_array_foreach(list, i, item) {
		const char *id = json_string_value(item);

		if (!id_is_valid(id)) {
			error_reason(error, ERROR_INVALID, "bad-id", "members",
			             "members are ids of people");
			return NULL;
		}
		if (strcmp(id, actor->person.text) != 0 &&
		    !g_ptr_array_find_with_equal_func(members, id, g_str_equal, NULL))
			g_ptr_array_add(members, (void *)id);
	}
	return check_count(members, error) ? g_steal_pointer(&members) : NULL;
}

bool chats_add_group(Chats *self, const Actor *actor, const NewGroup *group, Id *ret_chat,
                     GError **error)
{
	g_autoptr(GPtrArray) members = NULL;
	g_autofree char *title = NULL;
	Id chat = id_new();

	if (!check_staff(actor, error) || !chats_check_title(group->title, &title, error) ||
	    !chats_check_about(group->about, error) || !check_owned(self, actor, error))
		return false;
	members = read_members(group->members, actor, error);
	if (!members)
		return false;
	for (guint i = 0; i < members->len; i++)
		if (!check_may_take_in(self, actor, members->pdata[i], error))
			return false;
	if (!chats_check_families(self, members, error))
		return false;
	if (!append(self, actor, "chat.group.added", chat.text, chat.text,
	            json_pack("{s:s, s:s}", "title", title, "about",
	                      group->about ? group->about : ""),
	            error) ||
	    !chats_set_part(self, actor, chat.text, actor->person.text, PART_OWNER, error))
		return false;
	for (guint i = 0; i < members->len; i++)
		if (!chats_set_part(self, actor, chat.text, members->pdata[i], PART_MEMBER, error))
			return false;
	*ret_chat = chat;
	return true;
}

static bool find_part(Chats *self, const char *chat, const char *person, bool *ret_in,
                      Part *ret_part, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_chat_member");

	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", person);
	chats_bind_today(self, query);
	if (!query_next(query, ret_in, error))
		return false;
	*ret_part = *ret_in ? (Part)query_int(query, 5) : PART_MEMBER;
	return true;
}

static bool check_space(Chats *self, const Membership *member, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_chat_members");

	query_bind_int(query, ":chat_key", member->chat_key);
	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) < GROUP_MEMBERS_MAX)
		return true;
	return error_reason(error, ERROR_CONFLICT, "too-many-members", NULL,
	                    "A group has at most %d people", GROUP_MEMBERS_MAX);
}

/* Handing over leaves the one who did it a moderator. */
static bool hand_over(Chats *self, const Actor *actor, const Membership *member, const char *chat,
                      const char *person, GError **error)
{
	if (!check_owner(self, actor, member, error) ||
	    !chats_set_part(self, actor, chat, person, PART_OWNER, error))
		return false;
	return member->part != PART_OWNER ||
	       chats_set_part(self, actor, chat, actor->person.text, PART_MODERATOR, error);
}

/* Who reads a channel, its audience says; a part in it is whether one writes. */
static bool put_writer(Chats *self, const Actor *actor, const char *chat, const char *person,
                       const Part *before, Part part, GError **error)
{
	g_autoptr(Query) query = NULL;

	if (part > PART_WRITER)
		return error_reason(error, ERROR_INVALID, "invalid", "part",
		                    "In a channel somebody is member or writer");
	if (before && *before == part)
		return true;
	if ((!before && part == PART_MEMBER) || !people_roles(self->people, person))
		return error_set(error, ERROR_NOT_FOUND, "There is no such member");
	if (part == PART_WRITER) {
		query = store_query(self->store, "count_channel_writers");
		query_bind_text(query, ":chat", chat);
		if (!query_one(query, error))
			return false;
		if (query_int(query, 0) >= CHANNEL_WRITERS_MAX)
			return error_reason(error, ERROR_CONFLICT, "too-many-members", NULL,
			                    "At most %d people write a channel",
			                    CHANNEL_WRITERS_MAX);
	}
	return chats_set_part(self, actor, chat, person, part, error);
}

static bool check_may_add(Chats *self, const Actor *actor, const Membership *member, const char *chat,
                          const char *person, GError **error)
{
	return check_may_take_in(self, actor, person, error) && check_space(self, member, error) &&
	       chats_check_joins_families(self, chat, person, error);
}

/* Is that person out of the group, and may this one take them in? */
bool chats_may_return(Chats *self, const Actor *actor, const char *chat, const char *person)
{
	Membership member;
	Part part;
	bool in;

	return chats_check_member(self, actor, chat, &member, NULL) && member.kind == CHAT_GROUP &&
	       chats_check_manager(self, actor, &member, NULL) &&
	       find_part(self, chat, person, &in, &part, NULL) && !in &&
	       check_may_add(self, actor, &member, chat, person, NULL);
}

bool chats_put_member(Chats *self, const Actor *actor, const char *chat, const char *person,
                      Part part, GError **error)
{
	Membership member;
	Part before;
	bool in;

	if (!chats_check_member(self, actor, chat, &member, error) ||
	    !chats_check_manager(self, actor, &member, error) ||
	    !find_part(self, chat, person, &in, &before, error))
		return false;
	if (member.kind == CHAT_CHANNEL)
		return put_writer(self, actor, chat, person, in ? &before : NULL, part, error);
	if (part == PART_WRITER)
		return error_reason(error, ERROR_INVALID, "invalid", "part",
		                    "In a group somebody is member, moderator or owner");
	if (in && before == part)
		return true;
	if (!in && !check_may_add(self, actor, &member, chat, person, error))
		return false;
	if (part == PART_OWNER)
		return hand_over(self, actor, &member, chat, person, error);
	if (before == PART_OWNER)
		return error_set(error, ERROR_CONFLICT, "An owner hands the group over first");
	if ((part != PART_MEMBER || in) && !check_owner(self, actor, &member, error))
		return false;
	return chats_set_part(self, actor, chat, person, part, error);
}

bool chats_remove_member(Chats *self, const Actor *actor, const char *chat, const char *person,
                         GError **error)
{
	bool own = strcmp(actor->person.text, person) == 0;
	Membership member;
	Part part;
	bool in;

	if (!chats_check_member(self, actor, chat, &member, error))
		return false;
	if (member.kind != CHAT_GROUP)
		return error_set(error, ERROR_FORBIDDEN, "Nobody leaves this chat by themselves");
	if (!own && !chats_check_manager(self, actor, &member, error))
		return false;
	if (!find_part(self, chat, person, &in, &part, error))
		return false;
	if (!in)
		return error_set(error, ERROR_NOT_FOUND, "There is no such member");
	if (!own && part > member.part)
		return error_set(error, ERROR_FORBIDDEN, "Only the owner may do that");
	return append(self, actor, "chat.member.removed", chat, person, json_object(), error);
}

/* --- The chat itself --- */

static bool change_group(Chats *self, const Actor *actor, const char *chat, const Channel *change,
                         GError **error)
{
	g_autofree char *title = NULL;

	if (change->readers || change->classes)
		return error_reason(error, ERROR_INVALID, "invalid", "readers",
		                    "Only a channel has an audience");
	if (!chats_check_title(change->title, &title, error) ||
	    !chats_check_about(change->about, error))
		return false;
	return append(self, actor, "chat.changed", chat, chat,
	              json_pack("{s:s, s:s}", "title", title, "about", change->about), error);
}

bool chats_change(Chats *self, const Actor *actor, const char *chat, const Channel *change,
                  GError **error)
{
	Membership member;

	if (!chats_check_member(self, actor, chat, &member, error) ||
	    !chats_check_manager(self, actor, &member, error))
		return false;
	if (member.kind == CHAT_GROUP)
		return change_group(self, actor, chat, change, error);
	if (change->readers && change->classes)
		return chats_change_channel(self, actor, chat, change, error);
	return error_reason(error, ERROR_INVALID, "missing-field",
	                    change->readers ? "classes" : "readers",
	                    "A channel has an audience: readers and classes");
}

bool chats_close(Chats *self, const Actor *actor, const char *chat, GError **error)
{
	Membership member;

	if (!chats_check_member(self, actor, chat, &member, error) ||
	    !chats_check_manager(self, actor, &member, error) ||
	    (member.kind == CHAT_GROUP && !check_owner(self, actor, &member, error)))
		return false;
	return append(self, actor, "chat.closed", chat, chat, json_object(), error);
}
