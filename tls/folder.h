/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The folder of keys and certificates. Files that belong together are a set, which is replaced as
 * one: a reader, and the next run after an interruption, finds the old set whole or the new one. */
#pragma once

#include "base/error.h"

#include <sys/types.h>

/*   current -> set.k3x9qa/   the one link that moves
 *   server.crt -> current/server.crt, and so for each file of a set
 *   changed                  names the set; written when a new one is there
 *   broken.TIME/             a set that was not right, for whoever wants to look */
typedef struct Folder Folder;

typedef struct {
	const char *name;
	mode_t mode;
	GBytes *bytes; /* NULL ends the list */
} FolderFile;

/* Makes it if need be, and waits until no other run has it. */
Folder *folder_open(const char *path, GError **error);
void folder_free(Folder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Folder, folder_free)

char *folder_path(const Folder *self, const char *name); /* FOLDER/name */
bool folder_has_set(const Folder *self);

/* The new set is on the disk when this returns. The old one goes, or is kept as broken.TIME. */
bool folder_replace(Folder *self, const FolderFile files[], bool was_broken, GError **error);

/* Writes `changed` if it does not name the current set: whoever watches it reads the set anew. */
bool folder_announce(Folder *self, GError **error);

/* One file that belongs to no set, 0644, replaced as a whole and only when it says another thing.
 * The folder of a name with a slash is made. */
bool folder_write(Folder *self, const char *name, const void *data, gsize size, GError **error);
