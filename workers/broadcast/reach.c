/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One asynchronous step after another, each with a deadline. RTSP 1.0: RFC 2326. */
#include "reach.h"

#include "base/lines.h"

#include <stdio.h>
#include <string.h>

#define REDIRECTS_MAX 3
#define HEADERS_MAX   64
#define RTSP_LINE_MAX 8192

struct Reach {
	unsigned references; /* one of the owner, one of each operation under way */
	WireSource source;
	unsigned answer_ms;
	ReachListener listener;
	void *data;
	GCancellable *cancellable;
	unsigned deadline_id;
	CameraAddress *address;
	char *url; /* by its judged address */
	unsigned redirects;
	Lines *lines;
	unsigned headers;
	unsigned status; /* of the answer; 0: not yet */
	char *location;
	bool done;
};

static void begin(Reach *self, const char *url);

static void reach_unref(Reach *self)
{
	if (--self->references > 0)
		return;
	wire_source_clear(&self->source);
	g_object_unref(self->cancellable);
	g_clear_pointer(&self->address, camera_address_free);
	g_free(self->url);
	g_free(self->location);
	g_free(self);
}

static Reach *reach_ref(Reach *self)
{
	self->references++;
	return self;
}

static void stop(Reach *self)
{
	self->done = true;
	g_cancellable_cancel(self->cancellable);
	g_clear_handle_id(&self->deadline_id, g_source_remove);
	g_clear_pointer(&self->lines, lines_free);
}

static void finish(Reach *self, const char *reason, const char *detail)
{
	if (self->done)
		return;
	if (reason)
		stop(self);
	self->done = true;
	g_clear_handle_id(&self->deadline_id, g_source_remove);
	self->listener.on_done(self->data, reason ? NULL : self->url, reason, detail);
}

static gboolean on_deadline(void *data)
{
	Reach *self = data;

	self->deadline_id = 0;
	finish(self, "camera-no-answer", "The camera does not answer");
	return G_SOURCE_REMOVE;
}

static void set_deadline(Reach *self)
{
	g_clear_handle_id(&self->deadline_id, g_source_remove);
	self->deadline_id = g_timeout_add(self->answer_ms, on_deadline, self);
}

/* --- The answer --- */

static void redirect(Reach *self)
{
	g_autofree char *location = g_steal_pointer(&self->location);

	g_clear_pointer(&self->lines, lines_free);
	if (!location || ++self->redirects > REDIRECTS_MAX)
		finish(self, "camera-no-answer", "The camera redirects without an end");
	else
		begin(self, location);
}

static void judge_answer(Reach *self)
{
	g_autofree char *detail = NULL;

	switch (self->status) {
	case 200:
	case 401: /* the password is tried by who holds the stream */
	case 407:
		finish(self, NULL, NULL);
		return;
	case 301:
	case 302:
	case 303:
	case 305:
	case 307:
	case 308:
		redirect(self);
		return;
	case 400:
	case 404:
	case 410:
	case 454:
		finish(self, "camera-no-such-path", "The camera has no stream at this path");
		return;
	case 403:
		finish(self, "camera-wrong-password", "The camera forbids this stream");
		return;
	default:
		detail = g_strdup_printf("The camera answered with status %u", self->status);
		finish(self, "camera-no-answer", detail);
	}
}

static void read_status(Reach *self, const char *line)
{
	unsigned major;
	unsigned minor;

	if (sscanf(line, "RTSP/%u.%u %u", &major, &minor, &self->status) != 3 ||
	    self->status < 100 || self->status > 999)
		finish(self, "camera-no-answer", "What answers there is no RTSP camera");
}

static void on_line(void *data, const char *line, size_t length)
{
	Reach *self = data;
	g_autofree char *text = g_strchomp(g_strdup(line));

	if (self->status == 0) {
		read_status(self, text);
	} else if (*text == '\0' || ++self->headers > HEADERS_MAX) {
		judge_answer(self);
	} else if (g_ascii_strncasecmp(text, "Location:", 9) == 0) {
		g_free(self->location);
		self->location = g_strdup(g_strstrip(text + 9));
	}
}

static void on_closed(void *data, const GError *error)
{
	finish(data, "camera-no-answer", "The camera closed the connection without an answer");
}

static void ask(Reach *self, GSocketConnection *connection)
{
	const LinesLimits limits = {.line_max = RTSP_LINE_MAX, .queue_max = RTSP_LINE_MAX};
	const LinesListener listener = {on_line, on_closed};
	g_autofree char *request = g_strdup_printf("DESCRIBE %s RTSP/1.0\r\n"
						   "CSeq: 1\r\n"
						   "Accept: application/sdp\r\n"
						   "User-Agent: urok\r\n"
						   "\r",
						   self->url);

	self->status = 0;
	self->headers = 0;
	g_clear_pointer(&self->location, g_free);
	set_deadline(self);
	self->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, self);
	lines_send(self->lines, request);
}

/* --- The way there --- */

static void fail_connect(Reach *self, const GError *error)
{
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
		finish(self, "camera-refused", "The camera refused the connection");
	else
		finish(self, "camera-no-answer", "The camera's address cannot be reached");
}

static void on_connected(GObject *source, GAsyncResult *result, void *data)
{
	Reach *self = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(GSocketConnection) connection =
		g_socket_client_connect_finish(G_SOCKET_CLIENT(source), result, &error);

	if (!self->done && connection)
		ask(self, connection);
	else if (!self->done)
		fail_connect(self, error);
	reach_unref(self);
}

static void connect_to(Reach *self, GInetAddress *host)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) place = g_inet_socket_address_new(host, self->address->port);

	g_free(self->url);
	self->url = camera_address_at(self->address, host);
	self->listener.on_step(self->data, "connecting");
	if (self->done)
		return;
	set_deadline(self);
	g_socket_client_set_enable_proxy(client, FALSE);
	g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(place), self->cancellable,
				      on_connected, reach_ref(self));
}

static void on_resolved(GObject *source, GAsyncResult *result, void *data)
{
	Reach *self = data;
	GList *addresses = g_resolver_lookup_by_name_finish(G_RESOLVER(source), result, NULL);
	GInetAddress *allowed = NULL;

	for (GList *link = addresses; link && !allowed; link = link->next)
		if (camera_may_be_at(link->data, (const char *const *)self->source.networks))
			allowed = link->data;
	if (!self->done && !addresses)
		finish(self, "camera-name-not-found", "The camera's name is not known here");
	else if (!self->done && !allowed)
		finish(self, "camera-forbidden-address",
		       "Cameras may not be at this address (see the configured networks)");
	else if (!self->done)
		connect_to(self, allowed);
	g_resolver_free_addresses(addresses);
	reach_unref(self);
}

static void begin(Reach *self, const char *url)
{
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	g_autoptr(GError) error = NULL;

	g_clear_pointer(&self->address, camera_address_free);
	self->address = camera_address_parse(url, &error);
	if (!self->address) {
		finish(self, "camera-bad-address", error->message);
		return;
	}
	set_deadline(self);
	g_resolver_lookup_by_name_async(resolver, self->address->host, self->cancellable,
					on_resolved, reach_ref(self));
}

static gboolean begin_later(void *data)
{
	Reach *self = data;

	if (!self->done)
		self->listener.on_step(self->data, "resolving");
	if (!self->done)
		begin(self, self->source.url);
	return G_SOURCE_REMOVE;
}

Reach *reach_start(const WireSource *source, unsigned answer_ms, const ReachListener *listener,
		   void *data)
{
	Reach *self = g_new0(Reach, 1);

	self->references = 1;
	wire_source_copy(source, &self->source);
	self->answer_ms = answer_ms;
	self->listener = *listener;
	self->data = data;
	self->cancellable = g_cancellable_new();
	g_idle_add_full(G_PRIORITY_DEFAULT, begin_later, reach_ref(self),
			(GDestroyNotify)reach_unref);
	return self;
}

void reach_free(Reach *self)
{
	if (!self)
		return;
	stop(self);
	reach_unref(self);
}
