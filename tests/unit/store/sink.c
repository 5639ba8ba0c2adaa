/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A store whose truth lies elsewhere: what is handed out, what happens before and after the answer,
 * and rows that come back. The truth here is a list in memory that answers when it is told to. */
#include "scratch.h"
#include "base/crypto.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>

typedef struct {
	Store *store;
	GPtrArray *taken; /* of RowChange: of the turn that is out, then of all that were kept */
	guint kept;
	int64_t number;
	bool refuses;
	bool fails_late;
	bool behind;
	unsigned waits;
} Truth;

static json_t *copy_or_null(json_t *value)
{
	return value ? json_deep_copy(value) : NULL;
}

static bool on_commit(void *room, int64_t number, const GPtrArray *changes, GError **error)
{
	Truth *self = room;

	if (self->refuses)
		return error_set(error, ERROR_UNAVAILABLE, "It does not answer");
	self->number = number;
	for (guint i = 0; i < changes->len; i++) {
		const RowChange *change = changes->pdata[i];
		RowChange *copy = g_new0(RowChange, 1);

		copy->table = g_strdup(change->table);
		copy->key = json_deep_copy(change->key);
		copy->row = copy_or_null(change->row);
		g_ptr_array_add(self->taken, copy);
	}
	return true;
}

static void answer(Truth *self)
{
	g_autoptr(GError) failure = NULL;

	if (self->fails_late) {
		error_set(&failure, ERROR_UNAVAILABLE, "It was lost on the way");
		g_ptr_array_set_size(self->taken, (int)self->kept);
	}
	self->kept = self->taken->len;
	store_sink_answer(self->store, failure);
}

static void on_wait(void *room)
{
	((Truth *)room)->waits++;
	answer(room);
}

static void on_behind(void *room)
{
	((Truth *)room)->behind = true;
}

static const TurnSink SINK = {on_commit, on_wait, on_behind};

static void begin(Truth *self, Scratch *scratch)
{
	GError *error = NULL;

	*self = (Truth){.store = scratch->store,
	                .taken = g_ptr_array_new_with_free_func((GDestroyNotify)row_change_free)};
	g_assert_true(store_set_sink(scratch->store, &SINK, self, &error));
	g_assert_no_error(error);
}

static void put_key(Store *store, const char *id, int part, const char *bytes, const char *hint)
{
	g_autoptr(Query) query = store_query(store, "put_note_key");

	query_bind_text(query, ":id", id);
	query_bind_int(query, ":part", part);
	if (bytes)
		query_bind_blob(query, ":bytes", bytes, strlen(bytes));
	query_bind_text(query, ":hint", hint);
	g_assert_true(query_run(query, NULL));
}

static void add_note(Store *store, const char *id)
{
	g_autoptr(Query) query = store_query(store, "insert_note");

	query_bind_text(query, ":id", id);
	g_assert_true(query_run(query, NULL));
}

static char *hint_of(Store *store, const char *id, int part)
{
	g_autoptr(Query) query = store_query(store, "find_note_key");
	bool row;

	query_bind_text(query, ":id", id);
	query_bind_int(query, ":part", part);
	g_assert_true(query_next(query, &row, NULL));
	return row ? g_strdup(query_text(query, 1)) : NULL;
}

static void on_end(void *said, const GError *failure)
{
	g_string_append(said, failure ? "no " : "yes ");
}

/* One request of a turn. */
static void write_one(Store *store, GString *said, const char *id)
{
	g_assert_true(store_begin(store, NULL));
	put_key(store, id, 1, "\x01", "first");
	store_after_commit(store, on_end, said, NULL);
	g_assert_true(store_end(store, true, NULL));
}

static char *told(const Truth *self)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < self->taken->len; i++) {
		const RowChange *change = self->taken->pdata[i];
		g_autofree char *key = json_format(change->key);
		g_autofree char *row = change->row ? json_format(change->row) : NULL;

		g_string_append_printf(text, "%s%s%s;", change->table, key, row ? row : "-");
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void test_nobody_is_told_before_the_answer(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;
	Truth truth;

	begin(&truth, scratch);
	write_one(scratch->store, said, "a");
	g_assert_true(store_end_turn(scratch->store, NULL));
	g_assert_true(store_is_settling(scratch->store));
	g_assert_cmpint(truth.taken->len, ==, 1);
	g_assert_cmpstr(said->str, ==, "");
	before = hint_of(scratch->store, "a", 1);
	g_assert_null(before);
	answer(&truth);
	g_assert_false(store_is_settling(scratch->store));
	g_assert_cmpstr(said->str, ==, "yes ");
	after = hint_of(scratch->store, "a", 1);
	g_assert_cmpstr(after, ==, "first");
	g_ptr_array_unref(truth.taken);
}

static void test_the_loop_ends_the_turn(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	Truth truth;

	begin(&truth, scratch);
	write_one(scratch->store, said, "a");
	while (!store_is_settling(scratch->store))
		g_main_context_iteration(NULL, TRUE);
	/* Nothing of the turn keeps the loop awake while it is out. */
	g_assert_false(g_main_context_iteration(NULL, FALSE));
	answer(&truth);
	g_assert_cmpstr(said->str, ==, "yes ");
	g_assert_cmpint(truth.waits, ==, 0);
	g_ptr_array_unref(truth.taken);
}

static void test_a_refusing_truth_fails_the_turn(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	int64_t sequence = 1;
	int64_t number;
	Truth truth;

	store_guard(scratch->store, &sequence, sizeof sequence);
	begin(&truth, scratch);
	truth.refuses = true;
	write_one(scratch->store, said, "a");
	sequence = 2;
	g_assert_false(store_commit(scratch->store, NULL));
	truth.refuses = false;
	truth.fails_late = true;
	write_one(scratch->store, said, "b");
	g_assert_false(store_commit(scratch->store, NULL));
	truth.fails_late = false;
	g_assert_cmpstr(said->str, ==, "no no ");
	g_assert_cmpint(sequence, ==, 1);
	g_assert_null(hint_of(scratch->store, "a", 1));
	g_assert_null(hint_of(scratch->store, "b", 1));
	g_assert_true(store_outer_turn(scratch->store, &number, NULL));
	g_assert_cmpint(number, ==, 0);
	/* It is there again: the next turn is as any other. */
	write_one(scratch->store, said, "c");
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(truth.number, ==, 1);
	g_assert_cmpstr(said->str, ==, "no no yes ");
	g_ptr_array_unref(truth.taken);
}

static void test_who_cannot_wait_blocks(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	int64_t number;
	Truth truth;

	begin(&truth, scratch);
	write_one(scratch->store, said, "a");
	g_assert_true(store_end_turn(scratch->store, NULL));
	write_one(scratch->store, said, "b");
	g_assert_cmpint(truth.waits, ==, 1);
	g_assert_cmpstr(said->str, ==, "yes ");
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_cmpint(truth.waits, ==, 2);
	g_assert_cmpstr(said->str, ==, "yes yes ");
	g_assert_true(store_outer_turn(scratch->store, &number, NULL));
	g_assert_cmpint(number, ==, 2);
	g_ptr_array_unref(truth.taken);
}

static void test_what_is_handed_out(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autofree char *all = NULL;
	Truth truth;

	begin(&truth, scratch);
	g_assert_true(store_begin(scratch->store, NULL));
	put_key(scratch->store, "a", 1, "\x01\xff", "first");
	put_key(scratch->store, "a", 1, NULL, "again");
	put_key(scratch->store, "gone", 1, NULL, "made and removed in one turn");
	add_note(scratch->store, "a projection");
	{
		g_autoptr(Query) query = store_query(scratch->store, "remove_note_keys");

		query_bind_text(query, ":id", "gone");
		g_assert_true(query_run(query, NULL));
	}
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	put_key(scratch->store, "undone", 1, NULL, NULL);
	g_assert_true(store_end(scratch->store, false, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	put_key(scratch->store, "a", 1, NULL, "a third time");
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_true(store_begin(scratch->store, NULL));
	{
		g_autoptr(Query) query = store_query(scratch->store, "remove_note_keys");

		query_bind_text(query, ":id", "a");
		g_assert_true(query_run(query, NULL));
	}
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	all = told(&truth);
	g_assert_cmpstr(all, ==,
	                "note_key[\"a\",1]{\"note_id\":\"a\",\"part\":1,\"bytes\":{\"hex\":\"01ff\"},"
	                "\"hint\":\"again\"};"
	                "note_key[\"a\",1]{\"note_id\":\"a\",\"part\":1,\"bytes\":{\"hex\":\"01ff\"},"
	                "\"hint\":\"a third time\"};"
	                "note_key[\"a\",1]-;");
	g_ptr_array_unref(truth.taken);
}

static void test_projections_alone_need_no_truth(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	Truth truth;

	begin(&truth, scratch);
	truth.refuses = true;
	g_assert_true(store_begin(scratch->store, NULL));
	add_note(scratch->store, "a");
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_ptr_array_unref(truth.taken);
}

static void test_rows_come_back_as_they_were(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(Scratch) other = scratch_new_plain(NULL);
	g_autofree char *hint = NULL;
	g_autoptr(GString) said = g_string_new(NULL);
	int64_t number;
	Truth truth;

	begin(&truth, scratch);
	g_assert_true(store_begin(scratch->store, NULL));
	put_key(scratch->store, "a", 1, "\x01", "первая");
	put_key(scratch->store, "a", 2, NULL, NULL);
	g_assert_true(store_end(scratch->store, true, NULL));
	g_assert_true(store_commit(scratch->store, NULL));
	g_assert_true(store_outer_turn(other->store, &number, NULL));
	g_assert_cmpint(number, ==, 0);
	g_assert_true(store_begin(other->store, NULL));
	g_assert_true(store_put_rows(other->store, truth.taken, NULL));
	g_assert_true(store_put_rows(other->store, truth.taken, NULL));
	g_assert_true(store_set_outer_turn(other->store, 7, NULL));
	g_assert_true(store_end(other->store, true, NULL));
	g_assert_true(store_commit(other->store, NULL));
	hint = hint_of(other->store, "a", 1);
	g_assert_cmpstr(hint, ==, "первая");
	scratch_reopen(other, SCRATCH_MIGRATIONS, SCRATCH_STATEMENTS);
	g_assert_true(store_outer_turn(other->store, &number, NULL));
	g_assert_cmpint(number, ==, 7);
	g_ptr_array_unref(truth.taken);
}

static void limit_files(rlim_t size)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
	limit.rlim_cur = size;
	g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

static void test_a_view_that_fell_behind_says_so(void)
{
	g_autoptr(Scratch) scratch = scratch_new_plain(NULL);
	g_autoptr(GString) said = g_string_new(NULL);
	g_autofree char *bytes = g_strnfill(300000, 'x');
	int64_t number;
	Truth truth;

	begin(&truth, scratch);
	g_assert_true(store_begin(scratch->store, NULL));
	put_key(scratch->store, "a", 1, bytes, NULL);
	store_after_commit(scratch->store, on_end, said, NULL);
	g_assert_true(store_end(scratch->store, true, NULL));
	limit_files(65536);
	g_assert_false(store_commit(scratch->store, NULL));
	limit_files(RLIM_INFINITY);
	g_assert_cmpint(truth.taken->len, ==, 1);
	g_assert_true(truth.behind);
	g_assert_cmpstr(said->str, ==, "no ");
	g_assert_true(store_outer_turn(scratch->store, &number, NULL));
	g_assert_cmpint(number, ==, 0);
	g_ptr_array_unref(truth.taken);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/sink/before", test_nobody_is_told_before_the_answer);
	g_test_add_func("/sink/loop", test_the_loop_ends_the_turn);
	g_test_add_func("/sink/refuses", test_a_refusing_truth_fails_the_turn);
	g_test_add_func("/sink/blocks", test_who_cannot_wait_blocks);
	g_test_add_func("/sink/handed-out", test_what_is_handed_out);
	g_test_add_func("/sink/projections", test_projections_alone_need_no_truth);
	g_test_add_func("/sink/back", test_rows_come_back_as_they_were);
	g_test_add_func("/sink/behind", test_a_view_that_fell_behind_says_so);
	return g_test_run();
}
