/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What an empty file begins as is what all steps make of one, to the last table and row. */
#include "rooms.h"
#include "scratch.h"

#include "app/schema.h"
#include "events/events.h"

#include <sqlite3.h>
#include <string.h>

#define IMAGE "/urok/image/schema.db"

static sqlite3 *open_file(const char *path)
{
	sqlite3 *db = NULL;

	g_assert_cmpint(sqlite3_open(path, &db), ==, SQLITE_OK);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		g_error("%s", sqlite3_errmsg(db));
}

/* All rows of a query, a line each. */
static char *rows_of(sqlite3 *db, const char *sql)
{
	GString *text = g_string_new(NULL);
	sqlite3_stmt *statement = NULL;

	g_assert_cmpint(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), ==, SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(statement); i++)
			g_string_append_printf(text, "%s|",
			                       (const char *)sqlite3_column_text(statement, i));
		g_string_append_c(text, '\n');
	}
	sqlite3_finalize(statement);
	return g_string_free(text, FALSE);
}

static char *describe(const char *path)
{
	static const char *const WORDS[] = {
	        "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name",
	        "PRAGMA user_version", "PRAGMA application_id", "PRAGMA page_size",
	        "PRAGMA encoding",     "PRAGMA auto_vacuum",    "PRAGMA journal_mode",
	        "PRAGMA integrity_check", "PRAGMA foreign_key_check",
	};
	sqlite3 *db = open_file(path);
	GString *text = g_string_new(NULL);
	g_autofree char *names =
	        rows_of(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
	g_auto(GStrv) tables = g_strsplit(names, "|\n", -1);

	for (guint i = 0; i < G_N_ELEMENTS(WORDS); i++) {
		g_autofree char *rows = rows_of(db, WORDS[i]);

		g_string_append(text, rows);
	}
	for (char **table = tables; **table; table++) {
		g_autofree char *sql = g_strdup_printf("SELECT '%s', * FROM \"%s\"", *table, *table);
		g_autofree char *rows = rows_of(db, sql);

		g_string_append(text, rows);
	}
	sqlite3_close(db);
	return g_string_free(text, FALSE);
}

static void make_new(const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = schema_open(path, 0, &error);

	g_assert_no_error(error);
}

/* A school's file after the first step of all: the others are still to come. */
static void make_oldest(const char *path)
{
	g_autoptr(GBytes) first = g_resources_lookup_data(EVENTS_MIGRATION.resource, 0, NULL);
	sqlite3 *db = open_file(path);

	run(db, "PRAGMA application_id = 0x55726f6b; PRAGMA user_version = 1");
	run(db, g_bytes_get_data(first, NULL));
	sqlite3_close(db);
}

static char *folder_new(void)
{
	char *folder = g_dir_make_tmp("urok-schema-XXXXXX", NULL);

	g_assert_nonnull(folder);
	return folder;
}

static void test_equals_the_steps(void)
{
	g_autofree char *folder = folder_new();
	g_autofree char *fresh = g_build_filename(folder, "fresh.db", NULL);
	g_autofree char *old = g_build_filename(folder, "old.db", NULL);
	g_autofree char *begun = NULL;
	g_autofree char *stepped = NULL;

	make_new(fresh);
	make_oldest(old);
	make_new(old);
	begun = describe(fresh);
	stepped = describe(old);
	g_assert_cmpstr(begun, ==, stepped);
	g_assert_nonnull(strstr(begun, "|person|"));
	scratch_remove(folder);
}

/* Without a mark that only the image can have left, the other test would compare steps with steps. */
static void test_an_empty_file_takes_no_step(void)
{
	g_autofree char *folder = folder_new();
	g_autofree char *fresh = g_build_filename(folder, "fresh.db", NULL);
	g_autofree char *image_path = g_build_filename(folder, "image.db", NULL);
	g_autoptr(GBytes) image = g_resources_lookup_data(IMAGE, 0, NULL);
	g_autofree char *have = NULL;
	g_autofree char *expected = NULL;
	sqlite3 *db;

	g_assert_true(g_file_set_contents(image_path, g_bytes_get_data(image, NULL),
	                                  (gssize)g_bytes_get_size(image), NULL));
	make_new(fresh);
	db = open_file(image_path);
	expected = rows_of(db, "SELECT name, rootpage FROM sqlite_master ORDER BY name");
	sqlite3_close(db);
	db = open_file(fresh);
	have = rows_of(db, "SELECT name, rootpage FROM sqlite_master ORDER BY name");
	sqlite3_close(db);
	g_assert_cmpstr(have, ==, expected);
	scratch_remove(folder);
}

/* What is known to fit is not tried; what is not as it was is. */
static void test_a_missing_table_is_still_found(void)
{
	g_autofree char *folder = folder_new();
	g_autofree char *path = g_build_filename(folder, "urok.db", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(Store) store = NULL;
	sqlite3 *db;

	make_new(path);
	db = open_file(path);
	run(db, "DROP TABLE person_search");
	sqlite3_close(db);
	store = schema_open(path, 0, &error);
	g_assert_null(store);
	g_assert_cmpstr(error_reason_of(error), ==, STORE_DAMAGED);
	scratch_remove(folder);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/schema/equals-the-steps", test_equals_the_steps);
	g_test_add_func("/schema/an-empty-file-takes-no-step", test_an_empty_file_takes_no_step);
	g_test_add_func("/schema/a-missing-table-is-still-found", test_a_missing_table_is_still_found);
	return g_test_run();
}
