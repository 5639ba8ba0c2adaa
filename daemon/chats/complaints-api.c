/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The way in to complaints: takes requests apart, calls one rule, replies. */
#include "chats/complaints.h"
#include "chats/chats-api.h"

#define BODY_MAX (COMPLAINT_WORDS_CHARACTERS_MAX * 12 + 1024)

static bool gate_handler(void *room, Request *request, GError **error)
{
	const Actor *actor = request_actor(request);
	g_auto(Complaint) complaint = {0};
	const char *id;

	if (actor->kind != ACTOR_PERSON)
		return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
	return request_param_id(request, "complaint", &id, error) &&
	       complaints_check_handler(room, actor, id, &complaint, error);
}

void complaints_add_gates(Chats *self)
{
	http_add_gate(self->http, "complaint-handler", gate_handler, self);
}

/* Rows whose first column is JSON, as {items}. */
static bool reply_rows(Request *request, Query *query, GError **error)
{
	g_autoptr(GString) items = items_new();

	if (!items_add_rows(items, query, error))
		return false;
	g_string_append(items, "]}");
	request_reply_string(request, 200, g_steal_pointer(&items));
	return true;
}

static Query *query_complaints(Chats *self, const Actor *actor, const char *id)
{
	Query *query = store_query(self->store, "list_complaints");

	query_bind_text(query, ":person", actor->person.text);
	query_bind_text(query, ":id", id);
	return query;
}

static bool reply_complaint(Chats *self, Request *request, unsigned status, GError **error)
{
	g_autoptr(Query) query = query_complaints(self, request_actor(request),
	                                          request_param(request, "complaint"));

	if (!query_one(query, error))
		return false;
	request_reply_json(request, status, query_text(query, 0));
	return true;
}

static bool list_complaints(void *room, Request *request, GError **error)
{
	g_autoptr(Query) query = query_complaints(room, request_actor(request), NULL);

	return reply_rows(request, query, error);
}

static bool get_complaint(void *room, Request *request, GError **error)
{
	return reply_complaint(room, request, 200, error);
}

static bool post_complaint(void *room, Request *request, GError **error)
{
	NewComplaint complaint = {0};
	const Field fields[] = {
	        {"reason", FIELD_TEXT, true, 0, &complaint.reason},
	        {"words", FIELD_TEXT, false, 0, &complaint.words},
	        {0},
	};
	const char *message;
	Id id;

	if (!request_param_id(request, "message", &message, error) ||
	    !json_read(request_body(request), fields, error) ||
	    !complaints_add(room, request_actor(request), request_param(request, "chat"), message,
	                    &complaint, &id, error))
		return false;
	request_reply_object(request, 201, json_pack("{s:s}", "id", id.text));
	return true;
}

static bool put_decision(void *room, Request *request, GError **error)
{
	const char *decision = NULL;
	const char *words = NULL;
	const Field fields[] = {
	        {"decision", FIELD_TEXT, true, 0, &decision},
	        {"words", FIELD_TEXT, false, 0, &words},
	        {0},
	};

	return json_read(request_body(request), fields, error) &&
	       complaints_decide(room, request_actor(request), request_param(request, "complaint"),
	                         decision, words, error) &&
	       reply_complaint(room, request, 200, error);
}

static bool post_opening(void *room, Request *request, GError **error)
{
	const char *reason = NULL;
	const Field fields[] = {{"reason", FIELD_TEXT, true, 0, &reason}, {0}};

	return json_read(request_body(request), fields, error) &&
	       complaints_ask_opening(room, request_actor(request),
	                              request_param(request, "complaint"), reason, error) &&
	       reply_complaint(room, request, 201, error);
}

static bool put_confirmation(void *room, Request *request, GError **error)
{
	static const Field NOTHING[] = {{0}};
	const char *opening;

	return request_param_id(request, "opening", &opening, error) &&
	       json_read(request_body(request), NOTHING, error) &&
	       complaints_confirm_opening(room, request_actor(request),
	                                  request_param(request, "complaint"), opening, error) &&
	       reply_complaint(room, request, 200, error);
}

static bool list_around(void *room, Request *request, GError **error)
{
	Chats *self = room;
	const Actor *actor = request_actor(request);
	g_autoptr(GString) items = items_new();
	g_auto(Complaint) complaint = {0};
	g_autoptr(json_t) sealed = NULL;
	g_autofree char *texts = NULL;
	g_autoptr(Query) query = NULL;

	if (!complaints_check_handler(self, actor, request_param(request, "complaint"), &complaint,
	                              error) ||
	    !complaints_check_opened(self, actor, &complaint, error))
		return false;
	sealed = complaints_unseal(self, complaint.message.text, error);
	if (!sealed)
		return false;
	texts = json_format(sealed);
	query = store_query(self->store, "list_messages_around");
	query_bind_int(query, ":chat_key", complaint.chat_key);
	query_bind_int(query, ":hlc", (int64_t)complaint.hlc);
	if (!items_add_rows(items, query, error))
		return false;
	g_string_append_printf(items, "],\"before_changes\":%s}", texts);
	request_reply_string(request, 200, g_steal_pointer(&items));
	return true;
}

static bool list_openings(void *room, Request *request, GError **error)
{
	Chats *self = room;
	g_autoptr(Query) query = NULL;
	Membership member;

	if (!chats_check_member(self, request_actor(request), request_param(request, "chat"),
	                        &member, error))
		return false;
	query = store_query(self->store, "list_openings_of_chat");
	query_bind_int(query, ":chat_key", member.chat_key);
	return reply_rows(request, query, error);
}

#define COMPLAINT "/api/v1/complaints/:complaint"

const Route COMPLAINTS_ROUTES[] = {
        {POST, "/api/v1/chats/:chat/messages/:message/complaints", "chat-member", BODY_MAX,
         post_complaint, ROUTE_AFAR},
        {GET, "/api/v1/chats/:chat/openings", "chat-member", 0, list_openings},
        {GET, "/api/v1/complaints", "staff", 0, list_complaints},
        {GET, COMPLAINT, "complaint-handler", 0, get_complaint},
        {PUT, COMPLAINT "/decision", "complaint-handler", BODY_MAX, put_decision},
        {POST, COMPLAINT "/openings", "complaint-handler", BODY_MAX, post_opening},
        {PUT, COMPLAINT "/openings/:opening/confirmation", "complaint-handler", 64,
         put_confirmation},
        {GET, COMPLAINT "/messages", "complaint-handler", 0, list_around},
        {0},
};
