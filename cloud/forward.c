/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One request over a Unix socket, read to its end. The other end is this program: what it answers has
 * a status, headers, and the rest is the body. */
#include "forward.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#define WAIT_S     30
#define ANSWER_MAX (256 * 1024)

typedef struct {
	char *asked;
	GSocketConnection *connection;
	GByteArray *answer;
	OnForwarded on_forwarded;
	void *data;
} Forward;

static char *header_of(const char *head, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(head, "\r\n", -1);

	for (guint i = 1; lines[i]; i++) {
		g_auto(GStrv) parts = g_strsplit(lines[i], ":", 2);

		if (parts[0] && parts[1] && g_ascii_strcasecmp(parts[0], name) == 0)
			return g_strdup(g_strstrip(parts[1]));
	}
	return NULL;
}

static void end(Forward *self, bool done)
{
	const char *text = (const char *)self->answer->data;
	const char *gap = done ? g_strstr_len(text, (gssize)self->answer->len, "\r\n\r\n") : NULL;
	g_autofree char *head = gap ? g_strndup(text, (gsize)(gap - text)) : NULL;
	g_autofree char *type = head ? header_of(head, "Content-Type") : NULL;
	unsigned status = 0;
	g_autoptr(GBytes) body = NULL;

	if (head && g_str_has_prefix(head, "HTTP/1.1 "))
		status = (unsigned)g_ascii_strtoull(head + strlen("HTTP/1.1 "), NULL, 10);
	if (gap)
		body = g_bytes_new(gap + 4, self->answer->len - (gsize)(gap + 4 - text));
	self->on_forwarded(self->data, status, type, body);
	g_clear_object(&self->connection);
	g_byte_array_unref(self->answer);
	g_free(self->asked);
	g_free(self);
}

static void read_more(Forward *self);

static void on_read(GObject *stream, GAsyncResult *result, void *data)
{
	Forward *self = data;
	g_autoptr(GBytes) bytes =
	        g_input_stream_read_bytes_finish(G_INPUT_STREAM(stream), result, NULL);
	gsize size = bytes ? g_bytes_get_size(bytes) : 0;

	if (size > 0 && self->answer->len + size <= ANSWER_MAX) {
		g_byte_array_append(self->answer, g_bytes_get_data(bytes, NULL), (guint)size);
		read_more(self);
		return;
	}
	end(self, bytes && size == 0);
}

static void read_more(Forward *self)
{
	g_input_stream_read_bytes_async(g_io_stream_get_input_stream(G_IO_STREAM(self->connection)),
	                                16384, G_PRIORITY_DEFAULT, NULL, on_read, self);
}

static void on_written(GObject *stream, GAsyncResult *result, void *data)
{
	if (g_output_stream_write_all_finish(G_OUTPUT_STREAM(stream), result, NULL, NULL))
		read_more(data);
	else
		end(data, false);
}

static void on_connected(GObject *client, GAsyncResult *result, void *data)
{
	Forward *self = data;

	self->connection = g_socket_client_connect_finish(G_SOCKET_CLIENT(client), result, NULL);
	if (self->connection)
		g_output_stream_write_all_async(
		        g_io_stream_get_output_stream(G_IO_STREAM(self->connection)), self->asked,
		        strlen(self->asked), G_PRIORITY_DEFAULT, NULL, on_written, self);
	else
		end(self, false);
}

void forward(const char *socket, const char *method, const char *path, const char *headers,
             const char *body, OnForwarded on_forwarded, void *data)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(socket);
	Forward *self = g_new0(Forward, 1);

	self->answer = g_byte_array_new();
	self->on_forwarded = on_forwarded;
	self->data = data;
	self->asked = g_strdup_printf("%s %s HTTP/1.1\r\nHost: cloud\r\nConnection: close\r\n"
	                              "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
	                              method, path, strlen(body), headers, body);
	g_socket_client_set_timeout(client, WAIT_S);
	g_socket_client_connect_async(client, G_SOCKET_CONNECTABLE(address), NULL, on_connected, self);
}
