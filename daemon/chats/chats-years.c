/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats of a new school year: those of the classes that go on, made at once with all who are in
 * them, as chats-members.c would make them one by one; channels of a class go on with it. */
#include "chats/chats-private.h"

static bool tell_all(Chats *self, Query *query, const char *chat, bool in, GError **error)
{
	g_autoptr(GPtrArray) people = query_list_texts(query, error);

	for (guint i = 0; people && i < people->len; i++)
		chats_tell_person(self, chat, people->pdata[i], in);
	return people != NULL;
}

static bool count_members(Chats *self, const char *chat, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_channel");

	query_bind_text(query, ":id", chat);
	return query_run(query, error);
}

static bool fill(Chats *self, ChatKind kind, const char *class_id, Hlc now, GError **error)
{
	const char *statement = kind == CHAT_CLASS_PUPILS ? "fill_pupils_chat" : "fill_parents_chat";
	Id chat = chats_id_of(kind, class_id);
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", chat.text);
	query_bind_int(query, ":hlc", (int64_t)now);
	return tell_all(self, query, chat.text, true, error) && count_members(self, chat.text, error);
}

static bool empty(Chats *self, ChatKind kind, const char *class_id, GError **error)
{
	Id chat = chats_id_of(kind, class_id);
	g_autoptr(Query) query = store_query(self->store, "empty_chat");

	query_bind_text(query, ":id", chat.text);
	return tell_all(self, query, chat.text, false, error) && count_members(self, chat.text, error);
}

static bool run_on_class(Chats *self, const char *statement, const char *class_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":class", class_id);
	return query_run(query, error);
}

static bool begin_one(Chats *self, const char *class_id, Hlc now, GError **error)
{
	return chats_add_own(self, CHAT_CLASS_PUPILS, class_id, error) &&
	       chats_add_own(self, CHAT_CLASS_PARENTS, class_id, error) &&
	       fill(self, CHAT_CLASS_PUPILS, class_id, now, error) &&
	       fill(self, CHAT_CLASS_PARENTS, class_id, now, error) &&
	       run_on_class(self, "add_channels_of_class_before", class_id, error);
}

static bool end_one(Chats *self, const char *class_id, GError **error)
{
	return empty(self, CHAT_CLASS_PUPILS, class_id, error) &&
	       empty(self, CHAT_CLASS_PARENTS, class_id, error) &&
	       run_on_class(self, "remove_channels_of_class", class_id, error);
}

/* The classes of a promotion are objects with their id, those of one that is undone ids. */
bool chats_follow_promotion(Chats *self, const Event *event, GError **error)
{
	const json_t *class;
	size_t i;

	json_array_foreach(json_object_get(event->body, "classes"), i, class)
	{
		const char *made = json_string_value(json_object_get(class, "id"));

		if (made ? !begin_one(self, made, event->hlc, error)
		         : !end_one(self, json_string_value(class), error))
			return false;
	}
	return true;
}
