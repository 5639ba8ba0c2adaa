/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The turn: requests that are undone alone, what waits for the commit, and a disk that says no.
 * The disk is a limit on the size of files (RLIMIT_FSIZE), which needs no rights. */
#include "scratch.h"

#include <signal.h>
#include <sys/resource.h>

static bool add_note(Store *store, const char *id, size_t size, GError **error)
{
	g_autoptr(Query) query = store_query(store, "insert_note");
	g_autofree char *text = g_strnfill(size, 'x');

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":text", text);
	return query_run(query, error);
}

static int64_t count(Store *store)
{
	g_autoptr(Query) query = store_query(store, "count_notes");

	g_assert_true(query_one(query, NULL));
	return query_int(query, 0);
}

typedef struct {
	GString *said;
	const char *name;
} Waiting;

static void on_end(void *data, const GError *failure)
{
	Waiting *waiting = data;

	g_string_append_printf(waiting->said, "%s:%s ", waiting->name,
	                       failure ? error_reason_of(failure) : "ok");
}

static void wait_for(Store *store, GString *said, const char *name)
{
	Waiting *waiting = g_new0(Waiting, 1);

	waiting->said = said;
	waiting->name = name;
	store_after_commit(store, on_end, waiting, g_free);
}

static void test_a_refused_request_is_undone_alone(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);

	for (int i = 0; i < 3; i++) {
		g_autofree char *id = g_strdup_printf("%d", i);
		static const char *const NAMES[] = {"first", "second", "third"};

		g_assert_true(store_begin(scratch->store, NULL));
		g_assert_true(add_note(scratch->store, id, 10, NULL));
		wait_for(scratch->store, said, NAMES[i]);
		g_assert_true(store_end(scratch->store, i != 1, NULL));
	}
	g_assert_cmpstr(said->str, ==, "");
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpstr(said->str, ==, "first:ok third:ok ");
	g_assert_cmpint(count(scratch->store), ==, 2);
}

static void test_the_turn_ends_by_itself(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);

	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", 10, NULL));
	wait_for(scratch->store, said, "a");
	g_assert_true(store_end(scratch->store, true, NULL));
	while (!said->len)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_memory_goes_back(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	int64_t sequence = 7;

	store_guard(scratch->store, &sequence, sizeof sequence);
	g_assert_true(store_begin(scratch->store, NULL));
	sequence = 8;
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	sequence = 9;
	g_assert_true(store_end(scratch->store, false, NULL));
	g_assert_cmpint(sequence, ==, 8);
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(sequence, ==, 8);
}

static void test_what_is_settled_is_kept(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);

	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", 10, NULL));
	g_assert_true(store_settle(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "b", 10, NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "c", 10, NULL));
	g_assert_true(store_end(scratch->store, false, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(count(scratch->store), ==, 2);
}

static void test_what_is_settled_and_undone_takes_its_turn_along(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	GError *error = NULL;

	g_assert_true(store_begin(scratch->store, NULL));
	wait_for(scratch->store, said, "before");
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "a", 10, NULL));
	g_assert_true(store_settle(scratch->store, NULL));
	g_assert_false(store_end(scratch->store, false, &error));
	g_assert_error(error, ERROR, ERROR_UNAVAILABLE);
	g_clear_error(&error);
	g_assert_false(store_commit(scratch->store, NULL));
	g_assert_cmpstr(said->str, ==, "before:unavailable ");
	g_assert_cmpint(count(scratch->store), ==, 0);
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	limit.rlim_cur = size;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void test_a_failed_commit_is_told_to_all(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	int64_t sequence = 1;

	store_guard(scratch->store, &sequence, sizeof sequence);
	for (int i = 0; i < 2; i++) {
		g_autofree char *id = g_strdup_printf("%d", i);

		g_assert_true(store_begin(scratch->store, NULL));
		g_assert_true(add_note(scratch->store, id, 100000, NULL));
		sequence++;
		wait_for(scratch->store, said, i ? "second" : "first");
		g_assert_true(store_end(scratch->store, true, NULL));
	}
	limit_files(65536);
	g_assert_false(store_commit(scratch->store, NULL));
	limit_files(RLIM_INFINITY);
	g_assert_nonnull(strstr(said->str, "first:"));
	g_assert_null(strstr(said->str, ":ok"));
	g_assert_cmpint(sequence, ==, 1);
	g_assert_cmpint(count(scratch->store), ==, 0);
	/* There is room again: the next turn is as any other. */
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "later", 100000, NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(count(scratch->store), ==, 1);
}

static void test_a_lost_transaction_kills_the_turn(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	int64_t sequence = 1;

	store_guard(scratch->store, &sequence, sizeof sequence);
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "first", 100, NULL));
	sequence = 2;
	wait_for(scratch->store, said, "first");
	g_assert_true(store_end(scratch->store, true, NULL));

	/* Larger than the cache, so pages are spilled inside the statement, where the disk ends. */
	limit_files(65536);
	g_assert_true(store_begin(scratch->store, NULL));
	sequence = 3;
	g_assert_false(add_note(scratch->store, "second", 16 * 1024 * 1024, &error));
	g_assert_false(store_end(scratch->store, true, NULL));
	g_clear_error(&error);
	g_assert_false(store_begin(scratch->store, &error));
	g_assert_nonnull(error);
	g_assert_false(store_commit(scratch->store, NULL));
	limit_files(RLIM_INFINITY);
	g_assert_cmpstr(said->str, ==, "first:unavailable ");
	g_assert_cmpint(sequence, ==, 1);
	g_assert_cmpint(count(scratch->store), ==, 0);
	g_assert_true(store_begin(scratch->store, NULL));
	g_assert_true(add_note(scratch->store, "later", 100, NULL));
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
}

static void test_the_wal_is_moved_in_the_background(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	int64_t most = 0;

	for (int i = 0; i < 400; i++) {
		g_autofree char *id = g_strdup_printf("%d", i);

		g_assert_true(store_begin(scratch->store, NULL));
		g_assert_true(add_note(scratch->store, id, 400000, NULL));
		g_assert_true(store_end(scratch->store, true, NULL));
		g_assert_true(store_commit(scratch->store, NULL));
		most = MAX(most, store_wal_bytes(scratch->store));
	}
	g_test_message("160 MB written, WAL at most %" G_GINT64_FORMAT " MB", most >> 20);
	g_assert_cmpint(most, <, 140 << 20);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/turn/undone-alone", test_a_refused_request_is_undone_alone);
	g_test_add_func("/turn/ends", test_the_turn_ends_by_itself);
	g_test_add_func("/turn/memory", test_memory_goes_back);
	g_test_add_func("/turn/settled", test_what_is_settled_is_kept);
	g_test_add_func("/turn/settled-undone",
	                test_what_is_settled_and_undone_takes_its_turn_along);
	g_test_add_func("/turn/failed-commit", test_a_failed_commit_is_told_to_all);
	g_test_add_func("/turn/lost", test_a_lost_transaction_kills_the_turn);
	g_test_add_func("/turn/wal", test_the_wal_is_moved_in_the_background);
	return g_test_run();
}
