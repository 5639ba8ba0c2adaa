/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rows of messages: what the log's events make of them, and what browsers get of it.
 *
 * Messages may come from several origins, so their three kinds commute: an edit or a deletion may
 * be here before its posting (the row then waits, unseen), the last edit by (hlc, origin) wins, a
 * deletion is final. A superseded body is blanked in the log; therefore an edit carries the
 * complete state and a changed message forgets its client_id, which only the posting knew. */
#include "chats/chats-private.h"

#include <string.h>

#define CLIENT_ID_MAX 64

typedef struct {
	const char *text;
	const char *reply_to;
	const char *client_id;
} State;

static const char *chat_of(const Event *event)
{
	return g_str_has_prefix(event->scope, "chat:") ? event->scope + strlen("chat:") : "";
}

static bool read_state(const Event *event, State *ret_state, GError **error)
{
	const Field fields[] = {
	        {"text", FIELD_TEXT, true, MESSAGE_CHARACTERS_MAX, &ret_state->text},
	        {"reply_to", FIELD_ID, false, 0, &ret_state->reply_to},
	        {"client_id", FIELD_TEXT, false, CLIENT_ID_MAX, &ret_state->client_id},
	        {0},
	};

	*ret_state = (State){0};
	return !event->body || json_read(event->body, fields, error);
}

/* --- Messages --- */

typedef struct {
	Id posted_event;
	Id edited_event;
	Hlc edited_hlc;
	Id edited_origin;
	bool deleted;
} Bodies;

static bool load_bodies(Chats *self, const char *message, Bodies *ret_bodies, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_message_bodies");

	query_bind_text(query, ":id", message);
	if (!query_one(query, error))
		return false;
	ret_bodies->posted_event = id_from(query_text(query, 0));
	ret_bodies->edited_event = id_from(query_text(query, 1));
	ret_bodies->edited_hlc = (Hlc)query_int(query, 2);
	ret_bodies->edited_origin = id_from(query_text(query, 3));
	ret_bodies->deleted = query_int(query, 4);
	return true;
}

static bool blank(Chats *self, const Id *event, GError **error)
{
	return id_is_empty(event) || events_blank(self->events, event->text, error);
}

static bool ensure_row(Chats *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_message_before_its_posting");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":chat", chat_of(event));
	return query_run(query, error);
}

static bool add_origin(Chats *self, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_message_origin");

	query_bind_text(query, ":origin", event->origin.text);
	query_bind_text(query, ":epoch", event->epoch.text);
	return query_run(query, error);
}

/* The keys of where and by whom a message was written. */
typedef struct {
	int64_t chat;
	int64_t author;
	int64_t origin;
	bool has_origin;
	ChatKind kind;
} Keys;

static bool find_keys(Chats *self, const Event *event, Keys *ret_keys, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_message_keys");

	query_bind_text(query, ":chat", chat_of(event));
	query_bind_text(query, ":author", event->actor);
	query_bind_text(query, ":origin", event->origin.text);
	query_bind_text(query, ":epoch", event->epoch.text);
	if (!query_one(query, error))
		return false;
	*ret_keys = (Keys){query_int(query, 0), query_int(query, 1), query_int(query, 2),
	                   !query_is_null(query, 2), (ChatKind)query_int(query, 3)};
	return true;
}

/* The first message of an origin brings its row. */
static bool ensure_keys(Chats *self, const Event *event, Keys *ret_keys, GError **error)
{
	return find_keys(self, event, ret_keys, error) &&
	       (ret_keys->has_origin ||
	        (add_origin(self, event, error) && find_keys(self, event, ret_keys, error)));
}

/* The two statements say the same, of a row that is not there yet and of one that is. */
static bool write_message(Chats *self, const char *statement, const Event *event,
                          const State *state, const Keys *keys, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);
	char sent_at[TIME_TEXT_SIZE];

	clock_format(HLC_MS(event->hlc), sent_at);
	query_bind_text(query, ":id", event->subject);
	query_bind_int(query, ":chat_key", keys->chat);
	query_bind_int(query, ":author_key", keys->author);
	query_bind_int(query, ":origin_key", keys->origin);
	query_bind_int(query, ":origin_seq", event->origin_seq);
	query_bind_int(query, ":origin_order", origin_order(&event->origin));
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":sent_at", sent_at);
	query_bind_text(query, ":event", event->id.text);
	query_bind_text(query, ":text", state->text);
	query_bind_text(query, ":reply_to", state->reply_to);
	query_bind_text(query, ":client_id", state->client_id);
	return query_run(query, error);
}

static bool merge_message(Chats *self, const Event *event, const State *state, const Keys *keys,
                          GError **error)
{
	Bodies bodies;

	if (!write_message(self, "merge_message", event, state, keys, error) ||
	    !load_bodies(self, event->subject, &bodies, error))
		return false;
	if (bodies.deleted || !id_is_empty(&bodies.edited_event) ||
	    !id_equal(&bodies.posted_event, &event->id))
		return events_blank(self->events, event->id.text, error);
	return true;
}

static bool run_on(Chats *self, const char *statement, const char *message, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":id", message);
	return query_run(query, error);
}

/* Another end's message may come when its author was erased here: it comes without words. */
static bool forget_erased(Chats *self, const Event *event, GError **error)
{
	if (id_equal(&event->epoch, events_epoch(self->events)) ||
	    !people_is_erased(self->people, event->actor))
		return true;
	return events_blank(self->events, event->id.text, error) &&
	       run_on(self, "remove_sealed_of_message", event->subject, error) &&
	       run_on(self, "empty_message", event->subject, error);
}

static bool apply_posted(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	State state;
	Keys keys;
	bool added;

	if (!read_state(event, &state, error) || !ensure_keys(self, event, &keys, error) ||
	    !write_message(self, "add_message", event, &state, &keys, error))
		return false;
	added = store_changes(self->store);
	if (keys.kind == CHAT_DIRECT && !chats_follow_pair(self, keys.chat, chat_of(event), error))
		return false;
	return (added || merge_message(self, event, &state, &keys, error)) &&
	       forget_erased(self, event, error);
}

static bool is_later(const Event *event, const Bodies *bodies)
{
	if (event->hlc != bodies->edited_hlc)
		return event->hlc > bodies->edited_hlc;
	return strcmp(event->origin.text, bodies->edited_origin.text) > 0;
}

static bool change_message(Chats *self, const Event *event, const State *state, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "change_message");

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":text", state->text);
	query_bind_text(query, ":reply_to", state->reply_to);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":origin", event->origin.text);
	query_bind_text(query, ":event", event->id.text);
	return query_run(query, error);
}

static bool apply_edited(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	Bodies bodies;
	State state;

	if (!read_state(event, &state, error) || !ensure_row(self, event, error) ||
	    !load_bodies(self, event->subject, &bodies, error) ||
	    !blank(self, &bodies.posted_event, error))
		return false;
	if (is_later(event, &bodies)) {
		if (!change_message(self, event, &state, error) ||
		    !blank(self, &bodies.edited_event, error))
			return false;
		bodies.edited_event = event->id;
	}
	if (bodies.deleted || !id_equal(&bodies.edited_event, &event->id))
		return events_blank(self->events, event->id.text, error);
	return forget_erased(self, event, error);
}

static bool apply_blanked(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;
	Bodies bodies;

	if (!ensure_row(self, event, error) || !load_bodies(self, event->subject, &bodies, error) ||
	    !blank(self, &bodies.posted_event, error) || !blank(self, &bodies.edited_event, error))
		return false;
	query = store_query(self->store, "remove_message_text");
	query_bind_text(query, ":id", event->subject);
	return query_run(query, error);
}

/* --- Foreign events: their shape; membership was judged where they were accepted --- */

static bool refuse(GError **error)
{
	return error_set(error, ERROR_FORBIDDEN, "The event is not as chats write it");
}

static bool admit(void *room, const Event *event, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;
	g_autoptr(GError) failure = NULL;
	State state;
	bool row;

	if (!id_is_valid(chat_of(event)) || !id_is_valid(event->subject) ||
	    !id_is_valid(event->actor) || (int64_t)event->hlc <= 0)
		return refuse(error);
	if (strcmp(event->kind, "chat.message.blanked") != 0 && !read_state(event, &state, &failure))
		return refuse(error);
	query = store_query(self->store, "has_chat_and_author");
	query_bind_text(query, ":chat", chat_of(event));
	query_bind_text(query, ":author", event->actor);
	if (!query_next(query, &row, error))
		return false;
	return row || refuse(error);
}

/* --- Live --- */

/* The message as all in its chat may see it. A message, or what it quotes, from before somebody's
 * joining is only named, and each page asks for what it may see. So is one that another person
 * than its author deleted: only the author's own page could be told that it is the author's. */
static char *message_to_live(Query *query, const Event *event, const Actor *reader)
{
	const char *author = query_text(query, 2);
	bool own = strcmp(author, event->actor) == 0;

	if (!query_int(query, 4) || (!reader && !own))
		return g_strdup_printf("{\"chat_id\":\"%s\",\"message_id\":\"%s\"}", chat_of(event),
		                       event->subject);
	own = reader && strcmp(author, reader->person.text) == 0;
	return g_strdup_printf("{\"chat_id\":\"%s\",\"message\":%s,\"mine\":%s,\"client_id\":%s%s}",
	                       chat_of(event), query_text(query, 0), own ? "true" : "false",
	                       own ? query_text(query, 3) : "null", query_text(query, 1));
}

static bool to_live(Chats *self, const Event *event, const Actor *reader, char **ret_data)
{
	g_autoptr(Query) query = store_query(self->store, "find_live_message");
	bool row;

	query_bind_text(query, ":id", event->subject);
	query_bind_text(query, ":chat", chat_of(event));
	if (!query_next(query, &row, NULL) || !row)
		return false;
	*ret_data = message_to_live(query, event, reader);
	return true;
}

static bool live_posted(void *room, const Event *event, const Actor *reader, const char **ret_name,
                        char **ret_data)
{
	*ret_name = "message";
	return to_live(room, event, reader, ret_data);
}

static bool live_changed(void *room, const Event *event, const Actor *reader,
                         const char **ret_name, char **ret_data)
{
	*ret_name = "message_changed";
	return to_live(room, event, reader, ret_data);
}

static const EventKind KINDS[] = {
        {"chat.message.posted", 1, LOCALITY_CLOUD, apply_posted, admit, live_posted, RETAIN_CHAT,
         true, true},
        {"chat.message.edited", 1, LOCALITY_CLOUD, apply_edited, admit, live_changed, RETAIN_CHAT,
         true, true},
        {"chat.message.blanked", 1, LOCALITY_CLOUD, apply_blanked, admit, live_changed,
         RETAIN_SKELETON, true, true},
        {0},
};

void chats_add_kinds(Chats *self)
{
	events_add_kinds(self->events, KINDS, self);
}
