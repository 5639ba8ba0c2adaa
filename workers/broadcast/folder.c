/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Plain system calls on a descriptor of the folder. It lies in a tmpfs, so nothing is flushed. */
#include "folder.h"

#include "base/whole.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ASIDE "writing.tmp"

struct Folder {
	char *path;
	int fd;
};

static bool fail(GError **error, const char *what, const char *name)
{
	int code = errno;

	if (code == ENOSPC || code == EDQUOT)
		return error_set(error, ERROR_NO_SPACE, "There is no space for %s", name);
	if (code == ENOENT)
		return error_set(error, ERROR_NOT_FOUND, "There is no %s", name);
	return error_set(error, ERROR_INTERNAL, "%s %s: %s", what, name, g_strerror(code));
}

Folder *folder_open(const char *path, GError **error)
{
	g_autoptr(Folder) self = g_new0(Folder, 1);

	self->fd = -1;
	self->path = g_strdup(path);
	/* Under a unit it is there; else it has its parent's group where the parent says so. */
	if (mkdir(path, 0750) < 0 && errno != EEXIST) {
		fail(error, "Making", path);
		return NULL;
	}
	self->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (self->fd < 0) {
		fail(error, "Opening", path);
		return NULL;
	}
	return g_steal_pointer(&self);
}

void folder_free(Folder *self)
{
	if (!self)
		return;
	if (self->fd >= 0)
		close(self->fd);
	g_free(self->path);
	g_free(self);
}

bool folder_write(Folder *self, const char *name, const void *data, size_t size, GError **error)
{
	int fd = openat(self->fd, ASIDE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
	bool done;

	if (fd < 0)
		return fail(error, "Writing", name);
	done = whole_write(fd, data, size) || fail(error, "Writing", name);
	close(fd);
	if (done && renameat(self->fd, ASIDE, self->fd, name) < 0)
		done = fail(error, "Writing", name);
	if (!done)
		unlinkat(self->fd, ASIDE, 0);
	return done;
}

GBytes *folder_read(Folder *self, const char *name, size_t most, GError **error)
{
	int fd = openat(self->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	g_autofree char *data = NULL;
	struct stat about;
	size_t length = 0;
	ssize_t size = 1;

	if (fd < 0) {
		fail(error, "Reading", name);
		return NULL;
	}
	if (fstat(fd, &about) < 0 || (size_t)about.st_size > most) {
		close(fd);
		return error_null(error, ERROR_TOO_LARGE, "%s has over %zu bytes", name, most);
	}
	data = g_malloc((size_t)about.st_size + 1);
	while (length < (size_t)about.st_size && size > 0) {
		size = read(fd, data + length, (size_t)about.st_size - length);
		length += size > 0 ? (size_t)size : 0;
	}
	close(fd);
	if (length < (size_t)about.st_size)
		return error_null(error, ERROR_INTERNAL, "%s cannot be read to its end", name);
	return g_bytes_new_take(g_steal_pointer(&data), length);
}

void folder_remove(Folder *self, const char *name)
{
	unlinkat(self->fd, name, 0);
}

void folder_sweep(Folder *self, bool (*keep)(void *data, const char *name), void *data)
{
	int fd = openat(self->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		if (entry->d_name[0] != '.' && strcmp(entry->d_name, "control") != 0 &&
		    !(keep && keep(data, entry->d_name)))
			folder_remove(self, entry->d_name);
	}
	if (directory)
		closedir(directory);
}

void folder_discard(Folder *self)
{
	rmdir(self->path);
}
