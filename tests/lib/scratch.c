/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A store in a directory of its own that goes away with the test. */
#include "scratch.h"
#include "base/crypto.h"

#include <glib/gstdio.h>
#include <ftw.h>

const Migration SCRATCH_MIGRATIONS[] = {{"/scratch/scratch-schema.sql"}, {0}};
const char *const SCRATCH_STATEMENTS[] = {"/scratch/scratch.sql", NULL};

static void open_store(Scratch *self, const Migration *migrations, const char *const *statements)
{
	StoreOptions options = {self->database, migrations, statements};
	GError *error = NULL;

	self->store = store_open(&options, &error);
	g_assert_no_error(error);
}

static Scratch *new_in(const char *directory, const Migration *migrations,
                       const char *const *statements)
{
	Scratch *self = g_new0(Scratch, 1);

	g_assert_true(crypto_init());
	self->directory = directory ? g_strdup(directory) : g_dir_make_tmp("urok-XXXXXX", NULL);
	self->database = g_build_filename(self->directory, "urok.db", NULL);
	open_store(self, migrations, statements);
	return self;
}

Scratch *scratch_new(const Migration *migrations, const char *const *statements)
{
	return new_in(NULL, migrations, statements);
}

Scratch *scratch_new_plain(const char *directory)
{
	return new_in(directory, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS);
}

void scratch_reopen(Scratch *self, const Migration *migrations, const char *const *statements)
{
	store_close(self->store);
	open_store(self, migrations, statements);
}

static int remove_one(const char *path, const struct stat *info, int flag, struct FTW *ftw)
{
	return g_remove(path);
}

void scratch_remove(const char *directory)
{
	nftw(directory, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void scratch_free(Scratch *self)
{
	if (!self)
		return;
	store_close(self->store);
	scratch_remove(self->directory);
	g_free(self->directory);
	g_free(self->database);
	g_free(self);
}
