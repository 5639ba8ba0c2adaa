/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A live stream's queue: shared blocks in a ring, sent straight to the client's socket.
 *
 * The library says the answer's head and what is queued by then. When it finds nothing more it is
 * told to wait, and from there to the stream's end its connection stays suspended: the socket is
 * ours. Woken for each block, the library would walk all its connections for every send().
 *
 * A block is a chunk of HTTP, framed once for all who get it. */
#include "http/request-private.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define RING_FIRST 4 /* without memory of its own; grows by doubling to STREAM_BLOCKS_MAX */
#define AT_ONCE    16 /* blocks in one call of the kernel */
#define FRAME_HEAD 8  /* "0001e0\r\n" */
#define FRAME_TAIL 2

/* A comment (a line that begins with a colon): the client sees at once that it is connected. */
static const char GREETING[] = ":\n\n";

/* One message goes to thousands, each of which is cold memory: what a delivery touches comes first
 * and fills two lines of the cache. */
#define CACHE_LINE 64
struct Stream {
	GBytes **ring;
	GPtrArray *flushing; /* the server's: who has something to send */
	size_t offset; /* of the first block, sent already */
	size_t bytes;  /* of the blocks that are queued */
	gint64 stuck_us; /* since when the socket takes nothing; 0: it does */
	unsigned capacity; /* a power of two */
	unsigned first;
	unsigned count;
	int fd;
	bool greeted;
	bool direct; /* the library waits, the socket is ours */
	bool chunked;
	bool woken; /* stands in flushing */
	bool ended;
	bool cut;
	GBytes *few[RING_FIRST];
	Request *request;
	const StreamEvents *events;
	void *data;
};

GBytes *stream_block(const char *text)
{
	size_t length = strlen(text);
	char *chunk = g_malloc(FRAME_HEAD + length + FRAME_TAIL + 1);

	g_assert(length < 1 << 24);
	g_snprintf(chunk, FRAME_HEAD + 1, "%06zx\r\n", length);
	memcpy(chunk + FRAME_HEAD, text, length);
	strcpy(chunk + FRAME_HEAD + length, "\r\n");
	return g_bytes_new_take(chunk, FRAME_HEAD + length + FRAME_TAIL);
}

Stream *request_stream(Request *self, const StreamEvents *events, void *data)
{
	Stream *stream = g_aligned_alloc0(1, sizeof *stream, CACHE_LINE);

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
	self->bytes -= g_bytes_get_size(*slot(self, 0));
	g_bytes_unref(*slot(self, 0));
	self->first = (self->first + 1) & (self->capacity - 1);
	self->count--;
	self->offset = 0;
}

static void drop_all(Stream *self)
{
	while (self->count > 0)
		drop_first(self);
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

/* The library's own clock does not run while it waits. */
static bool is_stuck(const Stream *self)
{
	return self->stuck_us && g_get_monotonic_time() - self->stuck_us >
	                                 self->request->http->timeout_s * G_USEC_PER_SEC;
}

bool stream_send(Stream *self, GBytes *block)
{
	size_t size = g_bytes_get_size(block);

	if (self->cut)
		return false;
	/* An ended one as well: nobody else cuts who does not take what is left. */
	if (is_stuck(self)) {
		stream_cut(self);
		return false;
	}
	if (self->ended)
		return false;
	if (self->count == STREAM_BLOCKS_MAX || self->bytes + size > STREAM_BYTES_MAX) {
		stream_cut(self);
		return false;
	}
	if (self->count == self->capacity)
		grow(self);
	*slot(self, self->count++) = g_bytes_ref(block);
	self->bytes += size;
	/* Until then the library asks by itself. */
	if (self->direct && !self->woken) {
		self->woken = true;
		g_ptr_array_add(self->flushing, self);
	}
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
	if (self->woken)
		g_ptr_array_remove_fast(self->flushing, self);
	drop_all(self);
	self->events->on_closed(self->data);
	free_ring(self);
	g_aligned_free(self);
}

/* The block as it goes out: framed unless the library frames it or the client knows no chunks. */
static const char *wire_of(const Stream *self, unsigned index, size_t *ret_length)
{
	GBytes *block = self->ring[(self->first + index) & (self->capacity - 1)];
	const char *chunk = g_bytes_get_data(block, ret_length);

	if (self->direct && self->chunked)
		return chunk;
	*ret_length -= FRAME_HEAD + FRAME_TAIL;
	return chunk + FRAME_HEAD;
}

static size_t fill(Stream *self, char *buffer, size_t size)
{
	size_t filled = 0;

	while (self->count > 0 && filled < size) {
		size_t length;
		const char *text = wire_of(self, 0, &length);
		size_t part = MIN(length - self->offset, size - filled);

		memcpy(buffer + filled, text + self->offset, part);
		filled += part;
		self->offset += part;
		if (self->offset == length)
			drop_first(self);
	}
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

/* --- Our side of the socket --- */

/* The library waits: from here on blocks go to the socket, by the server's stream_flush() of those
 * that stand in flushing. */
void stream_take_socket(Stream *self, int fd, bool chunked, GPtrArray *flushing)
{
	self->direct = true;
	self->fd = fd;
	self->chunked = chunked;
	self->flushing = flushing;
}

Request *stream_request(const Stream *self)
{
	return self->request;
}

static ssize_t send_some(Stream *self)
{
	struct iovec parts[AT_ONCE];
	struct msghdr message = {.msg_iov = parts};

	if (self->count == 1) {
		size_t length;
		const char *text = wire_of(self, 0, &length);

		return send(self->fd, text + self->offset, length - self->offset,
		            MSG_DONTWAIT | MSG_NOSIGNAL);
	}
	for (unsigned i = 0; i < MIN(self->count, AT_ONCE); i++) {
		size_t skipped = i == 0 ? self->offset : 0;
		size_t length;
		const char *text = wire_of(self, i, &length);

		parts[i] = (struct iovec){(char *)text + skipped, length - skipped};
		message.msg_iovlen++;
	}
	return sendmsg(self->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void take_sent(Stream *self, size_t sent)
{
	while (sent > 0) {
		size_t length;
		size_t part;

		(void)wire_of(self, 0, &length);
		part = MIN(length - self->offset, sent);
		self->offset += part;
		sent -= part;
		if (self->offset == length)
			drop_first(self);
	}
	self->stuck_us = 0;
}

StreamState stream_flush(Stream *self)
{
	self->woken = false;
	if (!self->direct)
		return STREAM_FOR_LIBRARY;
	while (self->count > 0 && !self->cut) {
		ssize_t sent = send_some(self);

		if (sent >= 0) {
			take_sent(self, (size_t)sent);
		} else if (errno == EAGAIN) {
			if (!self->stuck_us)
				self->stuck_us = g_get_monotonic_time();
			return STREAM_STUCK;
		} else if (errno != EINTR) {
			stream_lose(self);
		}
	}
	return self->cut || self->ended ? STREAM_FOR_LIBRARY : STREAM_SENT;
}
