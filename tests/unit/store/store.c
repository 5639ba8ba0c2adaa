/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The file: statements, migrations, two openers, damage. */
#include "scratch.h"
#include "store/store-private.h"

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

static int64_t cached(const Store *store)
{
	int now = 0;
	int most = 0;

	g_assert_cmpint(sqlite3_db_status(store->writer, SQLITE_DBSTATUS_CACHE_USED, &now, &most, 0), ==,
	                SQLITE_OK);
	return now;
}

static void add_committed(Store *store, const char *id)
{
	g_assert_true(store_begin(store, NULL));
	g_assert_true(add_note(store, id, NULL));
	g_assert_true(store_end(store, true, NULL));
	g_assert_true(store_commit(store, NULL));
}

static void test_what_rests_is_as_it_was(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	Store *store = scratch->store;
	int64_t before;

	add_committed(store, "a");
	g_assert_cmpint(count(store), ==, 1);
	before = cached(store);
	store_rest(store);
	g_assert_cmpint(cached(store), <, before);
	g_assert_null(store->reader);
	g_assert_null(sqlite3_next_stmt(store->writer, NULL));
	g_assert_cmpint(count(store), ==, 1);
	add_committed(store, "b");
	g_assert_cmpint(count(store), ==, 2);
	store_rest(store);
	store_rest(store);
	add_committed(store, "c");
	g_assert_cmpint(count(store), ==, 3);
}

/* In the middle of something nothing is taken from under it. */
static void test_what_is_in_use_does_not_rest(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	Store *store = scratch->store;

	add_committed(store, "a");
	{
		g_autoptr(Query) query = store_query(store, "count_notes");

		store_rest(store);
		g_assert_nonnull(store->reader);
		g_assert_true(query_one(query, NULL));
		g_assert_cmpint(query_int(query, 0), ==, 1);
	}
	g_assert_true(store_begin(store, NULL));
	g_assert_true(add_note(store, "b", NULL));
	store_rest(store);
	g_assert_true(store_end(store, true, NULL));
	g_assert_true(store_commit(store, NULL));
	g_assert_cmpint(count(store), ==, 2);
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

/* The database with what a crash left beside it, as a store that never closed leaves both. */
typedef struct {
	char *path;
	char *bytes;
	gsize size;
} Copy;

static void copy_take(Copy *self, const char *database, const char *suffix)
{
	self->path = g_strconcat(database, suffix, NULL);
	g_assert_true(g_file_get_contents(self->path, &self->bytes, &self->size, NULL));
	g_assert_cmpuint(self->size, >, 0);
}

static void copy_restore(const Copy *self)
{
	g_assert_true(g_file_set_contents(self->path, self->bytes, (gssize)self->size, NULL));
}

static void copy_assert_untouched(const Copy *self)
{
	g_autofree char *bytes = NULL;
	gsize size;

	g_assert_true(g_file_get_contents(self->path, &bytes, &size, NULL));
	g_assert_cmpmem(bytes, size, self->bytes, self->size);
}

static void copy_clear(Copy *self)
{
	g_free(self->path);
	g_free(self->bytes);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Copy, copy_clear)

static void crash(Scratch *scratch, Copy *ret_database, Copy *ret_wal)
{
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	copy_take(ret_database, scratch->database, "");
	copy_take(ret_wal, scratch->database, "-wal");
	store_close(g_steal_pointer(&scratch->store));
	copy_restore(ret_database);
	copy_restore(ret_wal);
}

static void test_a_refused_file_keeps_its_log(void)
{
	static const Migration NONE[] = {{0}};
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	StoreOptions options = {scratch->database, NONE, SCRATCH_STATEMENTS};
	g_autoptr(GError) error = NULL;
	g_auto(Copy) database = {0};
	g_auto(Copy) wal = {0};

	crash(scratch, &database, &wal);
	g_assert_null(store_open(&options, &error));
	g_assert_cmpstr(error_reason_of(error), ==, STORE_NEWER);
	copy_assert_untouched(&database);
	copy_assert_untouched(&wal);
	g_clear_error(&error);
	options.migrations = SCRATCH_MIGRATIONS;
	scratch->store = store_open(&options, &error);
	g_assert_no_error(error);
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_a_mark_that_cannot_be_read_is_damage(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autofree char *mark = g_strconcat(scratch->database, ".damaged", NULL);
	g_autoptr(GError) error = NULL;

	g_assert_cmpint(g_mkdir(mark, 0700), ==, 0);
	scratch_reopen(scratch, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS);
	g_assert_nonnull(store_damage(scratch->store));
	g_assert_false(store_begin(scratch->store, &error));
	g_assert_true(error_is(error, ERROR_UNAVAILABLE));
}

static void test_a_marked_file_of_an_older_schema_names_the_mark(void)
{
	static const Migration TWO[] = {
	        {"/scratch/scratch-schema.sql"}, {"/scratch/newer-schema.sql"}, {0}};
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autofree char *mark = g_strconcat(scratch->database, ".damaged", NULL);
	StoreOptions options = {scratch->database, TWO, SCRATCH_STATEMENTS};
	g_autoptr(GError) error = NULL;

	store_close(g_steal_pointer(&scratch->store));
	g_assert_true(g_file_set_contents(mark, "Found", -1, NULL));
	g_assert_null(store_open(&options, &error));
	g_assert_cmpstr(error_reason_of(error), ==, STORE_DAMAGED);
	g_assert_nonnull(strstr(error->message, mark));
}

static void on_checked(void *data, const StoreVerdict *verdict)
{
	char **failure = data;

	*failure = g_strdup(verdict->failure ? verdict->failure->message : "");
}

static char *check(Scratch *scratch, const char *met)
{
	char *failure = NULL;

	store_check(scratch->store, on_checked, &failure);
	if (met)
		damage_found(scratch->store, met);
	while (!failure)
		g_main_context_iteration(NULL, TRUE);
	return failure;
}

static void test_a_check_does_not_lift_what_was_met_meanwhile(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autofree char *first = check(scratch, "a page");
	g_autofree char *again = NULL;
	g_autofree char *quiet = NULL;

	g_assert_nonnull(strstr(first, "check again"));
	g_assert_nonnull(store_damage(scratch->store));
	again = check(scratch, "the same page");
	g_assert_nonnull(strstr(again, "check again"));
	g_assert_nonnull(store_damage(scratch->store));
	quiet = check(scratch, NULL);
	g_assert_cmpstr(quiet, ==, "");
	g_assert_null(store_damage(scratch->store));
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
	g_auto(GStrv) registers = store_tables(scratch->store, "register");

	g_assert_cmpuint(g_strv_length(projections), ==, 1);
	g_assert_cmpstr(projections[0], ==, "note");
	g_assert_cmpuint(g_strv_length(registers), ==, 0);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/store/kept", test_rows_are_kept);
	g_test_add_func("/store/what-rests-is-as-it-was", test_what_rests_is_as_it_was);
	g_test_add_func("/store/what-is-in-use-does-not-rest", test_what_is_in_use_does_not_rest);
	g_test_add_func("/store/conflict", test_a_broken_rule_is_a_conflict);
	g_test_add_func("/store/not-found", test_nothing_found);
	g_test_add_func("/store/two-openers", test_a_second_opener_is_refused);
	g_test_add_func("/store/newer", test_a_newer_schema_is_refused);
	g_test_add_func("/store/refused", test_a_refused_file_keeps_its_log);
	g_test_add_func("/store/unreadable-mark", test_a_mark_that_cannot_be_read_is_damage);
	g_test_add_func("/store/older-marked", test_a_marked_file_of_an_older_schema_names_the_mark);
	g_test_add_func("/store/stale-check", test_a_check_does_not_lift_what_was_met_meanwhile);
	g_test_add_func("/store/no-database", test_a_file_that_is_no_database);
	g_test_add_func("/store/look", test_a_look_ends_with_a_commit);
	g_test_add_func("/store/private", test_the_file_is_private);
	g_test_add_func("/store/classes", test_tables_by_class);
	return g_test_run();
}
