/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Read marks: a register a (chat, person), of each origin the last message read there, merged by
 * the maximum; and their pace.
 *
 * A vector and not one place, because a message that arrives late with an older clock was not
 * read. A person's marks are written at most every two seconds: the first at once, those that
 * follow wait for the end of that time, and so does the answer to them, so that what was answered
 * is written. When the client does not wait for it, its mark is written all the same. */
#include "chats/chats-private.h"

#define PACE_MS  2000
#define HELD_MAX 8

typedef struct {
	Request *request; /* NULL: its client is gone */
	Handler write;
	Id chat;
	Id message;
} Held;

typedef struct {
	Chats *chats;
	char *person;
	GPtrArray *held;
	guint timer;
} Pace;

/* --- Writing --- */

static bool merge(Chats *self, const Actor *reader, const char *chat, const Place *place,
                  GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "merge_chat_read");

	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", reader->person.text);
	query_bind_int(query, ":hlc", (int64_t)place->hlc);
	query_bind_text(query, ":origin", place->origin.text);
	return query_run(query, error);
}

bool chats_mark_read(Chats *self, const Actor *reader, const char *chat, const char *message,
                     GError **error)
{
	g_autofree char *scope = NULL;
	g_autofree char *data = NULL;
	g_auto(Message) up_to = {0};
	Membership member;

	if (!chats_check_member(self, reader, chat, &member, error) ||
	    !chats_check_message(self, &member, message, &up_to, error) ||
	    !merge(self, reader, chat, &up_to.place, error))
		return false;
	if (!store_changes(self->store))
		return true;
	events_tell(self->events);
	/* Nobody reads who reads a channel, and thousands would hear of thousands. */
	scope = member.kind == CHAT_CHANNEL ? g_strconcat("person:", reader->person.text, NULL)
	                                    : g_strconcat("chat:", chat, NULL);
	data = g_strdup_printf("{\"chat_id\":\"%s\",\"person_id\":\"%s\",\"message_id\":\"%s\"}",
	                       chat, reader->person.text, message);
	events_signal(self->events, scope, "read", reader->person.text, data);
	return true;
}

/* --- The pace --- */

static void write_unanswered(Chats *self, const char *person, const Held *held)
{
	Actor reader = {.kind = ACTOR_PERSON, .person = id_from(person)};
	bool written;

	/* Nobody waits for it any more, and an unread mark is a small loss. */
	if (!store_begin(self->store, NULL))
		return;
	written = chats_mark_read(self, &reader, held->chat.text, held->message.text, NULL);
	(void)store_end(self->store, written, NULL);
}

static void write_held(Chats *self, const char *person, const GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++) {
		const Held *held = all->pdata[i];

		if (held->request)
			request_resume(held->request, held->write, self);
		else
			write_unanswered(self, person, held);
	}
}

void pace_free(void *data)
{
	Pace *pace = data;

	if (pace->timer)
		g_source_remove(pace->timer);
	write_held(pace->chats, pace->person, pace->held);
	g_ptr_array_unref(pace->held);
	g_free(pace->person);
	g_free(pace);
}

static gboolean on_time(void *data)
{
	Pace *pace = data;
	g_autoptr(GPtrArray) held = g_steal_pointer(&pace->held);

	pace->held = g_ptr_array_new_with_free_func(g_free);
	if (held->len) {
		write_held(pace->chats, pace->person, held);
		return G_SOURCE_CONTINUE;
	}
	pace->timer = 0;
	g_hash_table_remove(pace->chats->paces, pace->person);
	return G_SOURCE_REMOVE;
}

bool chats_pace(Chats *self, const Actor *reader)
{
	Pace *pace;

	if (g_hash_table_contains(self->paces, reader->person.text))
		return false;
	pace = g_new0(Pace, 1);
	pace->chats = self;
	pace->person = g_strdup(reader->person.text);
	pace->held = g_ptr_array_new_with_free_func(g_free);
	pace->timer = g_timeout_add(PACE_MS, on_time, pace);
	g_hash_table_insert(self->paces, pace->person, pace);
	return true;
}

static void on_gone(void *data)
{
	((Held *)data)->request = NULL;
}

bool chats_hold_mark(Chats *self, Request *request, const char *chat, const char *message,
                     Handler write, GError **error)
{
	Pace *pace = g_hash_table_lookup(self->paces, request_actor(request)->person.text);
	Held *held;

	if (pace->held->len >= HELD_MAX) {
		error_set(error, ERROR_BUSY, "Too many read marks at once");
		if (error)
			error_set_retry_after(*error, PACE_MS / 1000);
		return false;
	}
	held = g_new0(Held, 1);
	held->request = request;
	held->write = write;
	held->chat = id_from(chat);
	held->message = id_from(message);
	g_ptr_array_add(pace->held, held);
	request_hold(request, on_gone, held);
	return true;
}
