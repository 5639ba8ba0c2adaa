/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chats: the rules of writing, changing and deleting, and who may what. */
#include "chats/chats-private.h"
#include "chats/complaints.h"

#include "base/text.h"

#include <string.h>

#define SEALED_DAYS 30

const Migration CHATS_MIGRATION = {"/urok/chats/chats-schema.sql"};
const Migration CHATS_MADE_MIGRATION = {"/urok/chats/chats-made-schema.sql"};
const Migration COMPLAINTS_MIGRATION = {"/urok/chats/complaints-schema.sql"};
const Migration CHATS_MERGED_MIGRATION = {"/urok/chats/chats-merged-schema.sql"};
const Migration COMPLAINTS_EVENTS_MIGRATION = {"/urok/chats/complaints-events-schema.sql"};

Id chats_id_of(ChatKind kind, const char *class_id)
{
	static const char *const NAMES[] = {
	        [CHAT_STAFF] = "chat.staff",
	        [CHAT_CLASS_PUPILS] = "chat.pupils",
	        [CHAT_CLASS_PARENTS] = "chat.parents",
	};

	return id_derive(class_id ? class_id : "school", NAMES[kind]);
}

void message_clear(Message *self)
{
	g_clear_pointer(&self->text, g_free);
	g_clear_pointer(&self->reply_to, g_free);
}

/* --- Who may what --- */

static bool refuse_chat(GError **error)
{
	return error_set(error, ERROR_NOT_FOUND, "There is no such chat");
}

void chats_bind_today(Chats *self, Query *query)
{
	char today[TIME_TEXT_SIZE];

	clock_format(events_now_ms(self->events), today);
	today[strlen("2026-09-01")] = '\0';
	query_bind_text(query, ":today", today);
}

bool chats_check_member(Chats *self, const Actor *actor, const char *chat, Membership *ret_member,
                        GError **error)
{
	g_autoptr(Query) query = NULL;
	bool row;

	if (actor->kind != ACTOR_PERSON)
		return refuse_chat(error);
	query = store_query(self->store, "find_chat_member");
	query_bind_text(query, ":chat", chat);
	query_bind_text(query, ":person", actor->person.text);
	chats_bind_today(self, query);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return refuse_chat(error);
	ret_member->chat_key = query_int(query, 0);
	ret_member->person_key = query_int(query, 1);
	ret_member->kind = (ChatKind)query_int(query, 2);
	ret_member->class_id = id_from(query_text(query, 3));
	ret_member->joined = (Hlc)query_int(query, 4);
	ret_member->part = (Part)query_int(query, 5);
	ret_member->other = id_from(query_text(query, 6));
	ret_member->over = query_int(query, 7);
	return true;
}

bool chats_check_message(Chats *self, const Membership *member, const char *message,
                         Message *ret_message, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_message");
	bool row;

	query_bind_text(query, ":id", message);
	query_bind_int(query, ":chat_key", member->chat_key);
	query_bind_int(query, ":joined", (int64_t)member->joined);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return error_set(error, ERROR_NOT_FOUND, "There is no such message");
	ret_message->place.hlc = (Hlc)query_int(query, 0);
	ret_message->place.origin = id_from(query_text(query, 1));
	ret_message->place.origin_seq = query_int(query, 2);
	ret_message->author = id_from(query_text(query, 3));
	ret_message->text = g_strdup(query_text(query, 4));
	ret_message->reply_to = g_strdup(query_text(query, 5));
	return true;
}

bool chats_check_author(const Message *message, const Actor *actor, GError **error)
{
	if (id_equal(&message->author, &actor->person))
		return true;
	return error_set(error, ERROR_FORBIDDEN, "Only its author may change a message");
}

bool chats_check_moderator(Chats *self, const Membership *member, const Message *message,
                           const Actor *actor, GError **error)
{
	if (id_equal(&message->author, &actor->person) || member->part >= PART_MODERATOR ||
	    (actor->roles & ROLE_ADMINISTRATOR && member->kind != CHAT_DIRECT))
		return true;
	if (!id_is_empty(&member->class_id) &&
	    classes_is_class_teacher(self->classes, member->class_id.text, actor->person.text))
		return true;
	return error_set(error, ERROR_FORBIDDEN,
	                 "Only its author and who looks after the chat may delete it");
}

typedef enum { AS_MEMBER, AS_AUTHOR, AS_MODERATOR, AS_MANAGER } Standing;

static bool may(Chats *self, Request *request, Standing standing, GError **error)
{
	const Actor *actor = request_actor(request);
	g_auto(Message) message = {0};
	Membership member;
	const char *chat;
	const char *id;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	if (!request_param_id(request, "chat", &chat, error) ||
	    !chats_check_member(self, actor, chat, &member, error))
		return false;
	if (standing == AS_MEMBER)
		return true;
	if (standing == AS_MANAGER)
		return chats_check_manager(self, actor, &member, error);
	if (!request_param_id(request, "message", &id, error) ||
	    !chats_check_message(self, &member, id, &message, error))
		return false;
	if (standing == AS_AUTHOR)
		return chats_check_author(&message, actor, error);
	return chats_check_moderator(self, &member, &message, actor, error);
}

static bool may_as_member(void *room, Request *request, GError **error)
{
	return may(room, request, AS_MEMBER, error);
}

static bool may_as_author(void *room, Request *request, GError **error)
{
	return may(room, request, AS_AUTHOR, error);
}

static bool may_as_moderator(void *room, Request *request, GError **error)
{
	return may(room, request, AS_MODERATOR, error);
}

static bool may_as_manager(void *room, Request *request, GError **error)
{
	return may(room, request, AS_MANAGER, error);
}

static void add_scopes(void *room, const Actor *reader, ScopeSet *set)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_chat_ids_of");
	bool row;

	query_bind_text(query, ":person", reader->person.text);
	/* A failure shows less, never more; the stream then takes its scopes anew at the next one. */
	while (query_next(query, &row, NULL) && row) {
		g_autofree char *scope = g_strconcat("chat:", query_text(query, 0), NULL);

		scope_add(set, scope);
	}
}

static json_t *list_chats_of_class(void *room, const Actor *actor, const char *class_id,
                                   GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_class_chats");

	query_bind_text(query, ":person", actor->person.text);
	query_bind_text(query, ":class", class_id);
	if (!query_one(query, error))
		return NULL;
	return json_loads(query_text(query, 0), 0, NULL);
}

static bool are_in_conversation(void *room, const char *person, const char *other)
{
	Chats *self = room;
	g_autoptr(Query) query = store_query(self->store, "is_in_conversation");
	bool row;

	query_bind_text(query, ":person", person);
	query_bind_text(query, ":other", other);
	return query_next(query, &row, NULL) && row;
}

/* --- Writing --- */

static char *check_text(const char *text, GError **error)
{
	g_autofree char *trimmed = text_trim(text);
	size_t length = text_length(trimmed);

	if (text_is_blank(trimmed)) {
		error_reason(error, ERROR_INVALID, "empty", "text", "A message needs some text");
		return NULL;
	}
	if (length > MESSAGE_CHARACTERS_MAX) {
		error_reason(error, ERROR_INVALID, "too-long", "text",
		             "A message has at most %d characters, this one has %zu",
		             MESSAGE_CHARACTERS_MAX, length);
		return NULL;
	}
	return g_steal_pointer(&trimmed);
}

static bool check_reply(Chats *self, const Membership *member, const char *reply_to, GError **error)
{
	g_auto(Message) quoted = {0};
	g_autoptr(GError) failure = NULL;

	if (!reply_to || chats_check_message(self, member, reply_to, &quoted, &failure))
		return true;
	if (!error_is(failure, ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	return error_reason(error, ERROR_INVALID, "invalid", "reply_to",
	                    "There is no such message in this chat to reply to");
}

static bool append(Chats *self, const Actor *actor, const char *kind, const char *chat,
                   const char *message, json_t *body, GError **error)
{
	g_autofree char *scope = g_strconcat("chat:", chat, NULL);
	g_autoptr(Event) event = event_new(actor, kind, scope, message, body);

	return events_append(self->events, event, error);
}

static json_t *state_to_json(const char *text, const char *reply_to)
{
	json_t *body = json_object();

	json_object_set_new(body, "text", json_string(text));
	if (reply_to)
		json_object_set_new(body, "reply_to", json_string(reply_to));
	return body;
}

bool chats_post(Chats *self, const Actor *author, const char *chat, const char *text,
                const char *reply_to, const char *client_id, Id *ret_message, GError **error)
{
	g_autofree char *checked = NULL;
	Membership member;
	Id message = id_new();
	json_t *body;

	if (!chats_check_member(self, author, chat, &member, error) ||
	    !chats_check_writer(self, author, &member, error))
		return false;
	checked = check_text(text, error);
	if (!checked || !check_reply(self, &member, reply_to, error))
		return false;
	body = state_to_json(checked, reply_to);
	if (client_id)
		json_object_set_new(body, "client_id", json_string(client_id));
	if (!append(self, author, "chat.message.posted", chat, message.text, body, error))
		return false;
	*ret_message = message;
	return true;
}

void chats_set_tempo(Chats *self, unsigned messages_a_minute)
{
	tempo_set(self->tempo, messages_a_minute);
}

bool chats_check_tempo(Chats *self, const Actor *author, GError **error)
{
	int64_t wait_us;

	if (tempo_take(self->tempo, author->person.text, g_get_monotonic_time(), &wait_us))
		return true;
	error_set(error, ERROR_BUSY, "So many messages at once are too many; wait a moment");
	if (error)
		error_set_retry_after(*error, (unsigned)(wait_us / G_USEC_PER_SEC + 1));
	return false;
}

/* --- Changing and deleting --- */

bool chats_remove_past_sealed(Chats *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_message_sealed_past");

	query_bind_int(query, ":now_ms", events_now_ms(self->events));
	return query_run(query, error);
}

static bool is_held(Chats *self, const char *message)
{
	g_autoptr(Query) query = store_query(self->store, "is_message_held");
	bool row;

	query_bind_text(query, ":id", message);
	return query_next(query, &row, NULL) && row;
}

/* Where pupils write, what is taken away can be examined for a while after a complaint; under a
 * legal hold it stays as long as that. */
bool chats_keep_sealed(Chats *self, const Membership *member, const char *message,
                       const char *text, GError **error)
{
	const int64_t lifetime_ms = SEALED_DAYS * G_GINT64_CONSTANT(86400000);
	g_autoptr(Query) query = NULL;
	g_autofree char *sealed = NULL;
	uint8_t key[SEAL_KEY_SIZE];
	Id id = id_new();

	if (!chats_is_pupil_in(self, member) && !is_held(self, message))
		return true;
	if (!chats_remove_past_sealed(self, error))
		return false;
	events_derive_key(self->events, "chats.sealed", key);
	sealed = seal(key, text, strlen(text));
	query = store_query(self->store, "add_message_sealed");
	query_bind_text(query, ":id", id.text);
	query_bind_text(query, ":message", message);
	query_bind_text(query, ":sealed", sealed);
	query_bind_int(query, ":until_ms", events_now_ms(self->events) + lifetime_ms);
	return query_run(query, error);
}

bool chats_edit(Chats *self, const Actor *author, const char *chat, const char *message,
                const char *text, GError **error)
{
	g_autofree char *checked = NULL;
	g_auto(Message) before = {0};
	Membership member;

	if (!chats_check_member(self, author, chat, &member, error) ||
	    !chats_check_message(self, &member, message, &before, error) ||
	    !chats_check_author(&before, author, error) ||
	    !chats_check_writer(self, author, &member, error))
		return false;
	if (!before.text)
		return error_set(error, ERROR_CONFLICT, "The message is deleted");
	checked = check_text(text, error);
	if (!checked)
		return false;
	if (strcmp(checked, before.text) == 0)
		return true;
	return chats_keep_sealed(self, &member, message, before.text, error) &&
	       append(self, author, "chat.message.edited", chat, message,
	              state_to_json(checked, before.reply_to), error);
}

bool chats_delete(Chats *self, const Actor *actor, const char *chat, const char *message,
                  GError **error)
{
	g_auto(Message) before = {0};
	Membership member;

	if (!chats_check_member(self, actor, chat, &member, error) ||
	    !chats_check_message(self, &member, message, &before, error) ||
	    !chats_check_moderator(self, &member, &before, actor, error))
		return false;
	if (!before.text)
		return true;
	return chats_keep_sealed(self, &member, message, before.text, error) &&
	       append(self, actor, "chat.message.blanked", chat, message, json_object(), error);
}

/* --- The room --- */

Chats *chats_new(const ChatsOptions *options)
{
	Chats *self = g_new0(Chats, 1);

	self->store = options->store;
	self->events = options->events;
	self->http = options->http;
	self->people = options->people;
	self->classes = options->classes;
	self->tempo = tempo_new(options->messages_a_minute);
	self->paces = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, pace_free);
	chats_add_kinds(self);
	chats_add_register(self);
	chats_add_made_kinds(self);
	chats_add_group_kinds(self);
	complaints_add_kinds(self);
	complaints_add_gates(self);
	chats_add_contests(self);
	chats_follow(self);
	chats_follow_merges(self);
	store_add_person_data(self->store, &CHATS_DATA, self);
	events_add_audience(self->events, add_scopes, self);
	classes_set_chats_of(self->classes, list_chats_of_class, self);
	classes_set_company(self->classes, are_in_conversation, self);
	http_add_gate(self->http, "chat-member", may_as_member, self);
	http_add_gate(self->http, "message-author", may_as_author, self);
	http_add_gate(self->http, "message-moderator", may_as_moderator, self);
	http_add_gate(self->http, "chat-manager", may_as_manager, self);
	return self;
}

void chats_free(Chats *self)
{
	if (!self)
		return;
	g_hash_table_unref(self->paces);
	tempo_free(self->tempo);
	g_free(self);
}
