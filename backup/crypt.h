/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Encrypted files, by the program age(1): written for whoever may open them, read with a key. */
#pragma once

#include "base/error.h"

#include <stdint.h>

#define CRYPT_NO_KEY  "backup-key"     /* reason: it is not for this key */
#define CRYPT_FOREIGN "backup-foreign" /* reason: somebody else made it */
#define CRYPT_DAMAGED "backup-damaged" /* reason: it is not what was written */
#define CRYPT_DISK    "backup-disk"    /* reason: the disk cannot be read or written */
#define CRYPT_PROGRAM "backup-program" /* reason: one that is needed cannot be started */

typedef struct Sealed Sealed;
typedef struct Opened Opened;

/* Pictures do not pack; gzip is for what older releases have to understand (0124). */
typedef enum { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD } Packing;

/* recipients: "age1...", at least one. The file must not be there. */
Sealed *sealed_new(const char *path, const char *const recipients[], Packing packing,
                   GError **error);
bool sealed_write(Sealed *self, const void *data, size_t size, GError **error);
/* All of it is on the disk. */
bool sealed_end(Sealed *self, GError **error);
/* One that has not come to its end is removed. */
void sealed_free(Sealed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Sealed, sealed_free)

/* key_fd: holds "AGE-SECRET-KEY-...", borrowed. packed: by which packing its first bytes say. */
Opened *opened_new(const char *path, int key_fd, bool packed, GError **error);
/* As much as there is, up to size: less only at the end. -1: damaged, or no key. */
int64_t opened_read(Opened *self, void *ret, size_t size, GError **error);
/* Nothing may be left, and age must have been content: only then is the last byte to be trusted. */
bool opened_end(Opened *self, GError **error);
void opened_free(Opened *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opened, opened_free)

/* A new key: its secret half (to be freed by secret_free()) and the half that encrypts. */
bool key_new(char **ret_secret, char **ret_public, GError **error);
/* The half that encrypts; NULL: it is no key. */
char *key_public(int key_fd, GError **error);
/* A descriptor that holds a secret and is nowhere on a disk. */
int key_hold(const char *secret, GError **error);
