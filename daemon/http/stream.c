/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A live stream's queue: shared blocks in a ring, copied straight into the connection's buffer. */
#include "http/request-private.h"

#include <string.h>

#define RING_FIRST 4 /* without memory of its own; grows by doubling to STREAM_BLOCKS_MAX */

/* A comment (a line that begins with a colon): the client sees at once that it is connected. */
static const char GREETING[] = ":\n\n";

struct Stream {
	Request *request;
	GBytes **ring;
	unsigned capacity; /* a power of two */
	unsigned first;
	unsigned count;
	bool greeted;
	bool ended;
	bool cut;
	size_t offset; /* of the first block, sent already */
	size_t bytes;  /* queued and not sent */
	GBytes *few[RING_FIRST];
	const StreamEvents *events;
	void *data;
};

Stream *request_stream(Request *self, const StreamEvents *events, void *data)
{
	Stream *stream = g_new0(Stream, 1);

	g_assert(self->entry->route.flags & ROUTE_LIVE); /* so HEAD was refused */
	g_assert(!self->stream && !self->reply.status);
	stream->request = self;
	stream->ring = stream->few;
	stream->capacity = RING_FIRST;
	stream->events = events;
	stream->data = data;
	self->stream = stream;
	self->reply.status = 200;
	self->reply.content_type = "text/event-stream";
	request_add_header(self, "X-Accel-Buffering", "no");
	return stream;
}

static GBytes **slot(Stream *self, unsigned index)
{
	return &self->ring[(self->first + index) & (self->capacity - 1)];
}

static void drop_first(Stream *self)
{
	g_bytes_unref(*slot(self, 0));
	self->first = (self->first + 1) & (self->capacity - 1);
	self->count--;
	self->offset = 0;
}

static void drop_all(Stream *self)
{
	while (self->count > 0)
		drop_first(self);
	self->bytes = 0;
}

static void free_ring(Stream *self)
{
	if (self->ring != self->few)
		g_free(self->ring);
}

static void grow(Stream *self)
{
	unsigned capacity = self->capacity * 2;
	GBytes **ring = g_new(GBytes *, capacity);

	for (unsigned i = 0; i < self->count; i++)
		ring[i] = *slot(self, i);
	free_ring(self);
	self->ring = ring;
	self->capacity = capacity;
	self->first = 0;
}

void stream_cut(Stream *self)
{
	if (self->cut)
		return;
	self->cut = true;
	drop_all(self);
	server_cut(self->request);
}

bool stream_send(Stream *self, GBytes *block)
{
	size_t size = g_bytes_get_size(block);

	if (self->cut || self->ended)
		return false;
	if (self->count == STREAM_BLOCKS_MAX || self->bytes + size > STREAM_BYTES_MAX) {
		stream_cut(self);
		return false;
	}
	if (self->count == self->capacity)
		grow(self);
	*slot(self, self->count++) = g_bytes_ref(block);
	self->bytes += size;
	server_wake(self->request);
	return true;
}

void stream_end(Stream *self)
{
	self->ended = true;
	server_wake(self->request);
}

void stream_lose(Stream *self)
{
	self->cut = true;
	drop_all(self);
}

void stream_free(Stream *self)
{
	drop_all(self);
	self->events->on_closed(self->data);
	free_ring(self);
	g_free(self);
}

static size_t fill(Stream *self, char *buffer, size_t size)
{
	size_t filled = 0;

	while (self->count > 0 && filled < size) {
		size_t length;
		const char *text = g_bytes_get_data(*slot(self, 0), &length);
		size_t part = MIN(length - self->offset, size - filled);

		memcpy(buffer + filled, text + self->offset, part);
		filled += part;
		self->offset += part;
		if (self->offset == length)
			drop_first(self);
	}
	self->bytes -= filled;
	return filled;
}

ssize_t stream_read(Stream *self, char *buffer, size_t size)
{
	size_t filled;

	if (self->cut)
		return STREAM_READ_CUT;
	filled = fill(self, buffer, size);
	if (filled == 0 && !self->greeted && size >= strlen(GREETING)) {
		filled = strlen(GREETING);
		memcpy(buffer, GREETING, filled);
	}
	self->greeted = true;
	if (filled > 0)
		return (ssize_t)filled;
	return self->ended ? STREAM_READ_END : STREAM_READ_WAIT;
}
