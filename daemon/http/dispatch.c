/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request's way: who asks, may they, the handler inside the store's turn, the reply after its
 * commit. Every answer to a write waits until what it says is on the disk. */
#include "http/request-private.h"

/* Lives in the store's hooks; lets go of a request that ended before the commit. */
struct Wait {
	Request *request;
};

static bool is_from_console(const Request *self)
{
	return self->socket == SOCKET_CONTROL;
}

static bool judge(Request *self, GError **error)
{
	const Entry *entry = self->entry;
	Http *http = self->http;

	self->actor = (Actor){0};
	if (is_from_console(self)) {
		self->actor = ACTOR_OF_CONSOLE;
		return true;
	}
	if (http->authenticate &&
	    !http->authenticate(http->authenticate_room, self, &self->actor, error))
		return false;
	return entry->may(entry->gate_room, self, error);
}

static bool handle(Request *self, Handler handler, void *room, GError **error)
{
	bool found = false;

	if (!judge(self, error))
		return false;
	if (!idempotency_applies(self) || !store_is_writing(self->http->store))
		return handler(room, self, error);
	if (!idempotency_find(self, &found, error))
		return false;
	if (found)
		return true;
	if (!handler(room, self, error))
		return false;
	return !self->reply.status || idempotency_keep(self, error);
}

/* --- The turn --- */

static void on_turn_over(void *data, const GError *failure)
{
	Request *request = ((Wait *)data)->request;

	if (!request)
		return;
	request->wait->request = NULL;
	request->wait = NULL;
	if (failure)
		request_fail(request, failure);
	server_wake(request);
}

static void free_wait(void *data)
{
	Wait *wait = data;

	if (wait->request)
		wait->request->wait = NULL;
	g_free(wait);
}

static void stop_waiting(Request *self)
{
	if (self->wait)
		self->wait->request = NULL;
	self->wait = NULL;
}

static void wait_for_commit(Request *self)
{
	self->wait = g_new0(Wait, 1);
	self->wait->request = self;
	store_after_commit(self->http->store, on_turn_over, self->wait, free_wait);
}

static bool handle_in_turn(Request *self, Handler handler, void *room, GError **error)
{
	Store *store = self->http->store;
	bool done;

	/* One pass over ready connections may bring more writes than a turn should hold. */
	if (store_wants_commit(store))
		(void)store_commit(store, NULL);
	if (!store_begin(store, error))
		return false;
	done = handle(self, handler, room, error);
	if (done && self->reply.status)
		wait_for_commit(self);
	if (store_end(store, done, done ? error : NULL) && done)
		return true;
	stop_waiting(self);
	return false;
}

static void run(Request *self, Handler handler, void *room)
{
	bool writes = self->method != GET && !(self->entry->route.flags & ROUTE_READS);
	g_autoptr(GError) error = NULL;
	bool done;

	if (writes && self->http->store)
		done = handle_in_turn(self, handler, room, &error);
	else
		done = handle(self, handler, room, &error);
	if (done) {
		g_assert(self->held || self->reply.status);
		return;
	}
	g_assert(!self->held && !self->stream);
	request_fail(self, error);
}

/* --- Its steps --- */

bool request_start(Request *self, const char *method)
{
	g_autoptr(GError) error = NULL;

	if (!request_find_route(self, method))
		return false;
	if (body_expect(self, &error) && request_check_origin(self, &error) &&
	    idempotency_check(self, &error))
		return true;
	if (error)
		request_fail(self, error);
	return false;
}

void request_run(Request *self)
{
	g_autoptr(GError) error = NULL;

	if (self->reply.status)
		return;
	if (body_read(self, &error))
		run(self, self->entry->route.handler, self->entry->room);
	else
		request_fail(self, error);
}

void request_hold(Request *self, void (*on_gone)(void *data), void *data)
{
	g_assert(!self->held && !self->reply.status);
	self->held = true;
	self->on_gone = on_gone;
	self->gone_data = data;
	server_watch(self);
}

static void let_go(Request *self)
{
	void (*on_gone)(void *data) = self->on_gone;

	self->held = false;
	self->on_gone = NULL;
	if (on_gone)
		on_gone(self->gone_data);
}

void request_resume(Request *self, Handler then, void *room)
{
	g_assert(self->held && (!self->http->store || !store_is_writing(self->http->store)));
	self->held = false;
	self->on_gone = NULL;
	server_unwatch(self);
	run(self, then, room);
	if (self->reply.status && !self->wait)
		server_wake(self);
}

void request_lose(Request *self)
{
	stop_waiting(self);
	if (self->held)
		let_go(self);
	if (self->stream)
		stream_lose(self->stream);
}

void request_refuse_late(Request *self)
{
	if (self->stream)
		stream_end(self->stream);
	if (!self->held)
		return;
	let_go(self);
	server_unwatch(self);
	request_problem(self, 503, "unavailable", NULL, "The school's server is being stopped");
	server_wake(self);
}
