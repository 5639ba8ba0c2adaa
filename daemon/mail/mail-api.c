/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The page of letters: what waits, what did not arrive and why. Addresses are shown, for they may be
 * misspelt; what a letter says is not, for it may hold a link. */
#include "mail/mail-private.h"

#include "base/clock.h"

#include <string.h>

#define PAGE_LETTERS 50
#define LIMIT_MAX    100

static json_t *time_json(int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	clock_format(ms, text);
	return json_string(text);
}

static json_t *letter_json(Query *query)
{
	bool is_over = query_int(query, 8);

	return json_pack("{ss ss ss ss so so ss si so ss? so}", "id", query_text(query, 1), "to",
	                 query_text(query, 2), "subject", query_text(query, 3), "purpose",
	                 query_text(query, 4), "about", json_text_or_null(query_text(query, 5)),
	                 "posted_at", time_json(query_int(query, 6)), "state",
	                 is_over ? "undelivered" : "waiting", "tries", (int)query_int(query, 9),
	                 "next_try_at", is_over ? json_null() : time_json(query_int(query, 7)),
	                 "reason", query_text(query, 10), "server_code",
	                 query_int(query, 11) ? json_integer(query_int(query, 11)) : json_null());
}

/* The newest first; ret_next: where the next page begins, 0: there is none. */
static json_t *list_letters(Mail *self, bool is_over, int64_t before, int limit, int64_t *ret_next,
                            GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "list_letters");
	g_autoptr(json_t) items = json_array();
	int64_t last = 0;
	bool row;

	*ret_next = 0;
	query_bind_int(query, ":over", is_over);
	query_bind_int(query, ":before", before);
	query_bind_int(query, ":limit", limit + 1);
	while (query_next(query, &row, error)) {
		if (!row)
			return g_steal_pointer(&items);
		if (json_array_size(items) == (size_t)limit) {
			*ret_next = last;
			return g_steal_pointer(&items);
		}
		last = query_int(query, 0);
		json_array_append_new(items, letter_json(query));
	}
	return NULL;
}

static bool read_state(Request *request, bool *ret_over, GError **error)
{
	const char *state = request_query(request, "state");

	*ret_over = g_strcmp0(state, "undelivered") == 0;
	return *ret_over || !state || strcmp(state, "waiting") == 0 ||
	       error_reason(error, ERROR_INVALID, "invalid", "state",
	                    "A letter is waiting or undelivered");
}

static bool read_cursor(Request *request, int64_t *ret, GError **error)
{
	const char *cursor = request_query(request, "cursor");
	guint64 key;

	*ret = G_MAXINT64;
	if (!cursor)
		return true;
	if (!g_ascii_string_to_unsigned(cursor, 10, 1, G_MAXINT64, &key, NULL))
		return error_reason(error, ERROR_INVALID, "bad-cursor", "cursor",
		                    "This cursor is not one of this list's");
	*ret = (int64_t)key;
	return true;
}

static bool get_letters(void *room, Request *request, GError **error)
{
	static const char *const NAMES[] = {"state", "cursor", "limit", NULL};
	Mail *self = room;
	MailState state;
	bool is_over;
	int64_t before;
	int64_t next;
	int limit;
	json_t *items;

	if (!request_check_query(request, NAMES, error) || !read_state(request, &is_over, error) ||
	    !read_cursor(request, &before, error) ||
	    !request_limit(request, PAGE_LETTERS, LIMIT_MAX, &limit, error))
		return false;
	items = list_letters(self, is_over, before, limit, &next, error);
	if (!items)
		return false;
	state = mail_state(self);
	request_reply_object(
		request, 200,
		json_pack("{so so si si sb ss? so}", "items", items, "next_cursor",
	                  next ? json_sprintf("%" G_GINT64_FORMAT, next) : json_null(), "waiting",
	                  (int)state.waiting, "undelivered", (int)state.undelivered, "set_up",
	                  mail_is_set_up(self), "reason", state.reason, "server_code",
	                  state.server_code ? json_integer(state.server_code) : json_null()));
	return true;
}

/* --- What an administrator does with them --- */

static bool run_on_letter(Mail *self, Request *request, Query *query, GError **error)
{
	const char *letter;

	if (!request_param_id(request, "letter", &letter, error))
		return false;
	query_bind_text(query, ":id", letter);
	if (!query_run(query, error))
		return false;
	if (store_changes(self->options.store) == 0)
		return error_set(error, ERROR_NOT_FOUND, "There is no such thing");
	request_reply_empty(request);
	return true;
}

static void on_wanted(void *data, const GError *failure)
{
	if (!failure)
		queue_open_way(data);
}

static bool post_try(void *room, Request *request, GError **error)
{
	Mail *self = room;
	g_autoptr(Query) query = store_query(self->options.store, "try_letter_again");

	query_bind_int(query, ":now", mail_now_ms(self));
	query_bind_int(query, ":expires", mail_now_ms(self) + LETTER_LIVES_MS);
	store_after_commit(self->options.store, on_wanted, self, NULL);
	return run_on_letter(self, request, query, error);
}

static bool post_tries(void *room, Request *request, GError **error)
{
	Mail *self = room;
	g_autoptr(Query) query = store_query(self->options.store, "try_letters_again");

	query_bind_int(query, ":now", mail_now_ms(self));
	query_bind_int(query, ":expires", mail_now_ms(self) + LETTER_LIVES_MS);
	if (!query_run(query, error))
		return false;
	store_after_commit(self->options.store, on_wanted, self, NULL);
	request_reply_empty(request);
	return true;
}

static bool delete_letter(void *room, Request *request, GError **error)
{
	Mail *self = room;
	g_autoptr(Query) query = store_query(self->options.store, "remove_letter");

	return run_on_letter(self, request, query, error);
}

const Route MAIL_ROUTES[] = {
	{GET, "/api/v1/letters", "administrator", 0, get_letters},
	{POST, "/api/v1/letters/:letter/tries", "administrator", 64, post_try},
	{POST, "/api/v1/letter-tries", "administrator", 64, post_tries},
	{DELETE, "/api/v1/letters/:letter", "administrator", 0, delete_letter},
	{0},
};

/* --- Of one person --- */

static bool export_person(void *room, const char *person, json_t *into, int64_t *cursor, GError **error)
{
	Mail *self = room;
	g_autoptr(Query) query = store_query(self->options.store, "list_letters_about");
	json_t *items = json_array();
	bool row;

	*cursor = 0;
	json_object_set_new(into, "letters", items);
	query_bind_text(query, ":person", person);
	while (query_next(query, &row, error)) {
		if (!row)
			return true;
		json_array_append_new(items,
		                      json_pack("{ss ss so}", "to", query_text(query, 0), "subject",
		                                query_text(query, 1), "posted_at",
		                                time_json(query_int(query, 2))));
	}
	return false;
}

/* One that is being sent now goes out; its row does not come back. */
static bool erase_person(void *room, const Actor *actor, const char *person, int64_t *cursor,
                         GError **error)
{
	Mail *self = room;
	g_autoptr(Query) about = store_query(self->options.store, "remove_letters_about");
	g_autoptr(Query) naming = store_query(self->options.store, "remove_letters_naming");

	*cursor = 0;
	query_bind_text(about, ":person", person);
	query_bind_text(naming, ":person", person);
	return query_run(about, error) && query_run(naming, error);
}

static bool merge_people(void *room, const Actor *actor, const char *from, const char *into,
                         GError **error)
{
	Mail *self = room;
	g_autoptr(Query) about = store_query(self->options.store, "move_letters_about");
	g_autoptr(Query) naming = store_query(self->options.store, "move_letters_naming");
	g_autoptr(Query) author = store_query(self->options.store, "move_letters_of");

	query_bind_text(naming, ":from", from);
	query_bind_text(naming, ":into", into);
	query_bind_text(about, ":from", from);
	query_bind_text(about, ":into", into);
	query_bind_text(author, ":from", from);
	query_bind_text(author, ":into", into);
	return query_run(about, error) && query_run(naming, error) && query_run(author, error);
}

const PersonData MAIL_PERSON_DATA = {"mail", export_person, erase_person, merge_people};
