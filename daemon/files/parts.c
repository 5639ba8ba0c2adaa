/* SPDX-License-Identifier: LGPL-2.1-or-later
 * DIRECTORY/parts/ADDRESS: as much of a file as has come, and beside it ADDRESS.total, a symbolic link
 * that says how long all of it is. A power cut may leave holes; what is held against the address at
 * the end is what was read back. */
#include "files/files-private.h"

#include "base/clock.h"
#include "base/place.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER	"parts"
#define PROMISE ".total"
#define DAY_S	86400

#define NOBODY_KNOWS (-1)
#define COUNT_MS     (60 * 1000) /* others may add to the same directory, and take away */

struct FileTaking {
	Files *files;	 /* NULL: the room is gone, before the thread is done */
	char *directory;
	char *address;
	int64_t offset, total, quota;
	GBytes *bytes;
	FilePieceTaken done; /* NULL: nobody waits any more */
	void *data;
	int64_t has;
	bool whole;
	int64_t used;	 /* bytes that all files here have; NOBODY_KNOWS: to be counted */
	bool is_counted; /* `used`, by this taking */
	int64_t had;	 /* of this file, before */
	int64_t added;	 /* to it; less than nothing: taken away */
};

static void taking_free(void *data)
{
	FileTaking *self = data;

	g_free(self->directory);
	g_free(self->address);
	g_bytes_unref(self->bytes);
	g_free(self);
}

static char *path_of_part(const char *directory, const char *address)
{
	return g_build_filename(directory, FOLDER, address, NULL);
}

/* How long all of it is to be: a link is there whole or not at all. */
static char *path_of_promise(const char *directory, const char *address)
{
	g_autofree char *part = path_of_part(directory, address);

	return g_strconcat(part, PROMISE, NULL);
}

static void remove_part(const char *directory, const char *address)
{
	g_autofree char *part = path_of_part(directory, address);
	g_autofree char *promise = path_of_promise(directory, address);

	unlink(promise);
	unlink(part);
}

/* --- In the thread --- */

static int64_t bytes_in(const char *folder)
{
	g_autoptr(GDir) list = g_dir_open(folder, 0, NULL);
	const char *name;
	int64_t bytes = 0;

	while (list && (name = g_dir_read_name(list))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
			bytes += status.st_size;
	}
	return bytes;
}

static int64_t count_all(const char *directory)
{
	g_autofree char *parts = g_build_filename(directory, FOLDER, NULL);
	int64_t bytes = bytes_in(parts);

	for (unsigned i = 0; i < FILES_PARTS; i++) {
		g_autofree char *folder = g_strdup_printf("%s/%02x", directory, i);

		bytes += bytes_in(folder);
	}
	return bytes;
}

/* What is there and what this file still lacks, at each piece: who sends several at once may be over
 * it by a piece of each. */
static bool check_quota(const FileTaking *self, GError **error)
{
	return !self->quota || self->used - self->had + self->total <= self->quota ||
	       error_reason(error, ERROR_NO_SPACE, "file-quota", NULL,
	                    "The files of this school have all the room that they may have");
}

/* -1: nobody said, or a power cut took it. */
static int64_t promised(const char *path)
{
	char text[32] = "";
	ssize_t length = readlink(path, text, sizeof text - 1);

	return length > 0 ? g_ascii_strtoll(text, NULL, 10) : -1;
}

/* What there is of a file is a part of one so long, and of no other. */
static bool hold_to_promise(FileTaking *self, int fd, GError **error)
{
	g_autofree char *path = path_of_promise(self->directory, self->address);
	g_autofree char *total = g_strdup_printf("%" G_GINT64_FORMAT, self->total);

	if (self->has > 0 && promised(path) == self->total)
		return true;
	/* Whoever says another total means another file, which has to begin. */
	if (ftruncate(fd, 0) != 0)
		return file_fail(error, "written");
	self->has = 0;
	unlink(path);
	return self->offset > 0 || symlink(total, path) == 0 || file_fail(error, "made");
}

static bool check_place(FileTaking *self, int fd, GError **error)
{
	struct stat status;

	self->has = NOBODY_KNOWS;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 || fstat(fd, &status) != 0 || status.st_nlink == 0)
		return error_reason(error, ERROR_CONFLICT, "file-busy", NULL,
		                    "Somebody else is sending this file");
	self->has = status.st_size;
	if (!hold_to_promise(self, fd, error))
		return false;
	return self->has == self->offset || self->has == self->total ||
	       error_reason(error, ERROR_CONFLICT, "file-offset", NULL,
	                    "The file goes on at byte %" G_GINT64_FORMAT, self->has);
}

/* What does not fit is taken back: half a piece would be asked for again anyway. */
static bool add_piece(FileTaking *self, int fd, GError **error)
{
	gsize size;
	const void *data = g_bytes_get_data(self->bytes, &size);

	if (lseek(fd, self->offset, SEEK_SET) == self->offset && whole_write(fd, data, size)) {
		self->has = self->offset + (int64_t)size;
		return true;
	}
	file_fail(error, "written");
	self->has = ftruncate(fd, self->offset) == 0 ? self->offset : NOBODY_KNOWS;
	return false;
}

static bool check_content(const FileTaking *self, int fd, GError **error)
{
	g_autoptr(GMappedFile) map = g_mapped_file_new_from_fd(fd, FALSE, NULL);
	g_autoptr(GBytes) content = map ? g_mapped_file_get_bytes(map) : NULL;
	g_autofree char *found = content ? file_address_of(content) : NULL;

	if (!found)
		return file_fail(error, "read");
	return strcmp(found, self->address) == 0 ||
	       error_reason(error, ERROR_CONFLICT, "file-wrong", NULL,
	                    "The file is not what its address says");
}

static bool finish(FileTaking *self, int fd, const char *part, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *promise = path_of_promise(self->directory, self->address);

	if (!check_content(self, fd, error)) {
		remove_part(self->directory, self->address);
		self->has = 0;
		return false;
	}
	if (!file_make_folder(self->directory, folder, error))
		return false;
	self->whole = fsync(fd) == 0 && rename(part, path) == 0 && file_flush_folder(folder);
	if (!self->whole)
		return file_fail(error, "written");
	unlink(promise);
	return true;
}

static bool check_sizes(const FileTaking *self, GError **error)
{
	int64_t size = (int64_t)g_bytes_get_size(self->bytes);

	if (self->total > FILE_TRAVEL_MOST || size > FILE_PIECE_MOST)
		return error_set(error, ERROR_TOO_LARGE, "A file has at most %d bytes, a piece of it %d",
		                 FILE_TRAVEL_MOST, FILE_PIECE_MOST);
	return (size > 0 && self->offset >= 0 && self->total - size >= self->offset) ||
	       error_set(error, ERROR_INVALID, "The piece is not a part of that file");
}

static bool take_at(FileTaking *self, int fd, const char *part, const char *path, GError **error)
{
	if (access(path, R_OK) == 0) {
		remove_part(self->directory, self->address);
		self->has = self->total;
		self->whole = true;
		return true;
	}
	if (!check_place(self, fd, error))
		return false;
	/* All of it may be there already: a full disk had no place for its name. */
	if (self->has < self->total && (!check_quota(self, error) || !add_piece(self, fd, error)))
		return false;
	return self->has < self->total || finish(self, fd, part, path, error);
}

/* 0: it has no name any more. */
static int64_t length_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0 ? (int64_t)status.st_size : 0;
}

static bool take(FileTaking *self, GError **error)
{
	g_autofree char *part = path_of_part(self->directory, self->address);
	g_autofree char *path = place_of_sum(self->directory, self->address);
	g_autofree char *folder = g_path_get_dirname(part);
	bool taken;
	int fd;

	if (!check_sizes(self, error) || !file_make_folder(self->directory, folder, error))
		return false;
	if (self->quota && self->used == NOBODY_KNOWS) {
		self->used = count_all(self->directory);
		self->is_counted = true;
	}
	/* The mask takes away what is too much: nginx's group may read. */
	fd = open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		return file_fail(error, "made");
	self->had = length_of(fd);
	taken = take_at(self, fd, part, path, error);
	if (!taken && self->has == 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		remove_part(self->directory, self->address);
	if (self->has != NOBODY_KNOWS)
		self->added = length_of(fd) - self->had;
	close(fd);
	return taken;
}

static void take_in_thread(GTask *task, void *source, void *data, GCancellable *cancellable)
{
	GError *error = NULL;

	if (take(data, &error))
		g_task_return_boolean(task, TRUE);
	else
		g_task_return_error(task, error);
}

/* --- On the loop --- */

static void note_use(Files *files, FileTaking *taking)
{
	g_ptr_array_remove_fast(files->takings, taking);
	if (taking->is_counted) {
		files->used_bytes = taking->used;
		files->counted_ms = clock_boot_ms();
	}
	files->used_bytes = MAX(files->used_bytes + taking->added, 0);
}

void takings_leave(Files *self)
{
	for (guint i = 0; i < self->takings->len; i++)
		((FileTaking *)self->takings->pdata[i])->files = NULL;
}

static void on_taken(GObject *source, GAsyncResult *result, void *data)
{
	FileTaking *self = g_task_get_task_data(G_TASK(result));
	g_autoptr(GError) failure = NULL;

	(void)g_task_propagate_boolean(G_TASK(result), &failure);
	if (self->files)
		note_use(self->files, self);
	if (self->done)
		self->done(self->data, MAX(self->has, 0), self->whole, failure);
}

/* Who sends it has a quota, and the room a limit: the smaller one that there is. */
static int64_t quota_of(const Files *self, const FilePiece *piece)
{
	if (!piece->quota || !self->most_bytes)
		return MAX(piece->quota, self->most_bytes);
	return MIN(piece->quota, self->most_bytes);
}

static bool is_use_known(const Files *self)
{
	return self->is_told ||
	       (self->counted_ms && clock_boot_ms() - self->counted_ms < COUNT_MS);
}

FileTaking *files_take_piece(Files *self, const FilePiece *piece, FilePieceTaken done, void *data)
{
	FileTaking *taking = g_new0(FileTaking, 1);
	g_autoptr(GTask) task = g_task_new(NULL, NULL, on_taken, NULL);

	*taking = (FileTaking){.files = self,
	                       .used = is_use_known(self) ? self->used_bytes : NOBODY_KNOWS,
	                       .directory = g_strdup(self->directory),
	                       .address = g_strdup(piece->address),
	                       .offset = piece->offset,
	                       .total = piece->total,
	                       .quota = quota_of(self, piece),
	                       .bytes = g_bytes_ref(piece->bytes),
	                       .done = done,
	                       .data = data};
	g_ptr_array_add(self->takings, taking);
	g_task_set_task_data(task, taking, taking_free);
	g_task_run_in_thread(task, take_in_thread);
	return taking;
}

void file_taking_cancel(FileTaking *self)
{
	self->done = NULL;
}

static int64_t size_at(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? (int64_t)status.st_size : -1;
}

int64_t files_part_size(const Files *self, const char *address)
{
	g_autofree char *path = path_of_part(self->directory, address);

	return MAX(size_at(path), 0);
}

int64_t files_size(const Files *self, const char *address)
{
	g_autofree char *path = files_path(self, address);

	return size_at(path);
}

void files_remove_part(Files *self, const char *address)
{
	self->used_bytes = MAX(self->used_bytes - files_part_size(self, address), 0);
	remove_part(self->directory, address);
}

static bool is_promise_of_a_part(const char *path)
{
	g_autofree char *part = g_strdup(path);

	if (!g_str_has_suffix(path, PROMISE))
		return false;
	part[strlen(part) - strlen(PROMISE)] = '\0';
	return access(part, F_OK) == 0;
}

void parts_sweep(Files *self, bool (*is_wanted)(void *room, const char *address), void *room)
{
	g_autofree char *folder = g_build_filename(self->directory, FOLDER, NULL);
	g_autoptr(GDir) list = g_dir_open(folder, 0, NULL);
	int64_t long_ago_s = g_get_real_time() / G_USEC_PER_SEC - DAY_S;
	const char *name;

	while (list && (name = g_dir_read_name(list))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		struct stat status;

		if (!file_address_is_valid(name)) {
			if (!is_promise_of_a_part(path))
				unlink(path);
		} else if (lstat(path, &status) == 0 &&
		           (status.st_mtime < long_ago_s || !is_wanted(room, name))) {
			remove_part(self->directory, name);
		}
	}
}
