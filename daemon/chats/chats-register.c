/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Read marks as the state that another end gets: a vector a (chat, person), merged by the maximum.
 * A mark may come before the message that it means. */
#include "chats/chats-private.h"

const Migration READ_REGISTER_MIGRATION = {"/urok/chats/chats-register-schema.sql"};

static json_t *list_marks(void *room, int64_t *cursor, int limit, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_changed_reads");
	g_autoptr(json_t) rows = json_array();
	bool row = true;

	query_bind_int(query, ":after", *cursor);
	query_bind_int(query, ":limit", limit);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		*cursor = query_int(query, 0);
		json_array_append_new(rows, json_pack("[ssssss]", query_text(query, 1),
		                                      query_text(query, 2), query_text(query, 3),
		                                      query_text(query, 4), query_text(query, 5),
		                                      query_text(query, 6)));
	}
	return g_steal_pointer(&rows);
}

static bool take_mark(Chats *self, const char *const texts[6], GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "take_chat_read");

	query_bind_text(query, ":chat", texts[0]);
	query_bind_text(query, ":person", texts[1]);
	query_bind_text(query, ":origin", texts[2]);
	query_bind_text(query, ":epoch", texts[3]);
	query_bind_int(query, ":seq", g_ascii_strtoll(texts[4], NULL, 10));
	query_bind_int(query, ":hlc", g_ascii_strtoll(texts[5], NULL, 10));
	return query_run(query, error);
}

static bool read_mark(const json_t *row, const char *ret_texts[6])
{
	for (size_t i = 0; i < 6; i++) {
		ret_texts[i] = json_string_value(json_array_get(row, i));
		if (!ret_texts[i] || (i < 4 && !id_is_valid(ret_texts[i])))
			return false;
	}
	return true;
}

static bool merge_marks(void *room, const json_t *rows, GError **error)
{
	Chats *self = room;
	bool changed = false;
	size_t index;
	json_t *row;

	json_array_foreach(rows, index, row) {
		const char *texts[6];

		if (!read_mark(row, texts))
			continue;
		if (!take_mark(self, texts, error))
			return false;
		changed = changed || store_changes(self->store);
	}
	if (changed)
		events_tell(self->events);
	return true;
}

static const Register MARKS = {"chat.read", list_marks, merge_marks};

void chats_add_register(Chats *self)
{
	events_add_register(self->events, &MARKS, self);
}
