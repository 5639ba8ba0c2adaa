/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to chats that people make: takes requests apart, calls one rule, replies. */
#include "chats/chats-private.h"

#include <string.h>

static bool post_chat(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	const char *with = NULL;
	const Field fields[] = {{"with", FIELD_ID, true, 0, &with}, {0}};
	Id chat;

	return json_read(request_body(request), fields, error) &&
	       chats_check_tempo(room, actor, error) &&
	       chats_open(room, actor, with, &chat, error) &&
	       chats_reply_chat(room, request, 201, chat.text, error);
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
        {POST, "/api/v1/chats", "signed-in", 1024, post_chat},
        {GET, "/api/v1/correspondents", "signed-in", 0, list_correspondents},
        {0},
};
