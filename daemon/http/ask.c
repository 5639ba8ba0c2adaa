/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request that another end of the school hands on for one of its people: the same routes, rights
 * and turns as one that came by a socket, and an answer that goes back to whoever handed it on. */
#include "http/ask-private.h"

#include <string.h>

struct Asked {
	Request *request;
	Actor actor;
	char *idempotency_key;
	OnAnswered on_answered;
	void *data;
	guint soon; /* an idle source */
	GList link; /* in the room's list */
};

static void asked_free(Asked *self)
{
	Http *http = self->request->http;

	g_queue_unlink(&http->asked, &self->link);
	g_clear_handle_id(&self->soon, g_source_remove);
	request_lose(self->request);
	request_free(self->request);
	g_free(self->idempotency_key);
	g_free(self);
}

static gboolean on_soon(void *data)
{
	Asked *self = data;
	const Reply *reply = &self->request->reply;

	self->soon = 0;
	if (!reply->status || self->request->wait)
		return G_SOURCE_REMOVE;
	self->on_answered(self->data, reply->status, reply->content_type,
	                  reply->bytes ? NULL : reply->text);
	asked_free(self);
	return G_SOURCE_REMOVE;
}

void ask_wake(Request *request)
{
	Asked *self = request->asked;

	if (!self->soon)
		self->soon = g_idle_add(on_soon, self);
}

const Actor *ask_actor(const Request *request)
{
	return &request->asked->actor;
}

bool ask_refuse(GError **error)
{
	return error_reason(error, ERROR_CONFLICT, "at-the-school", NULL,
	                    "This is done at the school's own address only");
}

/* Deny by default: a route says itself that it may be asked from afar. */
static bool is_meant(const Request *request, GError **error)
{
	return (request->entry->route.flags & ROUTE_AFAR) || ask_refuse(error);
}

static void take_body(Request *request, const char *body)
{
	size_t size = body ? strlen(body) : 0;

	if (size == 0)
		return;
	if (size > request->entry->route.body_max) {
		request->body_skipped = size;
		return;
	}
	request->body = g_byte_array_sized_new((guint)size);
	g_byte_array_append(request->body, (const guint8 *)body, (guint)size);
}

void http_ask(Http *self, const Ask *ask, OnAnswered on_answered, void *data)
{
	Asked *asked = g_new0(Asked, 1);
	Request *request = request_new(self, SOCKET_REST, NULL, ask->target);
	g_autoptr(GError) error = NULL;

	g_assert(ask->actor->kind == ACTOR_PERSON);
	*asked = (Asked){.request = request, .actor = *ask->actor, .on_answered = on_answered,
	                 .data = data, .idempotency_key = g_strdup(ask->idempotency_key)};
	asked->link.data = asked;
	g_queue_push_tail_link(&self->asked, &asked->link);
	request->asked = asked;
	request->suspended = true;
	request->headers.idempotency_key = asked->idempotency_key;
	if (request_find_route(request, ask->method)) {
		if (!is_meant(request, &error) || !idempotency_check(request, &error)) {
			request_fail(request, error);
		} else {
			take_body(request, ask->body);
			request_run(request);
		}
	}
	ask_wake(request);
}

void ask_end_all(Http *self)
{
	while (self->asked.head)
		asked_free(self->asked.head->data);
}
