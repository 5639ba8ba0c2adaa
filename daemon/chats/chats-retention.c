/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of messages that the school keeps for a time only, by the kind of their chat.
 *
 * Their words go as in an erasure: the bodies in the log are blanked, and the rows become what apply
 * makes of a blanked posting. So a rebuild gives the same rows, and no event tells of each. */
#include "chats/chats-private.h"

#include <string.h>

#define MESSAGES_A_STEP 50
#define CHATS_A_STEP    500
#define CHATS_LISTED    1000

const Migration CHATS_RETENTION_MIGRATION = {"/urok/chats/chats-retention-schema.sql"};

/* In the order of ChatKind. */
static const char *const KINDS[] = {"staff", "class_pupils", "class_parents", "direct", "group",
                                    "channel", NULL};

static int64_t kind_number(const char *kind)
{
	for (int64_t i = 0; KINDS[i]; i++)
		if (strcmp(KINDS[i], kind) == 0)
			return i;
	g_assert_not_reached();
}

static bool count(void *room, const char *kind, int64_t from_ms, int64_t before_ms,
                  int64_t *ret_count, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "count_messages_past");

	query_bind_int(query, ":kind", kind_number(kind));
	query_bind_int(query, ":from", MAX(from_ms, 0) << 16);
	query_bind_int(query, ":before", before_ms << 16);
	if (!query_one(query, error))
		return false;
	*ret_count = query_int(query, 0);
	return true;
}

typedef struct {
	Id id;
	Id posted;
	Id edited;
} Past;

static GArray *list_past(Chats *self, const char *kind, int64_t before_ms, int64_t after,
                         GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_messages_past");
	g_autoptr(GArray) list = g_array_new(FALSE, FALSE, sizeof(Past));
	bool row = true;

	query_bind_int(query, ":kind", kind_number(kind));
	query_bind_int(query, ":before", before_ms << 16);
	query_bind_int(query, ":after", after);
	query_bind_int(query, ":up_to", after + CHATS_A_STEP);
	query_bind_int(query, ":limit", MESSAGES_A_STEP);
	while (row) {
		Past past;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		past.id = id_from(query_text(query, 0));
		past.posted = id_from(query_text(query, 1));
		past.edited = id_from(query_text(query, 2));
		g_array_append_val(list, past);
	}
	return g_steal_pointer(&list);
}

static bool run_on(Chats *self, const char *statement, const char *message, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", message);
	return query_run(query, error);
}

static bool expire_one(Chats *self, const Past *past, GError **error)
{
	return (id_is_empty(&past->posted) ||
	        events_expire(self->events, past->posted.text, error)) &&
	       (id_is_empty(&past->edited) ||
	        events_expire(self->events, past->edited.text, error)) &&
	       run_on(self, "remove_sealed_of_message", past->id.text, error) &&
	       run_on(self, "empty_message", past->id.text, error);
}

/* The cursor is the last chat that is done, and one. */
static bool move_on(Chats *self, int64_t after, int64_t *cursor, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_last_chat_key");

	if (!query_one(query, error))
		return false;
	*cursor = after + CHATS_A_STEP >= query_int(query, 0) ? 0 : after + CHATS_A_STEP + 1;
	return true;
}

static bool remove_past(void *room, const char *kind, int64_t before_ms, int64_t *cursor,
                        int64_t *ret_removed, GError **error)
{
	Chats *self = room;
	int64_t after = MAX(*cursor - 1, 0);
	g_autoptr(GArray) list = list_past(self, kind, before_ms, after, error);

	for (guint i = 0; list && i < list->len; i++)
		if (!expire_one(self, &g_array_index(list, Past, i), error))
			return false;
	if (!list)
		return false;
	*ret_removed = list->len;
	*cursor = after + 1;
	return list->len == MESSAGES_A_STEP || move_on(self, after, cursor, error);
}

static bool sweep(void *room, GError **error)
{
	return chats_remove_past_sealed(room, error);
}

/* --- For legal holds --- */

static json_t *chat_json(void *room, const char *chat, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "find_kept_chat");

	query_bind_text(query, ":id", chat);
	return query_one(query, error) ? json_loads(query_text(query, 0), 0, NULL) : NULL;
}

static bool binds(void *room, const char *person, bool *ret_binds, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "has_words_in_held_chat");

	query_bind_text(query, ":person", person);
	return query_next(query, ret_binds, error);
}

const Keeping CHATS_KEEPING = {KINDS, count, remove_past, sweep, chat_json, binds};

static bool list_kept(void *room, Request *request, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_kept_chats");
	g_autoptr(json_t) items = json_array();
	bool row = true;

	query_bind_int(query, ":limit", CHATS_LISTED);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			json_array_append_new(items, json_loads(query_text(query, 0), 0, NULL));
	}
	request_reply_object(request, 200, json_pack("{s:O}", "items", items));
	return true;
}

const Route CHATS_KEPT_ROUTES[] = {
        {GET, "/api/v1/legal-holds/chats", "administrator", 0, list_kept},
        {0},
};
