/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ledger of erasures: a line a person, on the disk before the erasure is acknowledged, beside
 * the database and not in it, so that an older copy of the database is told whom to forget. It
 * holds ids, which say nothing without the database. */
#include "privacy/privacy-private.h"

#include "base/log.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define LEDGER_NAME "erasures.jsonl"

struct Ledger {
	char *folder;
	char *path;
};

Ledger *ledger_new(const char *data_directory)
{
	Ledger *self = g_new0(Ledger, 1);

	self->folder = g_strdup(data_directory);
	self->path = g_build_filename(data_directory, LEDGER_NAME, NULL);
	return self;
}

Ledger *ledger_copy(const Ledger *self)
{
	return ledger_new(self->folder);
}

void ledger_free(Ledger *self)
{
	if (!self)
		return;
	g_free(self->folder);
	g_free(self->path);
	g_free(self);
}

char *ledger_line(const char *person, const char *by, int64_t now_ms)
{
	char at[TIME_TEXT_SIZE];
	g_autoptr(json_t) line = NULL;
	g_autofree char *text = NULL;

	clock_format(now_ms, at);
	line = json_pack("{s:s, s:s, s:s}", "person", person, "at", at, "by", by);
	text = json_format(line);
	return g_strconcat(text, "\n", NULL);
}

static bool fail(GError **error, const char *what)
{
	return error_set(error, errno == ENOSPC || errno == EDQUOT ? ERROR_NO_SPACE : ERROR_INTERNAL,
	                 "The ledger of erasures could not be %s: %s", what, g_strerror(errno));
}

static bool flush_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool flushed = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return flushed;
}

/* A line that a power cut left half is ended first, so that this one stands alone. */
bool ledger_append(const Ledger *self, const char *line, GError **error)
{
	int fd = open(self->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	char last = '\n';
	bool written;

	if (fd < 0)
		return fail(error, "opened");
	written = (size <= 0 || pread(fd, &last, 1, size - 1) == 1) &&
	          (last == '\n' || whole_write(fd, "\n", 1)) &&
	          whole_write(fd, line, strlen(line)) && fsync(fd) == 0 &&
	          flush_folder(self->folder);
	if (!written)
		fail(error, "written");
	close(fd);
	return written;
}

static void add_line(GPtrArray *ids, const char *line)
{
	g_autoptr(json_t) entry = json_parse(line, strlen(line), NULL);
	const char *person = json_string_value(json_object_get(entry, "person"));

	if (!id_is_valid(person)) {
		log_write(LOG_WARNING, "A line of the ledger of erasures is not to be read");
		return;
	}
	if (!g_ptr_array_find_with_equal_func(ids, person, g_str_equal, NULL))
		g_ptr_array_add(ids, g_strdup(person));
}

GPtrArray *ledger_read(const Ledger *self, GError **error)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) failure = NULL;
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(self->path, &text, NULL, &failure)) {
		if (g_error_matches(failure, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return g_steal_pointer(&ids);
		error_set(error, ERROR_INTERNAL, "The ledger of erasures cannot be read: %s",
		          failure->message);
		return NULL;
	}
	lines = g_strsplit(text, "\n", -1);
	for (char **line = lines; *line; line++)
		if (**line)
			add_line(ids, *line);
	return g_steal_pointer(&ids);
}
