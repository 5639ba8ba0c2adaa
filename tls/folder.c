/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Sets of files: written aside, flushed, then one link moves. */
#include "tls/folder.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define CURRENT	   "current"
#define BROKEN_MAX 3

struct Folder {
	char *path;
	int lock;
};

static bool failed(GError **error, const char *path, const char *what)
{
	return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_UNAVAILABLE,
			 "%s cannot be %s: %s", path, what, g_strerror(errno));
}

char *folder_path(const Folder *self, const char *name)
{
	return g_build_filename(self->path, name, NULL);
}

Folder *folder_open(const char *path, GError **error)
{
	g_autoptr(Folder) self = g_new0(Folder, 1);
	g_autofree char *lock = NULL;

	self->path = g_strdup(path);
	self->lock = -1;
	if (g_mkdir_with_parents(path, 0755) != 0) {
		failed(error, path, "made");
		return NULL;
	}
	lock = folder_path(self, "lock");
	self->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock < 0 || flock(self->lock, LOCK_EX) != 0) {
		failed(error, lock, "locked");
		return NULL;
	}
	return g_steal_pointer(&self);
}

void folder_free(Folder *self)
{
	if (!self)
		return;
	if (self->lock >= 0)
		close(self->lock);
	g_free(self->path);
	g_free(self);
}

/* The name of the current set; NULL: there is none. */
static char *current_set(const Folder *self)
{
	g_autofree char *link = folder_path(self, CURRENT);

	return g_file_read_link(link, NULL);
}

bool folder_has_set(const Folder *self)
{
	g_autofree char *path = folder_path(self, CURRENT);

	return g_file_test(path, G_FILE_TEST_IS_DIR);
}

static bool flush_directory(const char *path, GError **error)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (!done)
		failed(error, path, "flushed");
	if (fd >= 0)
		close(fd);
	return done;
}

static bool write_flushed(const char *path, mode_t mode, const void *data, gsize size,
			  GError **error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool done = fd >= 0 && whole_write(fd, data, size) && fchmod(fd, mode) == 0 &&
		    fsync(fd) == 0;

	if (!done)
		failed(error, path, "written");
	if (fd >= 0)
		close(fd);
	return done;
}

static bool move(const char *from, const char *to, GError **error)
{
	return rename(from, to) == 0 || failed(error, to, "put in its place");
}

/* Points `name` at `target`, at once, whatever was there. */
static bool link_to(const Folder *self, const char *name, const char *target, GError **error)
{
	g_autofree char *path = folder_path(self, name);
	g_autofree char *aside = g_strconcat(path, ".new", NULL);

	unlink(aside);
	if (symlink(target, aside) != 0)
		return failed(error, aside, "made");
	return move(aside, path, error);
}

/* FOLDER/server.crt -> current/server.crt. A file that somebody put there by hand is kept. */
static bool link_file(const Folder *self, const char *name, GError **error)
{
	g_autofree char *path = folder_path(self, name);
	g_autofree char *target = g_build_filename(CURRENT, name, NULL);
	g_autofree char *there = g_file_read_link(path, NULL);
	g_autofree char *aside = g_strconcat(path, ".set-aside", NULL);

	if (g_strcmp0(there, target) == 0)
		return true;
	if (!there && g_file_test(path, G_FILE_TEST_EXISTS) && !move(path, aside, error))
		return false;
	return link_to(self, name, target, error);
}

static void remove_set(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		unlink(file);
	}
	rmdir(path);
}

static int compare(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Other sets than the current one, also of runs that were interrupted, and the oldest broken ones. */
static void remove_old(const Folder *self)
{
	g_autofree char *current = current_set(self);
	g_autoptr(GDir) dir = g_dir_open(self->path, 0, NULL);
	g_autoptr(GPtrArray) broken = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (dir && (name = g_dir_read_name(dir))) {
		g_autofree char *path = folder_path(self, name);

		if (g_str_has_prefix(name, "broken."))
			g_ptr_array_add(broken, g_steal_pointer(&path));
		else if (g_str_has_prefix(name, "set.") && g_strcmp0(name, current) != 0)
			remove_set(path);
	}
	g_ptr_array_sort(broken, compare);
	for (guint i = 0; i + BROKEN_MAX < broken->len; i++)
		remove_set(g_ptr_array_index(broken, i));
}

static void keep_broken(const Folder *self, const char *set)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *name = g_date_time_format(now, "broken.%Y%m%dT%H%M%SZ");
	g_autofree char *from = folder_path(self, set);
	g_autofree char *to = folder_path(self, name);

	if (rename(from, to) == 0)
		chmod(to, 0700);
}

static bool write_set(const char *path, const FolderFile files[], GError **error)
{
	for (guint i = 0; files[i].bytes; i++) {
		g_autofree char *file = g_build_filename(path, files[i].name, NULL);
		gsize size;
		const void *data = g_bytes_get_data(files[i].bytes, &size);

		if (!write_flushed(file, files[i].mode, data, size, error))
			return false;
	}
	return (chmod(path, 0755) == 0 || failed(error, path, "opened for reading")) &&
	       flush_directory(path, error);
}

bool folder_replace(Folder *self, const FolderFile files[], bool was_broken, GError **error)
{
	g_autofree char *old = current_set(self);
	g_autofree char *path = folder_path(self, "set.XXXXXX");
	g_autofree char *name = NULL;

	if (!g_mkdtemp(path))
		return failed(error, path, "made");
	name = g_path_get_basename(path);
	if (!write_set(path, files, error)) {
		remove_set(path);
		return false;
	}
	for (guint i = 0; files[i].bytes; i++)
		if (!link_file(self, files[i].name, error))
			return false;
	if (!link_to(self, CURRENT, name, error) || !flush_directory(self->path, error))
		return false;
	if (was_broken && old)
		keep_broken(self, old);
	remove_old(self);
	return true;
}

/* Links that somebody took away come back. */
static bool link_files(const Folder *self, GError **error)
{
	g_autofree char *current = folder_path(self, CURRENT);
	g_autoptr(GDir) dir = g_dir_open(current, 0, NULL);
	const char *name;

	while (dir && (name = g_dir_read_name(dir)))
		if (!link_file(self, name, error))
			return false;
	return true;
}

bool folder_announce(Folder *self, GError **error)
{
	g_autofree char *path = folder_path(self, "changed");
	g_autofree char *current = current_set(self);
	g_autofree char *told = NULL;

	if (!link_files(self, error))
		return false;
	g_file_get_contents(path, &told, NULL, NULL);
	if (!current || g_strcmp0(current, told) == 0)
		return true;
	return write_flushed(path, 0644, current, strlen(current), error);
}

bool folder_write(Folder *self, const char *name, const void *data, gsize size, GError **error)
{
	g_autofree char *path = folder_path(self, name);
	g_autofree char *aside = g_strconcat(path, ".new", NULL);
	g_autofree char *directory = g_path_get_dirname(path);
	g_autofree char *there = NULL;
	gsize there_size = 0;

	if (g_file_get_contents(path, &there, &there_size, NULL) && there_size == size &&
	    memcmp(there, data, size) == 0)
		return true;
	if (g_mkdir_with_parents(directory, 0755) != 0)
		return failed(error, directory, "made");
	return write_flushed(aside, 0644, data, size, error) && move(aside, path, error) &&
	       flush_directory(directory, error);
}
