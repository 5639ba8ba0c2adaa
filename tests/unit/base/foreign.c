/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What a worker may lay into its folder in the place of a file. */
#include "base/foreign.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define MOST 100

typedef struct {
	char *folder;
	char *file;    /* "what it says" */
	char *strange; /* what a test lays there */
} Fixture;

static void set_up(Fixture *self, gconstpointer data)
{
	self->folder = g_dir_make_tmp("urok-foreign-XXXXXX", NULL);
	self->file = g_build_filename(self->folder, "part", NULL);
	self->strange = g_build_filename(self->folder, "strange", NULL);
	g_assert_true(g_file_set_contents(self->file, "what it says", -1, NULL));
}

static void tear_down(Fixture *self, gconstpointer data)
{
	g_remove(self->strange);
	g_remove(self->file);
	g_rmdir(self->folder);
	g_free(self->strange);
	g_free(self->file);
	g_free(self->folder);
}

static void test_file(Fixture *self, gconstpointer data)
{
	g_autoptr(GBytes) bytes = foreign_read(self->file, MOST);

	g_assert_nonnull(bytes);
	g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "what it says", 12);
	g_assert_null(foreign_read(self->strange, MOST));
}

static void test_limit(Fixture *self, gconstpointer data)
{
	g_autoptr(GBytes) whole = foreign_read(self->file, 12);

	g_assert_nonnull(whole);
	g_assert_null(foreign_read(self->file, 11));
}

static void test_link(Fixture *self, gconstpointer data)
{
	g_assert_cmpint(symlink(self->file, self->strange), ==, 0);
	g_assert_null(foreign_read(self->strange, MOST));
}

static void test_pipe(Fixture *self, gconstpointer data)
{
	g_assert_cmpint(mkfifo(self->strange, 0600), ==, 0);
	g_assert_null(foreign_read(self->strange, MOST));
}

static void test_folder(Fixture *self, gconstpointer data)
{
	g_assert_cmpint(g_mkdir(self->strange, 0700), ==, 0);
	g_assert_null(foreign_read(self->strange, MOST));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/foreign/file", Fixture, NULL, set_up, test_file, tear_down);
	g_test_add("/foreign/limit", Fixture, NULL, set_up, test_limit, tear_down);
	g_test_add("/foreign/link", Fixture, NULL, set_up, test_link, tear_down);
	g_test_add("/foreign/pipe", Fixture, NULL, set_up, test_pipe, tear_down);
	g_test_add("/foreign/folder", Fixture, NULL, set_up, test_folder, tear_down);
	return g_test_run();
}
