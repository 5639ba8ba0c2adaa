/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request's way: who asks, may they, the handler inside the store's turn, the reply after its
 * commit. Every answer to a write waits until what it says is on the disk; a refusal as well: that
 * a thing is there already, or no more, may be the work of another request of the same turn. */
#include "http/ask-private.h"
#include "http/spool-private.h"

/* Lives in the store's hooks; lets go of a request that ended before the commit. */
struct Wait {
	Request *request;
};

static bool is_from_console(const Request *self)
{
	return self->socket == SOCKET_CONTROL;
}

static bool is_admitted(Request *self, GError **error)
{
	const Http *http = self->http;
	unsigned flags = self->entry->route.flags;

	if (!http->admit || self->method == GET || self->actor.kind != ACTOR_PERSON ||
	    (flags & (ROUTE_WAITING | ROUTE_READS)))
		return true;
	return http->admit(http->admit_room, &self->actor, error);
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
	if (self->socket == SOCKET_METRICS)
		return true;
	if (http->door && !http->door(http->door_room, error))
		return false;
	if (self->asked)
		self->actor = *ask_actor(self);
	else if (http->authenticate &&
	    !http->authenticate(http->authenticate_room, self, &self->actor, error))
		return false;
	return entry->may(entry->gate_room, self, error) && is_admitted(self, error);
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

/* The cause is the journal's; who asked needs to know that nothing of it happened. */
static void fail_turn(Request *self, const GError *failure)
{
	if (error_is(failure, ERROR_NO_SPACE))
		request_problem(self, 507, "no-space", NULL,
		                "The school's server has no space left: nothing was changed");
	else
		request_problem(self, 503, "unavailable", NULL,
		                "The school's data could not be written: nothing was changed");
}

static void on_turn_over(void *data, const GError *failure)
{
	Request *request = ((Wait *)data)->request;

	if (!request)
		return;
	request->wait->request = NULL;
	request->wait = NULL;
	if (failure)
		fail_turn(request, failure);
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

static void stop_holding(Request *self)
{
	self->held = false;
	self->on_gone = NULL;
	server_unwatch(self);
}

static void let_go(Request *self)
{
	void (*on_gone)(void *data) = self->on_gone;

	stop_holding(self);
	if (on_gone)
		on_gone(self->gone_data);
}

void http_end_turn(Http *self)
{
	if (self->store && store_wants_commit(self->store))
		(void)store_end_turn(self->store, NULL);
}

/* --- While the store is settling --- */

static void go_on(Request *self, Handler handler, void *room);

typedef struct {
	Request *request;
	Handler handler;
	void *room;
} Parked;

static void on_parked_gone(void *data)
{
	((Parked *)data)->request = NULL;
}

/* Those who come to a turn that fills again are parked anew. */
static gboolean unpark(void *data)
{
	Http *self = data;
	g_autoptr(GPtrArray) parked = g_steal_pointer(&self->parked);

	self->parked = g_ptr_array_new_with_free_func(g_free);
	self->unpark = 0;
	for (guint i = 0; i < parked->len; i++) {
		const Parked *one = parked->pdata[i];

		if (one->request)
			go_on(one->request, one->handler, one->room);
	}
	return G_SOURCE_REMOVE;
}

/* Not from within: whoever ended the turn may be in the middle of something. */
static void on_settled(void *data, const GError *failure)
{
	Http *self = data;

	if (!self->unpark && self->parked->len > 0)
		self->unpark = g_idle_add_full(G_PRIORITY_DEFAULT, unpark, self, NULL);
}

static void park(Request *self, Handler handler, void *room)
{
	Http *http = self->http;
	Parked *parked = g_new(Parked, 1);

	*parked = (Parked){self, handler, room};
	if (http->parked->len == 0)
		store_after_commit(http->store, on_settled, http, NULL);
	g_ptr_array_add(http->parked, parked);
	request_hold(self, on_parked_gone, parked);
}

static bool is_handed_on(Request *self, const GError *error)
{
	const Http *http = self->http;

	return http->hand_on && (self->entry->route.flags & ROUTE_AFAR) && !self->asked &&
	       g_strcmp0(error_reason_of(error), "at-the-school") == 0 &&
	       http->hand_on(http->hand_on_room, self);
}

static void handle_in_turn(Request *self, Handler handler, void *room)
{
	Store *store = self->http->store;
	g_autoptr(GError) failure = NULL;
	g_autoptr(GError) error = NULL;
	bool done;

	/* One pass over ready connections may bring more writes than a turn should hold. */
	http_end_turn(self->http);
	if (store_is_settling(store)) {
		park(self, handler, room);
		return;
	}
	if (!store_begin(store, &failure)) {
		fail_turn(self, failure);
		return;
	}
	done = handle(self, handler, room, &error);
	if (done && self->reply.status)
		wait_for_commit(self);
	if (store_end(store, done, &failure)) {
		if (!done && !is_handed_on(self, error)) {
			request_fail(self, error);
			wait_for_commit(self);
		}
		return;
	}
	stop_waiting(self);
	if (self->held)
		let_go(self);
	fail_turn(self, failure);
}

static void handle_looking(Request *self, Handler handler, void *room)
{
	Store *store = self->http->store;
	g_autoptr(GError) error = NULL;

	if (store)
		store_look(store);
	if (!handle(self, handler, room, &error))
		request_fail(self, error);
	if (store)
		store_look_end(store);
}

static void run(Request *self, Handler handler, void *room)
{
	if (self->method == GET || (self->entry->route.flags & ROUTE_READS) || !self->http->store)
		handle_looking(self, handler, room);
	else
		handle_in_turn(self, handler, room);
	g_assert(self->held != (self->reply.status != 0));
}

/* --- Its steps --- */

/* Nobody fills the disk who may not. The refusal leaves when the body was read past. */
static void start_spooling(Request *self)
{
	Store *store = self->http->store;
	g_autoptr(GError) error = NULL;

	if (store)
		store_look(store);
	if (!judge(self, &error) || !spool_open(self, &error))
		request_fail(self, error);
	if (store)
		store_look_end(store);
}

bool request_start(Request *self, const char *method)
{
	g_autoptr(GError) error = NULL;

	if (!request_find_route(self, method))
		return false;
	if (body_expect(self, &error) && request_check_origin(self, &error) &&
	    idempotency_check(self, &error)) {
		if (request_spools(self))
			start_spooling(self);
		return true;
	}
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

static void go_on(Request *self, Handler handler, void *room)
{
	stop_holding(self);
	run(self, handler, room);
	if (self->reply.status && !self->wait)
		server_wake(self);
}

/* `room` is the caller's, who may free it next: this cannot be parked with it, so the turn that is
 * settling is waited for. */
void request_resume(Request *self, Handler then, void *room)
{
	Store *store = self->http->store;

	g_assert(self->held && (!store || !store_is_writing(store)));
	if (store && store_is_settling(store))
		(void)store_commit(store, NULL);
	go_on(self, then, room);
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
	request_problem(self, 503, "unavailable", NULL, "The school's server is being stopped");
	server_wake(self);
}
