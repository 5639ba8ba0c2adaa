/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to the chats: takes requests apart, calls one rule, replies. */
#include "chats/chats-api.h"

#include <string.h>

#define PAGE_DEFAULT 50
#define PAGE_MAX     100

bool chats_find_asked(Chats *self, Request *request, const char **ret_chat, Membership *ret_member,
                      GError **error)
{
	*ret_chat = request_param(request, "chat");
	return chats_check_member(self, request_actor(request), *ret_chat, ret_member, error);
}

bool chats_check_no_query(const Request *request, GError **error)
{
	static const char *const NONE[] = {NULL};

	return request_check_query(request, NONE, error);
}

/* --- Chats --- */

static bool list_chats(void *room, Request *request, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;
	g_autoptr(GString) items = items_new();
	bool row;

	if (!chats_check_no_query(request, error))
		return false;
	query = store_query(self->store, "list_chats");
	query_bind_text(query, ":reader", request_actor(request)->person.text);
	query_bind_null(query, ":chat_key");
	chats_bind_today(self, query);
	for (;;) {
		g_autofree char *json = NULL;

		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		json = chats_row_to_json(self, request_actor(request), query);
		items_add(items, json);
	}
	g_string_append(items, "]}");
	request_reply_string(request, 200, g_steal_pointer(&items));
	return true;
}

bool chats_reply_chat(Chats *self, Request *request, unsigned status, const char *chat,
                      GError **error)
{
	const Actor *reader = request_actor(request);
	g_autoptr(Query) query = NULL;
	g_autofree char *json = NULL;
	Membership member;

	if (!chats_check_member(self, reader, chat, &member, error))
		return false;
	query = store_query(self->store, "list_chats");
	query_bind_text(query, ":reader", reader->person.text);
	query_bind_int(query, ":chat_key", member.chat_key);
	chats_bind_today(self, query);
	if (!query_one(query, error))
		return false;
	json = chats_row_to_json(self, reader, query);
	request_reply_json(request, status, json);
	return true;
}

static bool get_chat(void *room, Request *request, GError **error)
{
	return chats_check_no_query(request, error) &&
	       chats_reply_chat(room, request, 200, request_param(request, "chat"), error);
}

/* --- Members, by name; the cursor is the last one's id --- */

static bool refuse_cursor(GError **error)
{
	return error_reason(error, ERROR_INVALID, "bad-cursor", "cursor",
	                    "cursor is not one that this school gave");
}

static bool parse_member_cursor(Chats *self, const char *cursor, Id *ret_after, GError **error)
{
	g_autoptr(Query) query = NULL;
	size_t size = 0;
	g_autofree uint8_t *bytes =
	        strlen(cursor) < 2 * ID_LENGTH ? base64url_decode(cursor, &size) : NULL;
	g_autofree char *text = bytes ? g_strndup((const char *)bytes, size) : NULL;
	bool row;

	if (!id_is_valid(text))
		return refuse_cursor(error);
	query = store_query(self->store, "has_member_cursor");
	query_bind_text(query, ":id", text);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return refuse_cursor(error);
	*ret_after = id_from(text);
	return true;
}

static bool list_members(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"cursor", "limit", NULL};
	Chats *self = room;
	const char *cursor = request_query(request, "cursor");
	g_autoptr(GString) items = items_new();
	g_autofree char *next = NULL;
	g_autoptr(Query) query = NULL;
	Membership member;
	const char *chat;
	Id last = {0};
	int limit;
	int count = 0;
	bool row;

	if (!request_check_query(request, NAMES, error) ||
	    !request_limit(request, PAGE_DEFAULT, PAGE_MAX, &limit, error) ||
	    !chats_find_asked(self, request, &chat, &member, error) ||
	    (cursor && !parse_member_cursor(self, cursor, &last, error)))
		return false;
	query = store_query(self->store, "list_chat_members");
	query_bind_int(query, ":chat_key", member.chat_key);
	query_bind_text(query, ":after", cursor ? last.text : NULL);
	query_bind_int(query, ":limit", limit + 1);
	for (;;) {
		if (!query_next(query, &row, error))
			return false;
		if (!row || count == limit)
			break;
		last = id_from(query_text(query, 0));
		items_add(items, query_text(query, 1));
		count++;
	}
	if (row)
		next = base64url_encode(last.text, ID_LENGTH);
	g_string_append_c(items, ']');
	items_add_cursor(items, "next_cursor", next);
	g_string_append_c(items, '}');
	request_reply_string(request, 200, g_steal_pointer(&items));
	return true;
}

#define CHAT "/api/v1/chats/:chat"

const Route CHATS_ROUTES[] = {
        {GET, "/api/v1/chats", "signed-in", 0, list_chats},
        {GET, CHAT, "chat-member", 0, get_chat},
        {GET, CHAT "/members", "chat-member", 0, list_members},
        {0},
};
