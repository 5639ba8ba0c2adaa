/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One piece as a job of urok-errands: the bytes go along in memory that has no name, never as a file
 * of the school. */
#include "uplink/travel-private.h"

#include "base/whole.h"

#include <sys/mman.h>
#include <unistd.h>

#define PATIENCE_S 60

struct PieceAsk {
	Job *job;
	PieceAnswered done;
	void *data;
};

static int64_t fact(const json_t *facts, const char *name)
{
	const json_t *value = json_object_get(facts, name);

	return json_is_integer(value) ? (int64_t)json_integer_value(value) : -1;
}

static void on_done(void *data, const JobAnswer *said, const GPtrArray *parts, const GError *failure)
{
	g_autofree PieceAsk *self = data;
	const json_t *facts = said && !failure ? said->facts : NULL;
	bool answered = facts && json_is_null(json_object_get(facts, "reason"));
	const PieceAnswer answer = {
		.status = answered ? (unsigned)MAX(fact(facts, "status"), 0) : 0,
		.has = answered ? fact(facts, "has") : -1,
		.total = answered ? fact(facts, "total") : -1,
		.bytes = answered && parts && parts->len ? parts->pdata[0] : NULL,
	};

	self->done(self->data, &answer);
}

static PieceAsk *ask(Uplink *uplink, JobOrder *order, const char *address, PieceAnswered done, void *data)
{
	g_autofree char *path = g_strconcat("/files/", address, NULL);
	PieceAsk *self = g_new0(PieceAsk, 1);

	uplink_sign_words(uplink, path, order->words);
	self->done = done;
	self->data = data;
	self->job = jobs_add(uplink->jobs, order, on_done, self, NULL);
	if (!self->job)
		g_clear_pointer(&self, g_free);
	return self;
}

PieceAsk *piece_ask_down(Uplink *uplink, const char *address, int64_t first, int64_t size,
			 PieceAnswered done, void *data)
{
	JobOrder order = {DESK_FILES, "download", NULL, -1, FILE_PIECE_MOST, PATIENCE_S};

	order.words = json_pack("{sI sI}", "first", (json_int_t)first, "size", (json_int_t)size);
	return ask(uplink, &order, address, done, data);
}

/* -1: there is no memory for it. */
static int put_into_memory(GBytes *bytes)
{
	gsize size;
	const void *data = g_bytes_get_data(bytes, &size);
	int fd = memfd_create("piece", MFD_CLOEXEC);

	if (fd >= 0 && whole_write(fd, data, size) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

PieceAsk *piece_ask_up(Uplink *uplink, const char *address, int64_t first, int64_t total,
		       GBytes *bytes, PieceAnswered done, void *data)
{
	JobOrder order = {DESK_FILES, "upload", NULL, put_into_memory(bytes), FILE_PIECE_MOST,
			  PATIENCE_S};
	PieceAsk *self;

	if (order.input < 0)
		return NULL;
	order.words = json_pack("{sI sI}", "first", (json_int_t)first, "total", (json_int_t)total);
	self = ask(uplink, &order, address, done, data);
	close(order.input);
	return self;
}

void piece_ask_cancel(PieceAsk *self)
{
	job_cancel(self->job);
	g_free(self);
}
