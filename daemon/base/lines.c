/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One read and at most one write are under way; each holds a reference, so that the owner may let
 * go in any callback. */
#include "base/lines.h"

#include <string.h>

#define READ_SIZE 4096

struct Lines {
	unsigned references;
	GIOStream *stream;
	GCancellable *cancellable;
	LinesLimits limits;
	LinesListener listener;
	void *data;
	bool ended;
	GByteArray *in;	     /* the beginning of a line */
	GByteArray *out;     /* waits for the write under way */
	GByteArray *writing; /* NULL: no write is under way */
	char buffer[READ_SIZE];
};

static void read_more(Lines *self);
static void write_more(Lines *self);

static Lines *lines_ref(Lines *self)
{
	self->references++;
	return self;
}

static void lines_unref(Lines *self)
{
	if (--self->references > 0)
		return;
	g_object_unref(self->stream);
	g_object_unref(self->cancellable);
	g_byte_array_unref(self->in);
	g_byte_array_unref(self->out);
	g_clear_pointer(&self->writing, g_byte_array_unref);
	g_free(self);
}

static void end(Lines *self, const GError *error)
{
	if (self->ended)
		return;
	self->ended = true;
	g_cancellable_cancel(self->cancellable);
	self->listener.on_closed(self->data, error);
}

/* Gives every whole line away. False: the last of them was not whole and is already too long. */
static bool split(Lines *self)
{
	size_t start = 0;

	while (!self->ended) {
		char *line = (char *)self->in->data + start;
		char *newline = memchr(line, '\n', self->in->len - start);
		size_t length = newline ? (size_t)(newline - line) : self->in->len - start;

		if (length > self->limits.line_max)
			return false;
		if (!newline)
			break;
		*newline = '\0';
		start += length + 1;
		self->listener.on_line(self->data, line, length);
	}
	g_byte_array_remove_range(self->in, 0, start);
	return true;
}

static void on_read(GObject *source, GAsyncResult *result, void *data)
{
	Lines *self = data;
	g_autoptr(GError) error = NULL;
	gssize size = g_input_stream_read_finish(G_INPUT_STREAM(source), result, &error);

	if (!self->ended && size > 0) {
		g_byte_array_append(self->in, (guint8 *)self->buffer, (guint)size);
		if (split(self)) {
			read_more(self);
		} else {
			error_set(&error, ERROR_TOO_LARGE, "The peer sent a line of over %zu bytes",
				  self->limits.line_max);
			end(self, error);
		}
	} else if (!self->ended) {
		end(self, error);
	}
	lines_unref(self);
}

static void read_more(Lines *self)
{
	if (self->ended)
		return;
	g_input_stream_read_async(g_io_stream_get_input_stream(self->stream), self->buffer,
				  sizeof self->buffer, G_PRIORITY_DEFAULT, self->cancellable,
				  on_read, lines_ref(self));
}

static void on_written(GObject *source, GAsyncResult *result, void *data)
{
	Lines *self = data;
	g_autoptr(GError) error = NULL;
	bool done = g_output_stream_write_all_finish(G_OUTPUT_STREAM(source), result, NULL, &error);

	g_clear_pointer(&self->writing, g_byte_array_unref);
	if (done)
		write_more(self);
	else
		end(self, error);
	lines_unref(self);
}

static void write_more(Lines *self)
{
	if (self->ended || self->writing || self->out->len == 0)
		return;
	self->writing = self->out;
	self->out = g_byte_array_new();
	g_output_stream_write_all_async(g_io_stream_get_output_stream(self->stream),
					self->writing->data, self->writing->len, G_PRIORITY_DEFAULT,
					self->cancellable, on_written, lines_ref(self));
}

static gboolean end_unread(void *data)
{
	Lines *self = data;
	g_autoptr(GError) error = NULL;

	error_set(&error, ERROR_BUSY, "The peer does not read");
	end(self, error);
	return G_SOURCE_REMOVE;
}

Lines *lines_new(GIOStream *stream, const LinesLimits *limits, const LinesListener *listener,
		 void *data)
{
	Lines *self = g_new0(Lines, 1);

	self->references = 1;
	self->stream = g_object_ref(stream);
	self->cancellable = g_cancellable_new();
	self->limits = *limits;
	self->listener = *listener;
	self->data = data;
	self->in = g_byte_array_new();
	self->out = g_byte_array_new();
	read_more(self);
	return self;
}

void lines_free(Lines *self)
{
	if (!self)
		return;
	self->ended = true;
	g_cancellable_cancel(self->cancellable);
	g_io_stream_close(self->stream, NULL, NULL);
	lines_unref(self);
}

void lines_send(Lines *self, const char *line)
{
	size_t length = strlen(line);

	if (self->ended)
		return;
	if (self->out->len + length + 1 > self->limits.queue_max) {
		g_idle_add_full(G_PRIORITY_DEFAULT, end_unread, lines_ref(self),
				(GDestroyNotify)lines_unref);
		return;
	}
	g_byte_array_append(self->out, (const guint8 *)line, (guint)length);
	g_byte_array_append(self->out, (const guint8 *)"\n", 1);
	write_more(self);
}
