/* SPDX-License-Identifier: LGPL-2.1-or-later
 * DIRECTORY/ab/abcdef...: written beside their place, flushed, then named. */
#include "files/files-private.h"

#include "base/crypto.h"
#include "base/log.h"
#include "base/place.h"
#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HALF_PREFIX ".half-"

bool file_address_is_valid(const char *text)
{
	return text && strlen(text) == FILE_ADDRESS_LENGTH &&
	       strspn(text, "0123456789abcdef") == FILE_ADDRESS_LENGTH;
}

char *file_address_of(GBytes *content)
{
	gsize size;
	const void *data = g_bytes_get_data(content, &size);
	Digest digest = digest_of(data, size);
	GString *text = g_string_sized_new(FILE_ADDRESS_LENGTH);

	for (size_t i = 0; i < DIGEST_SIZE; i++)
		g_string_append_printf(text, "%02x", digest.bytes[i]);
	return g_string_free(text, FALSE);
}

char *files_path(const Files *self, const char *address)
{
	return place_of_sum(self->directory, address);
}

char *files_place(const char *address)
{
	return place_of_sum(FILE_PLACE, address);
}

bool file_fail(GError **error, const char *what)
{
	return error_set(error, errno == ENOSPC || errno == EDQUOT ? ERROR_NO_SPACE : ERROR_INTERNAL,
	                 "A file could not be %s: %s", what, g_strerror(errno));
}

static bool write_flushed(int fd, GBytes *content)
{
	gsize size;
	const void *data = g_bytes_get_data(content, &size);

	return whole_write(fd, data, size) && fsync(fd) == 0;
}

bool file_flush_folder(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool flushed = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return flushed;
}

static bool write_file(const char *folder, const char *path, GBytes *content, GError **error)
{
	g_autofree char *half = g_build_filename(folder, HALF_PREFIX "XXXXXX", NULL);
	/* The mask takes away what is too much: nginx's group may read. */
	int fd = g_mkstemp_full(half, O_WRONLY | O_CLOEXEC, 0640);
	bool written;

	if (fd < 0)
		return file_fail(error, "made");
	written = write_flushed(fd, content);
	close(fd);
	if (written && rename(half, path) == 0 && file_flush_folder(folder))
		return true;
	file_fail(error, "written");
	unlink(half);
	return false;
}

void files_set_limit(Files *self, int64_t most_bytes, int64_t used_bytes)
{
	self->most_bytes = most_bytes;
	self->used_bytes = used_bytes;
	self->is_told = true;
}

int64_t files_used(const Files *self)
{
	return self->used_bytes;
}

static bool check_limit(const Files *self, int64_t size, GError **error)
{
	return !self->most_bytes || self->used_bytes + size <= self->most_bytes ||
	       error_reason(error, ERROR_NO_SPACE, "files-full", NULL,
	                    "The school's files have reached the limit that an administrator set for them");
}

bool file_make_folder(const char *above, const char *folder, GError **error)
{
	if (g_mkdir(folder, 0750) != 0)
		return errno == EEXIST || file_fail(error, "made");
	return file_flush_folder(above) || file_fail(error, "made");
}

char *files_add(Files *self, GBytes *content, GError **error)
{
	g_autofree char *address = file_address_of(content);
	g_autofree char *path = files_path(self, address);
	g_autofree char *folder = g_path_get_dirname(path);
	int64_t size = (int64_t)g_bytes_get_size(content);

	if (files_has(self, address))
		return g_steal_pointer(&address);
	if (!check_limit(self, size, error) ||
	    !file_make_folder(self->directory, folder, error) ||
	    !write_file(folder, path, content, error))
		return NULL;
	self->used_bytes += size;
	return g_steal_pointer(&address);
}

bool files_take(Files *self, int fd, const char *address, GError **error)
{
	g_autoptr(GMappedFile) map = g_mapped_file_new_from_fd(fd, FALSE, NULL);
	g_autoptr(GBytes) content = map ? g_mapped_file_get_bytes(map) : NULL;
	g_autofree char *found = content ? file_address_of(content) : NULL;
	g_autofree char *added = NULL;

	if (!content)
		return file_fail(error, "read");
	if (strcmp(found, address) != 0)
		return error_set(error, ERROR_INVALID, "The file is not what its address says");
	added = files_add(self, content, error);
	return added != NULL;
}

GPtrArray *files_list(const Files *self, unsigned part)
{
	g_autofree char *path = g_strdup_printf("%s/%02x", self->directory, part);
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	GPtrArray *addresses = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (folder && (name = g_dir_read_name(folder)))
		if (file_address_is_valid(name))
			g_ptr_array_add(addresses, g_strdup(name));
	return addresses;
}

bool files_has(const Files *self, const char *address)
{
	g_autofree char *path = files_path(self, address);

	return access(path, R_OK) == 0;
}

void files_remove(Files *self, const char *address)
{
	g_autofree char *path = files_path(self, address);
	struct stat info;

	if (stat(path, &info) == 0)
		self->used_bytes = MAX(self->used_bytes - info.st_size, 0);
	if (unlink(path) != 0 && errno != ENOENT)
		log_write(LOG_WARNING, "A file could not be removed: %s", g_strerror(errno));
	files_remove_part(self, address);
}

static void sweep_folder(const char *path, bool (*is_wanted)(void *room, const char *address),
                         void *room)
{
	g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
	const char *name;

	while (folder && (name = g_dir_read_name(folder))) {
		g_autofree char *file = g_build_filename(path, name, NULL);

		if (g_str_has_prefix(name, HALF_PREFIX) ||
		    (file_address_is_valid(name) && !is_wanted(room, name)))
			unlink(file);
	}
}

void files_sweep(Files *self, bool (*is_wanted)(void *room, const char *address), void *room)
{
	for (unsigned i = 0; i < FILES_PARTS; i++) {
		g_autofree char *path = g_strdup_printf("%s/%02x", self->directory, i);

		sweep_folder(path, is_wanted, room);
	}
	parts_sweep(self, is_wanted, room);
}

Files *files_new(const char *directory, GError **error)
{
	g_autoptr(Files) self = g_new0(Files, 1);

	self->directory = g_strdup(directory);
	self->takings = g_ptr_array_new();
	if (g_mkdir_with_parents(directory, 0750) != 0) {
		error_set(error, ERROR_INTERNAL, "Cannot make the directory %s: %s", directory,
		          g_strerror(errno));
		return NULL;
	}
	return g_steal_pointer(&self);
}

void files_free(Files *self)
{
	if (!self)
		return;
	takings_leave(self);
	g_ptr_array_unref(self->takings);
	g_free(self->directory);
	g_free(self);
}

const char *files_directory(const Files *self)
{
	return self->directory;
}
