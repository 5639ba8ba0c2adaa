/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the HTTP library calls: a request begins, its body comes, it ends; and its reply as the library
 * takes it. */
#include "http/server-private.h"
#include "base/log.h"

#include <string.h>
#include <sys/socket.h>

#define STREAM_BLOCK  1024 /* for an HTTP/1.0 client; else the connection's own memory is used */
#define LIVE_BUFFER   (32 * 1024) /* the kernel's, of a stream that nobody reads; it doubles it */

static void suspend(Request *request)
{
	request->suspended = true;
	MHD_suspend_connection(request->connection);
}

static ssize_t on_read(void *data, uint64_t position, char *buffer, size_t size)
{
	Request *request = data;
	ssize_t n = stream_read(request->stream, buffer, size);

	if (n == STREAM_READ_END)
		return MHD_CONTENT_READER_END_OF_STREAM;
	if (n == STREAM_READ_CUT)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	if (n == STREAM_READ_WAIT) {
		suspend(request);
		stream_take_socket(request->stream, request->fd, request->chunked,
		                   request->http->server->flushing);
	}
	return n;
}

/* --- Replies --- */

static void free_bytes(void *bytes)
{
	g_bytes_unref(bytes);
}

static struct MHD_Response *make_response(Request *request)
{
	Reply *reply = &request->reply;
	GBytes *bytes = g_steal_pointer(&reply->bytes);

	if (request->stream)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, on_read,
		                                         request, NULL);
	if (bytes)
		return MHD_create_response_from_buffer_with_free_callback_cls(
		        reply->size, (void *)g_bytes_get_data(bytes, NULL), free_bytes, bytes);
	if (reply->text)
		return MHD_create_response_from_buffer(reply->size, g_steal_pointer(&reply->text),
		                                       MHD_RESPMEM_MUST_FREE);
	return MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result queue_reply(Request *request)
{
	const Reply *reply = &request->reply;
	struct MHD_Response *response = make_response(request);
	enum MHD_Result queued;

	g_assert(response);
	if (reply->content_type)
		MHD_add_response_header(response, "Content-Type", reply->content_type);
	if (!reply_has_header(reply, "Cache-Control"))
		MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	for (guint i = 0; reply->headers && i < reply->headers->len; i += 2)
		MHD_add_response_header(response, reply->headers->pdata[i],
		                        reply->headers->pdata[i + 1]);
	if (request->stream)
		server_watch(request);
	else if (request->http->server->leaving)
		MHD_add_response_header(response, "Connection", "close");
	if (request->socket != SOCKET_METRICS)
		request->http->replies[MIN(reply->status / 100, 5)]++;
	queued = MHD_queue_response(request->connection, reply->status, response);
	MHD_destroy_response(response);
	return queued;
}

static enum MHD_Result settle(Request *request)
{
	if (request->gone)
		return MHD_NO;
	if (request->reply.status && !request->wait)
		return queue_reply(request);
	suspend(request);
	return MHD_YES;
}

/* --- What the library calls --- */

static void *on_target(void *data, const char *target, struct MHD_Connection *connection)
{
	const Listener *self = data;
	Request *request = request_new(self->server->http, self->which, connection, target);
	bool *is_silent =
	        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;

	self->server->silent -= *is_silent;
	*is_silent = false;

	g_queue_push_tail_link(&self->server->requests, &request->link);
	return request;
}

static enum MHD_Result on_header(void *data, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
	request_note_header(data, name, value ? value : "");
	return MHD_YES;
}

static enum MHD_Result on_access(void *data, struct MHD_Connection *connection, const char *url,
                                 const char *method, const char *version, const char *upload,
                                 size_t *size, void **context)
{
	Request *request = *context;

	switch (request->phase) {
	case REQUEST_NEW:
		request->phase = REQUEST_BODY;
		request->chunked = strcmp(version, "HTTP/1.0") != 0;
		MHD_get_connection_values(connection, MHD_HEADER_KIND, on_header, request);
		if (request_start(request, method) || !body_is_announced(request))
			return MHD_YES;
		request->phase = REQUEST_RUN;
		return queue_reply(request);
	case REQUEST_BODY:
		if (*size > 0) {
			size_t taken = *size;

			*size = 0;
			return body_take(request, upload, taken) ? MHD_YES : MHD_NO;
		}
		request->phase = REQUEST_RUN;
		request_run(request);
		break;
	case REQUEST_RUN:
		break;
	}
	return settle(request);
}

static void on_completed(void *data, struct MHD_Connection *connection, void **context,
                         enum MHD_RequestTerminationCode why)
{
	Server *self = ((Listener *)data)->server;
	Request *request = *context;

	if (!request)
		return;
	*context = NULL;
	server_unwatch(request);
	if (request->waking)
		g_ptr_array_remove_fast(self->waking, request);
	g_queue_unlink(&self->requests, &request->link);
	request->suspended = false;
	request->gone = true;
	request_lose(request);
	if (request->stream)
		stream_free(request->stream);
	request_free(request);
}

static void on_connection(void *data, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode what)
{
	Listener *self = data;
	int size = LIVE_BUFFER;
	bool *is_silent = *context;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		self->ended = true;
		self->server->silent -= *is_silent;
		g_free(is_silent);
		return;
	}
	is_silent = g_new(bool, 1);
	*is_silent = true;
	*context = is_silent;
	self->server->silent++;
	if (self->which == SOCKET_LIVE)
		(void)setsockopt(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)
		                         ->connect_fd,
		                 SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
}

/* Paths are decoded by us, strictly. */
static size_t on_unescape(void *data, struct MHD_Connection *connection, char *text)
{
	return strlen(text);
}

static void G_GNUC_PRINTF(2, 0) on_library_log(void *data, const char *format, va_list args)
{
	g_autofree char *text = g_strdup_vprintf(format, args);

	log_write(LOG_DEBUG, "The HTTP library says: %s", g_strchomp(text));
}

struct MHD_Daemon *server_start(Listener *listener, int fd)
{
	return MHD_start_daemon(
	        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL, on_access,
	        listener, MHD_OPTION_EXTERNAL_LOGGER, on_library_log, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
	        MHD_OPTION_CONNECTION_LIMIT, limits_connections(listener->which),
	        MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits_memory(listener->which),
	        MHD_OPTION_CONNECTION_TIMEOUT, listener->server->http->timeout_s,
	        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK, on_target, listener,
	        MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, NULL, MHD_OPTION_NOTIFY_COMPLETED,
	        on_completed, listener, MHD_OPTION_NOTIFY_CONNECTION, on_connection, listener,
	        MHD_OPTION_END);
}
