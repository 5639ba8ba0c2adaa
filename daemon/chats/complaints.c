/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Complaints about a message: anybody who sees it may make one. Administrators handle them, and the
 * class teacher those of the class's chats; nobody handles one about their own words.
 *
 * A complaint shows the message that it is about and no more. To read around it, and what was
 * changed or deleted there, an administrator gives a reason and another one confirms. That it
 * happened, who did it and why is seen by everybody in the chat from then on. */
#include "chats/complaints.h"

#include "base/text.h"

#include <string.h>

void complaint_clear(Complaint *self)
{
	g_clear_pointer(&self->text, g_free);
}

static bool append(Chats *self, const Actor *actor, const char *kind, const char *subject,
                   json_t *body, GError **error)
{
	g_autoptr(Event) event = event_new(actor, kind, "admins", subject, body);

	return events_append(self->events, event, error);
}

/* --- Who may what --- */

static bool refuse(GError **error)
{
	return error_set(error, ERROR_NOT_FOUND, "There is no such complaint");
}

static bool may_handle(Chats *self, const Actor *actor, const Complaint *complaint)
{
	if (actor->kind != ACTOR_PERSON || id_equal(&actor->person, &complaint->author))
		return false;
	if (actor->roles & ROLE_ADMINISTRATOR)
		return true;
	return !id_is_empty(&complaint->class_id) &&
	       classes_is_class_teacher(self->classes, complaint->class_id.text,
	                                actor->person.text);
}

bool complaints_check_handler(Chats *self, const Actor *actor, const char *id, Complaint *ret,
                              GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_complaint");
	bool row;

	query_bind_text(query, ":id", id);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return refuse(error);
	*ret = (Complaint){
	        .key = query_int(query, 0),
	        .chat_key = query_int(query, 1),
	        .chat = id_from(query_text(query, 2)),
	        .class_id = id_from(query_text(query, 3)),
	        .message = id_from(query_text(query, 4)),
	        .author = id_from(query_text(query, 5)),
	        .hlc = (Hlc)query_int(query, 6),
	        .text = g_strdup(query_text(query, 8)),
	        .decided = !query_is_null(query, 9),
	        .kind = (ChatKind)query_int(query, 10),
	};
	return may_handle(self, actor, ret) || refuse(error);
}

static bool check_administrator(Chats *self, const Actor *actor, const char *id, Complaint *ret,
                                GError **error)
{
	return actor_check_administrator(actor, error) &&
	       complaints_check_handler(self, actor, id, ret, error);
}

static bool check_words(const char *words, const char *field, bool needed, GError **error)
{
	if (needed && (!words || text_is_blank(words)))
		return error_reason(error, ERROR_INVALID, "empty", field, "Say why, in words");
	if (words && text_length(words) > COMPLAINT_WORDS_CHARACTERS_MAX)
		return error_reason(error, ERROR_INVALID, "too-long", field,
		                    "At most %d characters", COMPLAINT_WORDS_CHARACTERS_MAX);
	return true;
}

/* --- Making one --- */

static bool check_reason(const char *reason, GError **error)
{
	static const char *const REASONS[] = {"insult", "bullying", "danger", "sexual",
	                                      "spam",   "other",    NULL};

	if (g_strv_contains(REASONS, reason))
		return true;
	return error_reason(error, ERROR_INVALID, "invalid", "reason", "There is no such reason");
}

static bool find_own(Chats *self, const Actor *actor, const char *message, Id *ret_id,
                     GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_own_complaint");
	bool row;

	query_bind_text(query, ":person", actor->person.text);
	query_bind_text(query, ":message", message);
	if (!query_next(query, &row, error))
		return false;
	*ret_id = id_from(row ? query_text(query, 0) : NULL);
	return true;
}

static bool check_count(Chats *self, const Actor *actor, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "count_open_complaints_of");

	query_bind_text(query, ":person", actor->person.text);
	if (!query_one(query, error))
		return false;
	if (query_int(query, 0) < OPEN_COMPLAINTS_MAX)
		return true;
	return error_reason(error, ERROR_CONFLICT, "too-many-complaints", NULL,
	                    "%d complaints wait already: let them be looked at first",
	                    OPEN_COMPLAINTS_MAX);
}

bool complaints_add(Chats *self, const Actor *actor, const char *chat, const char *message,
                    const NewComplaint *complaint, Id *ret_id, GError **error)
{
	g_auto(Message) about = {0};
	Membership member;

	if (!chats_check_member(self, actor, chat, &member, error) ||
	    !chats_check_message(self, &member, message, &about, error) ||
	    !check_reason(complaint->reason, error) ||
	    !check_words(complaint->words, "words", false, error))
		return false;
	if (id_equal(&about.author, &actor->person))
		return error_reason(error, ERROR_INVALID, "invalid", "message",
		                    "It is your own message: delete it");
	if (!find_own(self, actor, message, ret_id, error))
		return false;
	if (!id_is_empty(ret_id))
		return true;
	if (!check_count(self, actor, error))
		return false;
	*ret_id = id_new();
	return append(self, actor, "complaint.added", ret_id->text,
	              json_pack("{s:s, s:s, s:s, s:s}", "chat", chat, "message", message, "reason",
	                        complaint->reason, "words", complaint->words ? complaint->words : ""),
	              error);
}

/* --- Deciding --- */

static bool remove_message(Chats *self, const Actor *actor, const Complaint *complaint,
                           GError **error)
{
	g_autofree char *scope = g_strconcat("chat:", complaint->chat.text, NULL);
	const Membership member = {.chat_key = complaint->chat_key, .kind = complaint->kind};
	g_autoptr(Event) event = NULL;

	if (!complaint->text)
		return true;
	event = event_new(actor, "chat.message.blanked", scope, complaint->message.text,
	                  json_object());
	return chats_keep_sealed(self, &member, complaint->message.text, complaint->text, error) &&
	       events_append(self->events, event, error);
}

bool complaints_decide(Chats *self, const Actor *actor, const char *id, const char *decision,
                       const char *words, GError **error)
{
	g_auto(Complaint) complaint = {0};
	bool removed = strcmp(decision, "removed") == 0;

	if (!complaints_check_handler(self, actor, id, &complaint, error) ||
	    !check_words(words, "words", false, error))
		return false;
	if (!removed && strcmp(decision, "kept") != 0)
		return error_reason(error, ERROR_INVALID, "invalid", "decision",
		                    "A message is kept or removed");
	if (complaint.decided)
		return error_set(error, ERROR_CONFLICT, "This complaint is decided");
	return (!removed || remove_message(self, actor, &complaint, error)) &&
	       append(self, actor, "complaint.decided", id,
	              json_pack("{s:s, s:s}", "decision", decision, "words", words ? words : ""),
	              error);
}

/* --- Opening a chat around it --- */

bool complaints_ask_opening(Chats *self, const Actor *actor, const char *id, const char *reason,
                            GError **error)
{
	g_auto(Complaint) complaint = {0};
	g_autoptr(Query) query = NULL;
	Id opening = id_new();
	bool pending;

	if (!check_administrator(self, actor, id, &complaint, error) ||
	    !check_words(reason, "reason", true, error))
		return false;
	query = store_query(self->store, "has_pending_opening");
	query_bind_int(query, ":complaint_key", complaint.key);
	if (!query_next(query, &pending, error))
		return false;
	if (pending)
		return error_set(error, ERROR_CONFLICT, "An opening waits to be confirmed already");
	query_end(g_steal_pointer(&query));
	return append(self, actor, "complaint.opening.asked", opening.text,
	              json_pack("{s:s, s:s}", "complaint", id, "reason", reason), error);
}

bool complaints_confirm_opening(Chats *self, const Actor *actor, const char *id,
                                const char *opening, GError **error)
{
	g_auto(Complaint) complaint = {0};
	g_autoptr(Query) query = NULL;

	if (!check_administrator(self, actor, id, &complaint, error))
		return false;
	query = store_query(self->store, "find_complaint_opening");
	query_bind_text(query, ":complaint", id);
	query_bind_text(query, ":id", opening);
	if (!query_one(query, error))
		return false;
	if (strcmp(query_text(query, 0), actor->person.text) == 0)
		return error_reason(error, ERROR_FORBIDDEN, "second-person", NULL,
		                    "Another administrator has to confirm it");
	if (query_int(query, 1))
		return true;
	query_end(g_steal_pointer(&query));
	return append(self, actor, "complaint.opening.confirmed", opening, json_object(), error);
}

bool complaints_check_opened(Chats *self, const Actor *actor, const Complaint *complaint,
                             GError **error)
{
	const int64_t since_ms =
	        events_now_ms(self->events) - OPENED_DAYS * G_GINT64_CONSTANT(86400000);
	g_autoptr(Query) query = store_query(self->store, "is_opened_to");
	bool row;

	query_bind_int(query, ":complaint_key", complaint->key);
	query_bind_text(query, ":person", actor->person.text);
	query_bind_int(query, ":since", since_ms << 16);
	if (!query_next(query, &row, error))
		return false;
	return row || error_reason(error, ERROR_FORBIDDEN, "not-opened", NULL,
	                           "Two administrators open a chat together, for %d days",
	                           OPENED_DAYS);
}

json_t *complaints_unseal(Chats *self, const char *message, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_sealed_of_message");
	g_autoptr(json_t) texts = json_array();
	uint8_t key[SEAL_KEY_SIZE];
	bool row;

	events_derive_key(self->events, "chats.sealed", key);
	query_bind_text(query, ":message", message);
	query_bind_int(query, ":now_ms", events_now_ms(self->events));
	for (;;) {
		g_autofree uint8_t *text = NULL;
		size_t size = 0;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			return g_steal_pointer(&texts);
		text = unseal(key, query_text(query, 0), &size);
		if (text)
			json_array_append_new(texts, json_stringn((const char *)text, size));
	}
}
