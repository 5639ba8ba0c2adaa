/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A part is read, sealed and sent, and the next one when the answer came: of a file of gigabytes there is
 * one megabyte in memory, and between two parts the loop does what others ask for. */
#include "keeping.h"
#include "base/log.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define PART_BYTES (768 * 1024) /* as many of them as it takes: the log has no bound either */
#define LAST_PARTS 350          /* some seconds: an instance that ends waits for no more */

struct Keeping {
	Ground ground;
	uint8_t file_key[SEAL_KEY_SIZE];
	FILE *file; /* NULL: over */
	int part;   /* that is read next */
	char *fence;
	char *turn;
	bool is_asked; /* an answer comes, which frees what was freed meanwhile */
	bool is_freed;
};

static char *number(int64_t value)
{
	return g_strdup_printf("%" G_GINT64_FORMAT, (gint64)value);
}

static void free_now(Keeping *self)
{
	keeping_stop(self);
	g_free(self->fence);
	g_free(self->turn);
	g_free(self);
}

/* False: there is nothing to be done about it. */
static bool take_answer(Keeping *self, const Answer *answer, const GError *failure)
{
	self->is_asked = false;
	if (self->is_freed) {
		free_now(self);
		return false;
	}
	if (failure)
		log_failure(LOG_WARNING, failure, "A snapshot was not kept");
	if (failure || answer_rows(answer) == 0)
		keeping_stop(self);
	return self->file != NULL;
}

static void on_finished(void *data, const Answer *answer, const GError *failure)
{
	Keeping *self = data;

	if (!take_answer(self, answer, failure))
		return;
	keeping_stop(self);
	log_write(LOG_INFO, "A snapshot of turn %s is kept (%d parts)", self->turn, self->part);
}

static void send_next(Keeping *self);

static void on_part(void *data, const Answer *answer, const GError *failure)
{
	Keeping *self = data;

	if (take_answer(self, answer, failure))
		send_next(self);
}

static void finish(Keeping *self)
{
	const Ground *ground = &self->ground;
	g_autofree char *parts = number(self->part);

	self->is_asked = true;
	postgres_ask(ground->postgres, "finish_snapshot", 5,
	             (const char *const[]){ground->school, ground->run, self->fence, self->turn, parts},
	             on_finished, self);
}

static void send_next(Keeping *self)
{
	const Ground *ground = &self->ground;
	g_autofree uint8_t *bytes = g_malloc(PART_BYTES);
	size_t size = fread(bytes, 1, PART_BYTES, self->file);
	g_autofree char *sealed = NULL;
	g_autofree char *part = NULL;

	if (ferror(self->file)) {
		log_write(LOG_WARNING, "A snapshot was not kept: %s", g_strerror(errno));
		keeping_stop(self);
		return;
	}
	if (size == 0) {
		finish(self);
		return;
	}
	sealed = seal(self->file_key, bytes, size);
	part = number(self->part++);
	self->is_asked = true;
	postgres_ask(ground->postgres, "add_snapshot_part", 6,
	             (const char *const[]){ground->school, ground->run, self->fence, self->turn, part,
	                                   sealed},
	             on_part, self);
}

/* A log that SQLite left beside the file has rows that the file lacks. */
static bool is_whole(const char *path)
{
	g_autofree char *log = g_strconcat(path, "-wal", NULL);
	GStatBuf of_log;

	return g_stat(log, &of_log) != 0 || of_log.st_size == 0;
}

Keeping *keeping_new(const Ground *ground, int64_t turn)
{
	g_autofree char *path = g_build_filename(ground->folder, "urok.db", NULL);
	FILE *file = is_whole(path) ? g_fopen(path, "rbe") : NULL;
	Keeping *self;

	if (!file)
		return NULL;
	self = g_new0(Keeping, 1);
	self->ground = *ground;
	self->file = file;
	self->fence = number(ground->fence);
	self->turn = number(turn);
	settings_derive(ground->settings, "snapshots", self->file_key);
	send_next(self);
	return self;
}

void keeping_stop(Keeping *self)
{
	if (self && self->file)
		fclose(g_steal_pointer(&self->file));
}

bool keeping_is_busy(const Keeping *self)
{
	return self && self->is_asked;
}

static bool is_long(Keeping *self)
{
	struct stat of_file;

	return self->file && fstat(fileno(self->file), &of_file) == 0 &&
	       of_file.st_size > (off_t)LAST_PARTS * PART_BYTES;
}

void keeping_wait(Keeping *self)
{
	if (self && is_long(self))
		keeping_stop(self);
	while (keeping_is_busy(self))
		postgres_step(self->ground.postgres, 100);
}

void keeping_free(Keeping *self)
{
	if (!self)
		return;
	keeping_stop(self);
	self->is_freed = true;
	if (!self->is_asked)
		free_now(self);
}
