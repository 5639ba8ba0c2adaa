/* SPDX-License-Identifier: LGPL-2.1-or-later
 * DATA/cloud: all of it is there, or none. */
#include "uplink/uplink-private.h"

#include "base/whole.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const NAMES[] = {"key.pem", "cert.pem", "ca.pem", "web-ca.pem", "link.json", NULL};

static bool failed(GError **error)
{
	return error_set(error, errno == ENOSPC ? ERROR_NO_SPACE : ERROR_INTERNAL,
	                 "The link to the cloud could not be kept: %s", g_strerror(errno));
}

static bool flush_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool done = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		close(fd);
	return done;
}

bool folder_write_file(const char *folder, const char *name, const char *text, GError **error)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *half = g_strconcat(path, ".half", NULL);
	int fd = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool done = fd >= 0 && whole_write(fd, text, strlen(text)) && fsync(fd) == 0 &&
	            rename(half, path) == 0 && flush_folder(folder);
	int cause = errno;

	if (fd >= 0)
		close(fd);
	errno = cause;
	return done || failed(error);
}

char *folder_read(const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	char *text = NULL;

	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static bool remove_files(const char *folder)
{
	for (const char *const *name = NAMES; *name; name++) {
		g_autofree char *path = g_build_filename(folder, *name, NULL);
		g_autofree char *half = g_strconcat(path, ".half", NULL);

		(void)g_unlink(half);
		if (g_unlink(path) != 0 && errno != ENOENT)
			return false;
	}
	return g_rmdir(folder) == 0 || errno == ENOENT;
}

bool folder_write(const char *folder, const FolderFile files[], GError **error)
{
	g_autofree char *made = g_strconcat(folder, ".new", NULL);
	g_autofree char *above = g_path_get_dirname(folder);

	if (!remove_files(made) || g_mkdir(made, 0700) != 0)
		return failed(error);
	for (const FolderFile *file = files; file->name; file++)
		if (file->text && !folder_write_file(made, file->name, file->text, error))
			return false;
	/* An empty folder may stand there: an earlier link's. */
	if (rename(made, folder) != 0 || !flush_folder(above))
		return failed(error);
	return true;
}

bool folder_remove(const char *folder, GError **error)
{
	g_autofree char *above = g_path_get_dirname(folder);

	return (remove_files(folder) && flush_folder(above)) || failed(error);
}
