/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Walks through folders and adds up what lies there; follows no symbolic link and leaves no file
 * system. For a thread. */
#include "space/space-private.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX   16
#define BLOCK_BYTES 512 /* of st_blocks, whatever the file system's are */

GHashTable *walk_seen_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static bool is_new(GHashTable *seen, const struct stat *status)
{
	if (status->st_nlink < 2)
		return true;
	return g_hash_table_add(seen, g_strdup_printf("%ju/%ju", (uintmax_t)status->st_dev,
	                                              (uintmax_t)status->st_ino));
}

static void walk(Place *place, GHashTable *seen, int folder, int depth);

static void take(Place *place, GHashTable *seen, int folder, const char *name, int depth)
{
	struct stat status;
	int below;

	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
		return; /* it went meanwhile */
	if (S_ISREG(status.st_mode) && is_new(seen, &status)) {
		place->bytes += (uint64_t)status.st_blocks * BLOCK_BYTES;
		place->files++;
	}
	if (!S_ISDIR(status.st_mode) || depth >= DEPTH_MAX)
		return;
	below = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (below >= 0)
		walk(place, seen, below, depth + 1);
	else if (errno == EACCES)
		place->state = PLACE_UNREADABLE;
}

/* Of the names in the place's own folder. */
static bool is_of(const Place *place, const char *name)
{
	return (!place->prefix || g_str_has_prefix(name, place->prefix)) &&
	       !(place->without && g_str_has_prefix(name, place->without));
}

/* Closes the folder. */
static void walk(Place *place, GHashTable *seen, int folder, int depth)
{
	DIR *list = fdopendir(folder);
	const struct dirent *entry;

	if (!list) {
		close(folder);
		return;
	}
	while ((entry = readdir(list))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (depth == 0 && !is_of(place, entry->d_name))
			continue;
		take(place, seen, folder, entry->d_name, depth);
	}
	closedir(list);
}

void walk_place(Place *place, GHashTable *seen)
{
	int folder = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	place->bytes = 0;
	place->files = 0;
	place->state = folder >= 0       ? PLACE_COUNTED
	               : errno == EACCES ? PLACE_UNREADABLE
	                                 : PLACE_MISSING;
	if (folder >= 0)
		walk(place, seen, folder, 0);
	/* The folder is somebody else's then. */
	if (place->prefix && place->state == PLACE_COUNTED && !place->files)
		place->state = PLACE_MISSING;
}
