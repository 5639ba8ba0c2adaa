/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A store in a directory of its own that goes away with the test. */
#pragma once

#include "store/store.h"

typedef struct {
	char *directory;
	char *database;
	Store *store;
} Scratch;

/* migrations end with {0}, statements with NULL. Aborts the test on failure. */
Scratch *scratch_new(const Migration *migrations, const char *const *statements);

/* The same over the tests' own room (scratch-schema.sql, scratch.sql), in a given directory's
 * file or (NULL) a new one. */
Scratch *scratch_new_plain(const char *directory);

/* Closes the store and opens it again, as after a restart. */
void scratch_reopen(Scratch *self, const Migration *migrations, const char *const *statements);

void scratch_free(Scratch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Scratch, scratch_free)

extern const Migration SCRATCH_MIGRATIONS[];
extern const char *const SCRATCH_STATEMENTS[];

/* Removes a directory and all in it. */
void scratch_remove(const char *directory);
