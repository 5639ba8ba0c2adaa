/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The file: statements, migrations, two openers, damage. */
#include "scratch.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

static bool add_note(Store *store, const char *id, GError **error)
{
	g_autoptr(Query) query = store_query(store, "insert_note");

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":text", "x");
	return query_run(query, error);
}

static int64_t count(Store *store)
{
	g_autoptr(Query) query = store_query(store, "count_notes");

	g_assert_true(query_one(query, NULL));
	return query_int(query, 0);
}

static void test_rows_are_kept(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);

	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_cmpint(count(scratch->store), ==, 0); /* the reader sees what is committed */
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(count(scratch->store), ==, 1);
	scratch_reopen(scratch, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS);
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_a_broken_rule_is_a_conflict(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GError) error = NULL;

	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", NULL));
	g_assert_false(add_note(scratch->store, "a", &error));
	g_assert_true(error_is(error, ERROR_CONFLICT));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_nothing_found(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(Query) query = store_query(scratch->store, "find_note");
	g_autoptr(GError) error = NULL;

	query_bind_text(query, ":id", "none");
	g_assert_false(query_one(query, &error));
	g_assert_true(error_is(error, ERROR_NOT_FOUND));
}

static void test_a_second_opener_is_refused(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	StoreOptions options = {scratch->database, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS};
	g_autoptr(GError) error = NULL;

	g_assert_null(store_open(&options, &error));
	g_assert_true(error_is(error, ERROR_UNAVAILABLE));
	g_assert_nonnull(strstr(error->message, "in use"));
}

static void test_a_newer_schema_is_refused(void)
{
	static const Migration TWO[] = {
	        {"/scratch/scratch-schema.sql"}, {"/scratch/newer-schema.sql"}, {0}};
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GError) error = NULL;
	static const Migration NONE[] = {{0}};
	StoreOptions options = {scratch->database, NONE, SCRATCH_STATEMENTS};

	store_close(g_steal_pointer(&scratch->store));
	g_assert_null(store_open(&options, &error));
	g_assert_nonnull(strstr(error->message, "newer urokd"));
	/* A step that cannot be read leaves the file as it was. */
	g_clear_error(&error);
	options.migrations = TWO;
	g_assert_null(store_open(&options, &error));
	g_assert_nonnull(error);
	g_clear_error(&error);
	options.migrations = SCRATCH_MIGRATIONS;
	scratch->store = store_open(&options, &error);
	g_assert_no_error(error);
}

static void test_a_file_that_is_no_database(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	StoreOptions options = {scratch->database, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS};
	g_autoptr(GError) error = NULL;

	store_close(g_steal_pointer(&scratch->store));
	g_assert_true(g_file_set_contents(scratch->database, "This is a letter, not a database, "
	                                  "and it is long enough to be looked at.", -1, NULL));
	g_assert_null(store_open(&options, &error));
	g_assert_nonnull(strstr(error->message, scratch->database));
	g_assert_nonnull(strstr(error->message, "not a database"));
}

static void test_a_look_ends_with_a_commit(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);

	store_look(scratch->store);
	g_assert_cmpint(count(scratch->store), ==, 0);
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	store_look(scratch->store);
	g_assert_cmpint(count(scratch->store), ==, 0);
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(count(scratch->store), ==, 1);
	store_look_end(scratch->store);
	store_look_end(scratch->store);
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_the_file_is_private(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	struct stat info;

	g_assert_cmpint(stat(scratch->database, &info), ==, 0);
	g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
}

static void test_tables_by_class(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_auto(GStrv) projections = store_tables(scratch->store, "projection");
	g_auto(GStrv) secrets = store_tables(scratch->store, "secret");

	g_assert_cmpuint(g_strv_length(projections), ==, 1);
	g_assert_cmpstr(projections[0], ==, "note");
	g_assert_cmpuint(g_strv_length(secrets), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/kept", test_rows_are_kept);
	g_test_add_func("/store/conflict", test_a_broken_rule_is_a_conflict);
	g_test_add_func("/store/not-found", test_nothing_found);
	g_test_add_func("/store/two-openers", test_a_second_opener_is_refused);
	g_test_add_func("/store/newer", test_a_newer_schema_is_refused);
	g_test_add_func("/store/no-database", test_a_file_that_is_no_database);
	g_test_add_func("/store/look", test_a_look_ends_with_a_commit);
	g_test_add_func("/store/private", test_the_file_is_private);
	g_test_add_func("/store/classes", test_tables_by_class);
	return g_test_run();
}
