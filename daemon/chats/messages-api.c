/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to a chat's messages and to who has read them: takes requests apart, calls one rule,
 * replies. */
#include "chats/chats-api.h"

#include <string.h>

#define PAGE_DEFAULT 50
#define PAGE_MAX     100
/* Characters of a message, each as "\ud83d\ude00" at the worst, and the rest of the body. */
#define MESSAGE_BODY_MAX (MESSAGE_CHARACTERS_MAX * 12 + 1024)

/* --- A page of messages --- */

typedef struct {
	GPtrArray *json; /* oldest first */
	Place first;
	Place last;
	bool older;
	bool newer;
} Page;

static void page_clear(Page *self)
{
	g_clear_pointer(&self->json, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Page, page_clear)

static Place place_of(Query *query)
{
	return (Place){(Hlc)query_int(query, 1), id_from(query_text(query, 2)),
	               query_int(query, 3)};
}

static void page_take(Page *self, Query *query, bool backwards)
{
	Place place = place_of(query);

	if (!self->json->len || !backwards)
		self->last = place;
	if (!self->json->len || backwards)
		self->first = place;
	g_ptr_array_insert(self->json, backwards ? 0 : -1, g_strdup(query_text(query, 0)));
}

typedef struct {
	Hlc hlc;
	int64_t order; /* of the origin */
} Bound;

static Bound bound_at(const Place *place)
{
	return (Bound){place->hlc, origin_order(&place->origin)};
}

/* Adds up to limit messages before or after a bound (not at it) to the page's end there. */
static bool page_read(Chats *self, const Membership *member, Bound from, bool backwards, int limit,
                      Page *page, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, backwards ? "list_messages_before"
	                                                            : "list_messages_after");
	bool *more = backwards ? &page->older : &page->newer;

	query_bind_int(query, ":chat_key", member->chat_key);
	query_bind_int(query, ":reader_key", member->person_key);
	query_bind_int(query, ":hlc", (int64_t)from.hlc);
	query_bind_int(query, ":origin_order", from.order);
	query_bind_int(query, ":limit", limit + 1);
	for (int i = 0; i <= limit; i++) {
		if (!query_next(query, more, error))
			return false;
		if (!*more || i == limit)
			return true;
		page_take(page, query, backwards);
	}
	return true;
}

static bool page_read_newest(Chats *self, const Membership *member, int limit, Page *page,
                             GError **error)
{
	const Bound end = {.hlc = G_MAXINT64};

	return page_read(self, member, end, true, limit, page, error);
}

/* A third of the page lies before the place, which is a message's. */
static bool page_read_around(Chats *self, const Membership *member, const Place *place, int limit,
                             Page *page, GError **error)
{
	const Bound at = bound_at(place);
	const Bound before = {at.hlc, at.order - 1};
	int older = limit / 3;

	return page_read(self, member, at, true, older, page, error) &&
	       page_read(self, member, before, false, limit - older, page, error);
}

static bool find_first_unread(Chats *self, const Membership *member, bool *ret_found,
                              Place *ret_place, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_first_unread");

	query_bind_int(query, ":chat_key", member->chat_key);
	query_bind_int(query, ":reader_key", member->person_key);
	if (!query_next(query, ret_found, error))
		return false;
	if (*ret_found)
		*ret_place = (Place){(Hlc)query_int(query, 0), id_from(query_text(query, 1)),
		                     query_int(query, 2)};
	return true;
}

static bool read_around(Chats *self, const Membership *member, const char *around, int limit,
                        Page *page, GError **error)
{
	g_auto(Message) message = {0};
	Place place;
	bool found;

	if (strcmp(around, "unread") == 0) {
		if (!find_first_unread(self, member, &found, &place, error))
			return false;
		return found ? page_read_around(self, member, &place, limit, page, error)
		             : page_read_newest(self, member, limit, page, error);
	}
	if (!id_is_valid(around))
		return error_reason(error, ERROR_INVALID, "bad-id", "around",
		                    "around must be a message's id or unread");
	return chats_check_message(self, member, around, &message, error) &&
	       page_read_around(self, member, &message.place, limit, page, error);
}

static bool read_page(Chats *self, Request *request, const Membership *member, int limit,
                      Page *page, GError **error)
{
	const char *before = request_query(request, "before");
	const char *after = request_query(request, "after");
	const char *around = request_query(request, "around");
	Place place;

	if (!!before + !!after + !!around > 1)
		return error_reason(error, ERROR_INVALID, "invalid", before ? "before" : "after",
		                    "At most one of before, after and around");
	if (around)
		return read_around(self, member, around, limit, page, error);
	if (before) {
		page->newer = true;
		return place_parse(before, "before", &place, error) &&
		       page_read(self, member, bound_at(&place), true, limit, page, error);
	}
	if (after) {
		page->older = true;
		return place_parse(after, "after", &place, error) &&
		       page_read(self, member, bound_at(&place), false, limit, page, error);
	}
	return page_read_newest(self, member, limit, page, error);
}

static void reply_page(Request *request, const Page *page)
{
	g_autoptr(GString) items = items_new();
	bool any = page->json->len > 0;
	g_autofree char *older = any && page->older ? place_format(&page->first) : NULL;
	g_autofree char *newer = any && page->newer ? place_format(&page->last) : NULL;

	for (guint i = 0; i < page->json->len; i++)
		items_add(items, page->json->pdata[i]);
	g_string_append_c(items, ']');
	items_add_cursor(items, "older_cursor", older);
	items_add_cursor(items, "newer_cursor", newer);
	g_string_append_c(items, '}');
	request_reply_string(request, 200, g_steal_pointer(&items));
}

static bool list_messages(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"before", "after", "around", "limit", NULL};
	g_auto(Page) page = {.json = g_ptr_array_new_with_free_func(g_free)};
	Membership member;
	const char *chat;
	int limit;

	if (!request_check_query(request, NAMES, error) ||
	    !request_limit(request, PAGE_DEFAULT, PAGE_MAX, &limit, error) ||
	    !chats_find_asked(room, request, &chat, &member, error) ||
	    !read_page(room, request, &member, limit, &page, error))
		return false;
	reply_page(request, &page);
	return true;
}

/* --- Writing --- */

static bool reply_message(Chats *self, Request *request, unsigned status, const char *message,
                          GError **error)
{
	g_autoptr(Query) query = NULL;
	Membership member;
	const char *chat;

	if (!chats_find_asked(self, request, &chat, &member, error))
		return false;
	query = store_query(self->store, "find_message_json");
	query_bind_text(query, ":id", message);
	query_bind_int(query, ":chat_key", member.chat_key);
	query_bind_int(query, ":reader_key", member.person_key);
	if (!query_one(query, error))
		return false;
	request_reply_json(request, status, query_text(query, 0));
	return true;
}

static bool post_message(void *room, Request *request, GError **error)
{
	const char *text = NULL;
	const char *reply_to = NULL;
	const Field fields[] = {
	        {"text", FIELD_TEXT, true, 0, &text},
	        {"reply_to", FIELD_ID, false, 0, &reply_to},
	        {0},
	};
	Id message;

	return json_read(request_body(request), fields, error) &&
	       chats_check_tempo(room, request_actor(request), error) &&
	       chats_post(room, request_actor(request), request_param(request, "chat"), text,
	                  reply_to, request_idempotency_key(request), &message, error) &&
	       reply_message(room, request, 201, message.text, error);
}

static bool patch_message(void *room, Request *request, GError **error)
{
	const char *message = request_param(request, "message");
	const char *text = NULL;
	const Field fields[] = {
	        {"text", FIELD_TEXT, true, 0, &text},
	        {0},
	};

	return json_read(request_body(request), fields, error) &&
	       chats_check_tempo(room, request_actor(request), error) &&
	       chats_edit(room, request_actor(request), request_param(request, "chat"), message,
	                  text, error) &&
	       reply_message(room, request, 200, message, error);
}

static bool delete_message(void *room, Request *request, GError **error)
{
	if (!chats_delete(room, request_actor(request), request_param(request, "chat"),
	                  request_param(request, "message"), error))
		return false;
	request_reply_empty(request);
	return true;
}

/* --- Read marks --- */

static bool read_mark(Request *request, const char **ret_message, GError **error)
{
	const Field fields[] = {
	        {"message", FIELD_ID, true, 0, ret_message},
	        {0},
	};

	return json_read(request_body(request), fields, error);
}

static bool write_mark(void *room, Request *request, GError **error)
{
	const char *message = NULL;

	if (!read_mark(request, &message, error) ||
	    !chats_mark_read(room, request_actor(request), request_param(request, "chat"), message,
	                     error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool put_read(void *room, Request *request, GError **error)
{
	const char *message = NULL;

	if (!read_mark(request, &message, error))
		return false;
	if (chats_pace(room, request_actor(request)))
		return write_mark(room, request, error);
	return chats_hold_mark(room, request, request_param(request, "chat"), message, write_mark,
	                       error);
}

/* How many have read it, or not. */
static bool count_marks(Chats *self, const char *statement, const Membership *member,
                        const char *chat, const char *message, int64_t *ret_count, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", message);
	query_bind_text(query, ":chat", chat);
	query_bind_int(query, ":chat_key", member->chat_key);
	if (!query_one(query, error))
		return false;
	*ret_count = query_int(query, 0);
	return true;
}

/* In a channel nobody reads who reads it: those who write it get numbers. */
static bool check_may_count(const Actor *actor, const Membership *member, GError **error)
{
	if (member->kind != CHAT_CHANNEL || member->part >= PART_WRITER ||
	    actor->roles & ROLE_ADMINISTRATOR)
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "channel-read-only", NULL,
	                    "Only those who run this channel see how many have read it");
}

static bool list_readers(void *room, Request *request, GError **error)
{
	Chats *self = room;
	g_autoptr(GString) items = items_new();
	g_auto(Message) found = {0};
	g_autoptr(Query) query = NULL;
	Membership member;
	const char *chat;
	const char *message;
	int64_t unread;
	int64_t read;

	if (!chats_check_no_query(request, error) || !chats_find_asked(self, request, &chat, &member, error) ||
	    !request_param_id(request, "message", &message, error) ||
	    !chats_check_message(self, &member, message, &found, error) ||
	    !check_may_count(request_actor(request), &member, error) ||
	    !count_marks(self, "count_message_unread", &member, chat, message, &unread, error))
		return false;
	if (!count_marks(self, "count_message_read", &member, chat, message, &read, error))
		return false;
	query = store_query(self->store, "list_message_readers");
	query_bind_text(query, ":id", message);
	query_bind_text(query, ":chat", chat);
	query_bind_int(query, ":chat_key", member.chat_key);
	if (member.kind != CHAT_CHANNEL && !items_add_rows(items, query, error))
		return false;
	g_string_append_printf(items,
	                       "],\"read_count\":%" G_GINT64_FORMAT ",\"unread_count\":%" G_GINT64_FORMAT
	                       "}",
	                       (gint64)read, (gint64)unread);
	request_reply_string(request, 200, g_steal_pointer(&items));
	return true;
}

#define CHAT     "/api/v1/chats/:chat"
#define MESSAGES CHAT "/messages"

const Route MESSAGES_ROUTES[] = {
        {GET, MESSAGES, "chat-member", 0, list_messages},
        {POST, MESSAGES, "chat-member", MESSAGE_BODY_MAX, post_message},
        {PATCH, MESSAGES "/:message", "message-author", MESSAGE_BODY_MAX, patch_message},
        {DELETE, MESSAGES "/:message", "message-moderator", 0, delete_message},
        {GET, MESSAGES "/:message/readers", "chat-member", 0, list_readers},
        {PUT, CHAT "/read", "chat-member", 1024, put_read},
        {0},
};
