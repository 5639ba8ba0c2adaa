/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A share that is not mounted leaves an empty folder on the server's own disk, which would take the copies
 * and restored files and fill, or be copied as a school without files. Two things tell: /etc/fstab, and where the folder was
 * when the last copy was made. */
#include "mounts.h"

#include "reasons.h"

#include <dirent.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#define FSTAB        "/etc/fstab"
#define AUTOFS_MAGIC 0x0187
#define KNOWN_MAX    (1 << 16)

char *mounts_existing(const char *folder)
{
	char *path = g_canonicalize_filename(folder, "/");

	while (!g_file_test(path, G_FILE_TEST_EXISTS) && strcmp(path, "/") != 0) {
		char *above = g_path_get_dirname(path);

		g_free(path);
		path = above;
	}
	return path;
}

static dev_t device_of(const char *path)
{
	struct stat info;

	return stat(path, &info) == 0 ? info.st_dev : 0;
}

/* Where the disk of a folder begins; "/": it is the system's own. Owned. */
static char *root_of(const char *folder)
{
	char *path = mounts_existing(folder);
	dev_t device = device_of(path);

	while (strcmp(path, "/") != 0) {
		g_autofree char *above = g_path_get_dirname(path);

		if (device_of(above) != device)
			break;
		g_free(path);
		path = g_steal_pointer(&above);
	}
	return path;
}

static bool is_within(const char *folder, const char *place)
{
	size_t length = strlen(place);

	return strncmp(folder, place, length) == 0 && (folder[length] == '/' || !folder[length]);
}

static bool is_mounted(const char *place)
{
	g_autofree char *above = g_path_get_dirname(place);
	struct statfs disk;

	return statfs(place, &disk) == 0 && disk.f_type != AUTOFS_MAGIC && device_of(place) != device_of(above);
}

static bool refuse(const char *place, const char *folder, GError **error)
{
	return error_reason(error, ERROR_UNAVAILABLE, REASON_UNMOUNTED, NULL,
	                    "Nothing is mounted at %s, where %s belongs: nothing was written. Mount it, or plug the "
	                    "disk in",
	                    place, folder);
}

static bool check_fstab(const char *folder, GError **error)
{
	g_autofree char *path = g_canonicalize_filename(folder, "/");
	FILE *table = setmntent(FSTAB, "re");
	bool good = true;

	while (table && good) {
		const struct mntent *line = getmntent(table);
		g_autofree char *place = NULL;

		if (!line)
			break;
		if (*line->mnt_dir != '/' || hasmntopt(line, "bind"))
			continue;
		place = g_canonicalize_filename(line->mnt_dir, "/"); /* «/mnt/nas/» is the same */
		if (strcmp(place, "/") != 0 && is_within(path, place) && !is_mounted(place))
			good = refuse(place, folder, error);
	}
	if (table)
		endmntent(table);
	return good;
}

bool mounts_begins(const char *folder)
{
	struct statx info;

	return statx(AT_FDCWD, folder, 0, STATX_BASIC_STATS, &info) == 0 &&
	       (info.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* --- Where it was --- */

static char *known_path(const Work *work)
{
	return g_build_filename(work->state, "folders.json", NULL);
}

static json_t *load_known(const Work *work)
{
	g_autofree char *path = known_path(work);
	g_autofree char *text = NULL;
	gsize size = 0;
	json_t *known = NULL;

	if (g_file_get_contents(path, &text, &size, NULL) && size <= KNOWN_MAX)
		known = json_parse(text, size, NULL);
	if (json_is_object(known))
		return known;
	json_decref(known);
	return json_object();
}

bool mounts_check(Work *work, const char *folder, GError **error)
{
	g_autoptr(json_t) known = load_known(work);
	const char *before = json_string_value(json_object_get(known, folder));
	g_autofree char *now = NULL;
	DIR *opened = opendir(folder);

	if (opened)
		closedir(opened);
	if (!check_fstab(folder, error))
		return false;
	now = root_of(folder);
	return !before || strcmp(before, now) == 0 || strcmp(before, "/") == 0 ||
	       refuse(before, folder, error);
}

bool mounts_remember(Work *work, const char *folder, GError **error)
{
	g_autoptr(json_t) known = load_known(work);
	g_autofree char *path = known_path(work);
	g_autofree char *root = root_of(folder);
	g_autofree char *text = NULL;
	json_t *before = json_object_get(known, folder);

	/* On the system's own disk there is nothing that could be missing. */
	if (before ? g_strcmp0(json_string_value(before), root) == 0 : strcmp(root, "/") == 0)
		return true;
	json_object_set_new(known, folder, json_string(root));
	text = json_format(known);
	return work_write_file(path, text, strlen(text), 0600, error);
}
