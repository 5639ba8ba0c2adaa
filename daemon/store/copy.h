/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a backup asks of a database: one state of it as a file of its own, and a table's digest. A
 * part of the door: store.h brings it. */
#pragma once

#include "base/error.h"

#include <stdint.h>

typedef struct Store Store;

#define STORE_DIGEST_SIZE 65 /* SHA-256 in hexadecimal digits, and the end */

/* How far a copy is, every few megabytes; false with an error ends it. */
typedef bool (*CopyStep)(void *data, int64_t done_bytes, int64_t all_bytes, GError **error);

/* One state of the database, whoever works with it meanwhile, on connections of its own. `into` must
 * not be there. on_step may be NULL. Waits for the disk: not in a loop. */
bool store_copy(const char *path, const char *into, CopyStep on_step, void *data, GError **error);

/* All rows of a table as the reader sees them: how many, and a digest of what stands in them. */
bool store_digest_table(Store *self, const char *table, int64_t *ret_rows,
                        char ret_digest[STORE_DIGEST_SIZE], GError **error);

int store_schema(const Store *self);

/* Of a file that nobody has open. */
bool store_read_schema(const char *path, int *ret_schema, GError **error);

/* Is a urokd at work on it? Whoever wants to put another in its place holds the lock meanwhile: a
 * descriptor, to be closed; -1: not to be had, and why. */
int store_lock(const char *path, GError **error);
