/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One job with its worker: it says that it is there, is told what to do, answers with a line and
 * bytes. Whatever it sends instead is a failure, never more memory than was agreed on. */
#include "jobs/jobs-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK          (16 * 1024)
#define PAUSE_FIRST_MS 10
#define PAUSE_MOST_MS  500

struct Talk {
	Place *place;
	const char *line; /* borrowed, as the input */
	int input;
	size_t answer_max;
	TalkDone done;
	void *data;
	int fd; /* -1: there is no connection */
	bool ready; /* it said so, and was told what to do */
	GByteArray *got;
	JobAnswer *answer; /* its line is there, parts follow */
	size_t expected;   /* bytes of all parts */
	unsigned pause_ms;
	unsigned watch_id, timeout_id, again_id;
};

static void hang_up(Talk *self)
{
	g_clear_handle_id(&self->watch_id, g_source_remove);
	if (self->fd >= 0)
		close(self->fd);
	self->fd = -1;
}

void talk_free(Talk *self)
{
	if (!self)
		return;
	hang_up(self);
	g_clear_handle_id(&self->timeout_id, g_source_remove);
	g_clear_handle_id(&self->again_id, g_source_remove);
	g_byte_array_unref(self->got);
	job_answer_free(self->answer);
	g_free(self);
}

static void fail(Talk *self, const char *what)
{
	g_autoptr(GError) failure = NULL;

	error_set(&failure, ERROR_UNAVAILABLE, "%s", what);
	self->done(self->data, NULL, NULL, failure);
}

/* --- What it says --- */

static void finish(Talk *self)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	g_autoptr(GError) refusal = NULL;
	size_t at = 0;

	for (unsigned i = 0; i < self->answer->n_parts; at += self->answer->sizes[i], i++)
		g_ptr_array_add(parts, g_bytes_new(self->got->data + at, self->answer->sizes[i]));
	if (self->answer->reason)
		error_set(&refusal, ERROR_INVALID, "%s: %s", self->answer->reason,
		          self->answer->detail ? self->answer->detail : "");
	self->done(self->data, self->answer, parts, refusal);
}

/* The next line, taken out of what came; NULL: not all of it is there. */
static char *take_line(Talk *self)
{
	const guint8 *end = self->got->len ? memchr(self->got->data, '\n', self->got->len) : NULL;
	guint length;
	char *line;

	if (!end)
		return NULL;
	length = (guint)(end - self->got->data);
	line = g_strndup((const char *)self->got->data, length);
	g_byte_array_remove_range(self->got, 0, length + 1);
	return line;
}

static bool hear_ready(Talk *self, const char *line)
{
	if (strcmp(line, JOB_READY) != 0 || !job_send(self->fd, self->line, self->input))
		return false;
	self->ready = true;
	return true;
}

static bool hear_answer(Talk *self, const char *line)
{
	self->answer = job_answer_parse(line, strlen(line), NULL);
	if (!self->answer)
		return false;
	for (unsigned i = 0; i < self->answer->n_parts; i++)
		self->expected += self->answer->sizes[i];
	return self->expected <= self->answer_max;
}

/* False: it is no worker of ours, or gone mad. */
static bool hear(Talk *self)
{
	while (!self->answer) {
		g_autofree char *line = take_line(self);

		if (!line)
			return self->got->len <= JOB_LINE_MAX;
		if (!(self->ready ? hear_answer(self, line) : hear_ready(self, line)))
			return false;
	}
	return self->got->len <= self->expected;
}

static void try_again_soon(Talk *self);

static void hear_end(Talk *self)
{
	hang_up(self);
	if (self->ready)
		fail(self, "The worker broke down");
	else
		try_again_soon(self);
}

static gboolean on_news(int fd, GIOCondition condition, void *data)
{
	Talk *self = data;
	guint8 chunk[CHUNK];
	ssize_t got = recv(fd, chunk, sizeof chunk, 0);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return G_SOURCE_CONTINUE;
	if (got <= 0) {
		self->watch_id = 0;
		hear_end(self);
		return G_SOURCE_REMOVE;
	}
	g_byte_array_append(self->got, chunk, (guint)got);
	if (hear(self) && (!self->answer || self->got->len < self->expected))
		return G_SOURCE_CONTINUE;
	self->watch_id = 0;
	hang_up(self);
	if (self->answer && self->got->len == self->expected)
		finish(self);
	else
		fail(self, "The worker said nonsense");
	return G_SOURCE_REMOVE;
}

/* --- Its beginning and its time --- */

static void try_now(Talk *self)
{
	g_autoptr(GError) error = NULL;

	self->fd = self->place->open(self->place, &error);
	if (self->fd < 0) {
		try_again_soon(self);
		return;
	}
	self->watch_id = g_unix_fd_add(self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, on_news, self);
}

static gboolean on_again(void *data)
{
	Talk *self = data;

	self->again_id = 0;
	try_now(self);
	return G_SOURCE_REMOVE;
}

/* The last worker may not be quite gone, or systemd's socket not there yet. */
static void try_again_soon(Talk *self)
{
	g_byte_array_set_size(self->got, 0);
	self->again_id = g_timeout_add(self->pause_ms, on_again, self);
	self->pause_ms = MIN(self->pause_ms * 2, PAUSE_MOST_MS);
}

static gboolean on_timeout(void *data)
{
	Talk *self = data;

	self->timeout_id = 0;
	hang_up(self);
	fail(self, self->ready ? "The worker took too long" : "The worker could not be started");
	return G_SOURCE_REMOVE;
}

Talk *talk_new(Place *place, const TalkOrder *order, TalkDone done, void *data)
{
	Talk *self = g_new0(Talk, 1);

	self->place = place;
	self->line = order->line;
	self->input = order->input;
	self->answer_max = order->answer_max;
	self->done = done;
	self->data = data;
	self->fd = -1;
	self->got = g_byte_array_new();
	self->timeout_id = g_timeout_add_seconds(order->patience_s, on_timeout, self);
	self->pause_ms = PAUSE_FIRST_MS;
	self->again_id = g_idle_add_full(G_PRIORITY_DEFAULT, on_again, self, NULL);
	return self;
}
