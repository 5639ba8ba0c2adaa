/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The HTTP library in the loop: one daemon a socket, their epoll descriptors nested in one source.
 *
 * What the library wants, found out the hard way:
 * - A resumed connection is not reported by MHD_get_timeout(): MHD_run() must follow. Each resume
 *   makes it walk all suspended connections, so they are gathered and resumed once a turn, and a
 *   stream's stays suspended: stream.c writes to its socket.
 * - It closes a connection whose reply was queued before the body was read, and only then.
 * - At the limit of connections (ours, or the process's descriptors) it stops to listen, and
 *   listens again in the MHD_run() after the one in which a connection ended. Ours comes first: with
 *   no descriptor left the database and the workers would fail, not the clients wait.
 * - A suspended connection sees no hang-up. An epoll set of our own watches those that are held.
 * - MHD_stop_daemon() aborts while anything is suspended. */
#include "http/server-private.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define RUNS_MAX      8    /* of one daemon in one turn of the loop */
#define WATCHED_MAX   64   /* of those held, looked at in one turn */
#define FLUSH_RUNS    64   /* when the server ends */
#define NEVER         G_MAXINT64

typedef struct {
	GSource source;
	Server *server;
} ServerSource;

/* --- The loop --- */

static void run_listener(Listener *self)
{
	MHD_UNSIGNED_LONG_LONG timeout_ms = 0;

	self->run = false;
	for (int i = 0; i < RUNS_MAX; i++) {
		MHD_run(self->library);
		if (self->ended) {
			self->ended = false;
			continue;
		}
		if (MHD_get_timeout(self->library, &timeout_ms) != MHD_YES) {
			self->deadline_us = NEVER;
			return;
		}
		if (timeout_ms > 0)
			break;
	}
	self->deadline_us = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
}

static gint64 find_deadline(const Server *self)
{
	gint64 deadline_us = NEVER;

	for (int i = 0; i < N_SOCKETS; i++)
		if (self->listeners[i].library)
			deadline_us = MIN(deadline_us, self->listeners[i].deadline_us);
	return deadline_us;
}

static bool has_waiting(const Server *self)
{
	return self->waking->len > 0 || self->flushing->len > 0;
}

static gboolean prepare(GSource *source, int *timeout_ms)
{
	const Server *self = ((ServerSource *)source)->server;
	gint64 deadline_us = find_deadline(self);
	gint64 left_us = deadline_us - g_source_get_time(source);

	*timeout_ms = -1;
	if (has_waiting(self))
		return TRUE;
	if (deadline_us == NEVER)
		return FALSE;
	*timeout_ms = (int)CLAMP((left_us + 999) / 1000, 0, G_MAXINT);
	return left_us <= 0;
}

static bool is_ready(const Server *self, const Listener *listener)
{
	return listener->run || listener->deadline_us <= g_source_get_time(self->source) ||
	       g_source_query_unix_fd(self->source, listener->tag);
}

static gboolean check(GSource *source)
{
	const Server *self = ((ServerSource *)source)->server;

	for (int i = 0; i < N_SOCKETS; i++)
		if (self->listeners[i].library && is_ready(self, &self->listeners[i]))
			return TRUE;
	return has_waiting(self) || g_source_query_unix_fd(source, self->watch_tag);
}

static void resume(Server *self, Request *request)
{
	request->suspended = false;
	MHD_resume_connection(request->connection);
	self->listeners[request->socket].run = true;
}

static void watch_for(Request *request, uint32_t events)
{
	struct epoll_event event = {.events = events | EPOLLONESHOT, .data.ptr = request};

	if (request->watched)
		epoll_ctl(request->http->server->watch_fd, EPOLL_CTL_MOD, request->fd, &event);
}

static StreamState flush(Stream *stream)
{
	StreamState state = stream_flush(stream);

	if (state == STREAM_STUCK)
		watch_for(stream_request(stream), EPOLLOUT);
	return state;
}

static void flush_all(Server *self)
{
	const guint ahead = 4;

	for (guint i = 0; i < self->flushing->len; i++) {
		Stream *stream = self->flushing->pdata[i];

		if (i + ahead < self->flushing->len)
			__builtin_prefetch(self->flushing->pdata[i + ahead]);
		if (flush(stream) == STREAM_FOR_LIBRARY)
			server_wake(stream_request(stream));
	}
	g_ptr_array_set_size(self->flushing, 0);
}

static void resume_all(Server *self)
{
	for (guint i = 0; i < self->waking->len; i++) {
		Request *request = self->waking->pdata[i];

		request->waking = false;
		if (!request->stream || flush(request->stream) == STREAM_FOR_LIBRARY)
			resume(self, request);
	}
	g_ptr_array_set_size(self->waking, 0);
}

static void serve_waiting(Server *self)
{
	flush_all(self);
	resume_all(self);
}

/* The client hung up, or takes something again. */
static void look_at_watched(Server *self)
{
	struct epoll_event events[WATCHED_MAX];
	int n = epoll_wait(self->watch_fd, events, WATCHED_MAX, 0);

	for (int i = 0; i < n; i++) {
		Request *request = events[i].data.ptr;

		/* It may have been answered by what another one's end set off. */
		if (!request->watched)
			continue;
		if (!(events[i].events & (EPOLLHUP | EPOLLERR))) {
			watch_for(request, 0);
			server_wake(request);
			continue;
		}
		server_unwatch(request);
		request->gone = true;
		request_lose(request);
		server_wake(request);
	}
}

/* Streams do not count: who reads them comes back by itself. A connection that was taken may have its
 * request on the way. */
static bool is_waited_for(const Server *self)
{
	for (const GList *link = self->requests.head; link; link = link->next)
		if (!((const Request *)link->data)->stream)
			return true;
	return self->silent > 0;
}

static void tell_left(Server *self)
{
	if (self->left && !is_waited_for(self))
		g_steal_pointer(&self->left)(self->left_data);
}

static gboolean dispatch(GSource *source, GSourceFunc callback, void *data)
{
	Server *self = ((ServerSource *)source)->server;

	if (g_source_query_unix_fd(source, self->watch_tag))
		look_at_watched(self);
	serve_waiting(self);
	for (int i = 0; i < N_SOCKETS; i++)
		if (self->listeners[i].library && is_ready(self, &self->listeners[i]))
			run_listener(&self->listeners[i]);
	/* The store ends a turn when the loop has nothing more urgent; readers without end would
	 * keep it from that. */
	http_end_turn(self->http);
	tell_left(self);
	return G_SOURCE_CONTINUE;
}

static GSourceFuncs FUNCS = {.prepare = prepare, .check = check, .dispatch = dispatch};

void server_wake(Request *request)
{
	if (!request->suspended || request->waking)
		return;
	if (request->asked) {
		ask_wake(request);
		return;
	}
	request->waking = true;
	g_ptr_array_add(request->http->server->waking, request);
}

/* --- Held requests and streams --- */

static int socket_of(const Request *request)
{
	return MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_CONNECTION_FD)
	        ->connect_fd;
}

void server_watch(Request *request)
{
	struct epoll_event event = {.events = EPOLLONESHOT, .data.ptr = request};

	if (request->watched || request->asked)
		return;
	request->fd = socket_of(request);
	request->watched = epoll_ctl(request->http->server->watch_fd, EPOLL_CTL_ADD, request->fd,
	                             &event) == 0;
}

void server_unwatch(Request *request)
{
	if (request->watched)
		epoll_ctl(request->http->server->watch_fd, EPOLL_CTL_DEL, request->fd, NULL);
	request->watched = false;
}

/* Also one that the library waits for: its next write fails. */
void server_cut(Request *request)
{
	shutdown(socket_of(request), SHUT_RDWR);
	server_wake(request);
}

const char *server_header(const Request *request, const char *name)
{
	return request->asked ? NULL
	                      : MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, name);
}

/* --- Begin and end --- */

Server *server_new(Http *http)
{
	Server *self = g_new0(Server, 1);

	self->http = http;
	self->waking = g_ptr_array_new();
	self->flushing = g_ptr_array_new();
	g_queue_init(&self->requests);
	self->watch_fd = epoll_create1(EPOLL_CLOEXEC);
	g_assert(self->watch_fd >= 0);
	self->source = g_source_new(&FUNCS, sizeof(ServerSource));
	((ServerSource *)self->source)->server = self;
	g_source_set_name(self->source, "http");
	/* No loop is nested here. Without this GLib takes the descriptors out of its set and back
	 * for each dispatch, and wakes itself up once for each of them. */
	g_source_set_can_recurse(self->source, TRUE);
	self->watch_tag = g_source_add_unix_fd(self->source, self->watch_fd, G_IO_IN);
	g_source_attach(self->source, NULL);
	return self;
}

unsigned server_open_requests(const Server *self)
{
	return self->requests.length;
}

bool server_listen(Server *self, HttpSocket which, int fd, GError **error)
{
	Listener *listener = &self->listeners[which];
	int flags = fcntl(fd, F_GETFL);

	g_assert(!listener->library);
	listener->server = self;
	listener->which = which;
	if (flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0)
		listener->library = server_start(listener, fd);
	if (!listener->library) {
		close(fd);
		return error_set(error, ERROR_INTERNAL, "A socket could not be served");
	}
	listener->tag = g_source_add_unix_fd(
	        self->source,
	        MHD_get_daemon_info(listener->library, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd,
	        G_IO_IN);
	listener->deadline_us = NEVER;
	return true;
}

static void stop_listening(Server *self)
{
	if (self->leaving)
		return;
	self->leaving = true;
	for (int i = 0; i < N_SOCKETS; i++) {
		if (!self->listeners[i].library)
			continue;
		close(MHD_quiesce_daemon(self->listeners[i].library));
		self->listeners[i].run = true;
	}
}

void server_leave(Server *self, void (*left)(void *data), void *data)
{
	stop_listening(self);
	self->left = left;
	self->left_data = data;
}

/* Who still waits is answered as far as the clients' sockets take it. */
static void say_goodbye(Server *self)
{
	stop_listening(self);
	if (self->http->store)
		(void)store_commit(self->http->store, NULL);
	for (GList *link = self->requests.head; link; link = link->next)
		request_refuse_late(link->data);
	for (int i = 0; i < FLUSH_RUNS && has_waiting(self); i++) {
		serve_waiting(self);
		for (int j = 0; j < N_SOCKETS; j++)
			if (self->listeners[j].library)
				run_listener(&self->listeners[j]);
	}
}

void server_free(Server *self)
{
	say_goodbye(self);
	for (GList *link = self->requests.head; link; link = link->next) {
		Request *request = link->data;

		request->gone = true;
		request_lose(request);
		if (request->suspended)
			resume(self, request);
	}
	g_ptr_array_set_size(self->waking, 0);
	for (int i = 0; i < N_SOCKETS; i++)
		if (self->listeners[i].library)
			MHD_stop_daemon(self->listeners[i].library);
	g_source_destroy(self->source);
	g_source_unref(self->source);
	close(self->watch_fd);
	g_ptr_array_unref(self->flushing);
	g_ptr_array_unref(self->waking);
	g_free(self);
}
