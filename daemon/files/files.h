/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files by content address: what they hold is their name, so two that are alike are one, and one
 * that is there is whole. nginx may read them; urokd says who else may. */
#pragma once

#include "base/error.h"

#include <stdint.h>

typedef struct Files Files;

#define FILE_ADDRESS_LENGTH 64 /* SHA-256 in hexadecimal digits */
#define FILE_PLACE "/internal/files" /* nginx's place of the directory, for X-Accel-Redirect */

/* The directory is made if it is not there. */
Files *files_new(const char *directory, GError **error);
void files_free(Files *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Files, files_free)
const char *files_directory(const Files *self);

/* At most so many bytes, of which so many are used (as the disk counts them); 0: no limit. */
void files_set_limit(Files *self, int64_t most_bytes, int64_t used_bytes);
int64_t files_used(const Files *self);

/* Small ones: it waits for the disk, as a commit does. The address is owned; NULL: NO_SPACE (reason
 * "files-full": the limit) or INTERNAL. Who does not name the address in a row soon leaves it to files_sweep(). */
char *files_add(Files *self, GBytes *content, GError **error);
bool files_has(const Files *self, const char *address);
void files_remove(Files *self, const char *address); /* and what is there of it */
/* Small ones, by their path in the file system; owned. */
char *files_path(const Files *self, const char *address);
/* What this descriptor holds (some tens of megabytes at most), which has to be this address's
 * content: INVALID if it is not. */
bool files_take(Files *self, int fd, const char *address, GError **error);
/* Addresses in this part of all, 0 to FILES_PARTS - 1: owned, of owned texts. */
#define FILES_PARTS 256
GPtrArray *files_list(const Files *self, unsigned part);
/* Where nginx finds it; owned. */
char *files_place(const char *address);
bool file_address_is_valid(const char *text);

/* Once, at start: removes what nobody wants and what a crash left half. */
void files_sweep(Files *self, bool (*is_wanted)(void *room, const char *address), void *room);

#include "files/parts.h"
