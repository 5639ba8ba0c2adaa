/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to chats that people make: takes requests apart, calls one rule, replies. */
#include "chats/chats-private.h"

#include <string.h>

/* The ids of a full group, title and description with each character escaped at the worst. */
#define NEW_CHAT_MAX \
	(GROUP_MEMBERS_MAX * 40 + (CHAT_TITLE_CHARACTERS_MAX + CHAT_ABOUT_CHARACTERS_MAX) * 12 + 1024)

static bool post_group(Chats *self, Request *request, const NewGroup *group, Id *ret_chat,
                       GError **error)
{
	if (!group->title || !group->members)
		return error_reason(error, ERROR_INVALID, "missing-field",
		                    group->title ? "members" : "title",
		                    "A chat is with somebody, or has a title and members");
	return chats_add_group(self, request_actor(request), group, ret_chat, error);
}

static bool post_chat(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *with = NULL;
	NewGroup group = {0};
	const Field fields[] = {
	        {"with", FIELD_ID, false, 0, &with},
	        {"title", FIELD_TEXT, false, 0, &group.title},
	        {"about", FIELD_TEXT, false, 0, &group.about},
	        {"members", FIELD_ARRAY, false, 0, &group.members},
	        {0},
	};
	Id chat;

	if (!json_read(request_body(request), fields, error) ||
	    !chats_check_tempo(room, actor, error))
		return false;
	if (with && (group.title || group.about || group.members))
		return error_reason(error, ERROR_INVALID, "invalid", "with",
		                    "A chat of two has neither title nor members");
	return (with ? chats_open(room, actor, with, &chat, error)
	             : post_group(room, request, &group, &chat, error)) &&
	       chats_reply_chat(room, request, 201, chat.text, error);
}

static bool patch_chat(void *room, Request *request, GError **error)
{
	const char *chat = request_param(request, "chat");
	json_t *readers = NULL;
	Channel change = {0};
	const Field fields[] = {
	        {"title", FIELD_TEXT, true, 0, &change.title},
	        {"about", FIELD_TEXT, true, 0, &change.about},
	        {"readers", FIELD_ARRAY, false, 0, &readers},
	        {"classes", FIELD_ARRAY, false, 0, &change.classes},
	        {0},
	};

	return json_read(request_body(request), fields, error) &&
	       (!readers || chats_read_audience(readers, &change.readers, error)) &&
	       chats_change(room, request_actor(request), chat, &change, error) &&
	       chats_reply_chat(room, request, 200, chat, error);
}

static bool post_channel(void *room, Request *request, GError **error)
{
	json_t *readers = NULL;
	json_t *writers = NULL;
	Channel channel = {0};
	const Field fields[] = {
	        {"title", FIELD_TEXT, true, 0, &channel.title},
	        {"about", FIELD_TEXT, false, 0, &channel.about},
	        {"readers", FIELD_ARRAY, true, 0, &readers},
	        {"classes", FIELD_ARRAY, true, 0, &channel.classes},
	        {"writers", FIELD_ARRAY, true, 0, &writers},
	        {0},
	};
	Id chat;

	return json_read(request_body(request), fields, error) &&
	       chats_read_audience(readers, &channel.readers, error) &&
	       chats_add_channel(room, request_actor(request), &channel, writers, &chat, error) &&
	       chats_reply_chat(room, request, 201, chat.text, error);
}

static bool delete_chat(void *room, Request *request, GError **error)
{
	if (!chats_close(room, request_actor(request), request_param(request, "chat"), error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool read_part(const char *name, Part *ret_part, GError **error)
{
	static const char *const NAMES[] = {"member", "writer", "moderator", "owner"};

	for (size_t i = 0; i < G_N_ELEMENTS(NAMES); i++) {
		if (strcmp(NAMES[i], name) == 0) {
			*ret_part = (Part)i;
			return true;
		}
	}
	return error_reason(error, ERROR_INVALID, "invalid", "part", "There is no such part");
}

static bool put_member(void *room, Request *request, GError **error)
{
	const char *chat = request_param(request, "chat");
	const char *person;
	const char *name = NULL;
	const Field fields[] = {{"part", FIELD_TEXT, true, 0, &name}, {0}};
	Part part = 0;

	return request_param_id(request, "person", &person, error) &&
	       json_read(request_body(request), fields, error) && read_part(name, &part, error) &&
	       chats_put_member(room, request_actor(request), chat, person, part, error) &&
	       chats_reply_chat(room, request, 200, chat, error);
}

static bool delete_member(void *room, Request *request, GError **error)
{
	const char *person;

	if (!request_param_id(request, "person", &person, error) ||
	    !chats_remove_member(room, request_actor(request), request_param(request, "chat"), person,
	                         error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool read_for(const char *value, bool *ret_for_group, GError **error)
{
	*ret_for_group = value && strcmp(value, "group") == 0;
	if (!value || *ret_for_group || strcmp(value, "direct") == 0)
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "for", "for is direct or group");
}

static bool list_correspondents(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"search", "for", NULL};
	const Actor *actor = request_actor(request);
	const char *search = request_query(request, "search");
	g_autofree char *json = NULL;
	bool for_group;

	if (!request_check_query(request, NAMES, error) ||
	    !read_for(request_query(request, "for"), &for_group, error))
		return false;
	json = chats_find_correspondents(room, actor, search,
	                                 for_group && actor->roles & ROLE_STAFF, error);
	if (!json)
		return false;
	request_reply_json(request, 200, json);
	return true;
}

const Route CHATS_MADE_ROUTES[] = {
        {POST, "/api/v1/chats", "signed-in", NEW_CHAT_MAX, post_chat, ROUTE_AFAR},
        {POST, "/api/v1/channels", "administrator", NEW_CHAT_MAX, post_channel},
        {PATCH, "/api/v1/chats/:chat", "chat-manager", NEW_CHAT_MAX, patch_chat, ROUTE_AFAR},
        {DELETE, "/api/v1/chats/:chat", "chat-manager", 0, delete_chat, ROUTE_AFAR},
        {PUT, "/api/v1/chats/:chat/members/:person", "chat-manager", 256, put_member, ROUTE_AFAR},
        {DELETE, "/api/v1/chats/:chat/members/:person", "chat-member", 0, delete_member, ROUTE_AFAR},
        {GET, "/api/v1/correspondents", "signed-in", 0, list_correspondents},
        {0},
};
