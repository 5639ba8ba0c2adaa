/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The worker's own folder: files that are whole when their name appears. */
#pragma once

#include "base/error.h"

typedef struct Folder Folder;

/* Makes it if it is not there. */
Folder *folder_open(const char *path, GError **error);
void folder_free(Folder *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Folder, folder_free)

/* Removes the folder itself if it is empty. */
void folder_discard(Folder *self);

/* Writes aside and renames. NO_SPACE when the disk or the quota is full; then nothing is left. */
bool folder_write(Folder *self, const char *name, const void *data, size_t size, GError **error);

/* NOT_FOUND, TOO_LARGE over `most` bytes. */
GBytes *folder_read(Folder *self, const char *name, size_t most, GError **error);

/* A file that is not there is no error. */
void folder_remove(Folder *self, const char *name);

/* Removes the files that `keep` does not want; NULL wants none. Never the socket `control`. */
void folder_sweep(Folder *self, bool (*keep)(void *data, const char *name), void *data);
