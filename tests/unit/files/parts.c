/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files that come piece by piece: in order, whole or not at all, within a quota, and nothing of them
 * stays that nobody wants. */
#include "files/files.h"
#include "scratch.h"

#include "base/crypto.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#define SIZE (FILE_PIECE_MOST + 1000)

typedef struct {
	char *directory;
	Files *files;
	GBytes *content;
	char *address;
	bool answered;
	int64_t has;
	bool whole;
	GError *failure;
} Fixture;

static char *address_of(const void *data, size_t size)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, data, size);
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	uint8_t *bytes = g_malloc(SIZE);

	random_bytes(bytes, SIZE);
	fixture->directory = g_dir_make_tmp("urok-parts-XXXXXX", NULL);
	fixture->files = files_new(fixture->directory, NULL);
	fixture->address = address_of(bytes, SIZE);
	fixture->content = g_bytes_new_take(bytes, SIZE);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	g_clear_error(&fixture->failure);
	files_free(fixture->files);
	g_bytes_unref(fixture->content);
	g_free(fixture->address);
	scratch_remove(fixture->directory);
	g_free(fixture->directory);
}

static void on_taken(void *data, int64_t has, bool whole, const GError *failure)
{
	Fixture *fixture = data;

	fixture->answered = true;
	fixture->has = has;
	fixture->whole = whole;
	g_clear_error(&fixture->failure);
	if (failure)
		fixture->failure = g_error_copy(failure);
}

static void send_of(Fixture *fixture, int64_t offset, size_t size, int64_t total, int64_t quota)
{
	g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(fixture->content, (gsize)offset, size);
	const FilePiece piece = {fixture->address, offset, total, bytes, quota};

	fixture->answered = false;
	files_take_piece(fixture->files, &piece, on_taken, fixture);
	while (!fixture->answered)
		g_main_context_iteration(NULL, TRUE);
}

static void send(Fixture *fixture, int64_t offset, size_t size, int64_t quota)
{
	send_of(fixture, offset, size, SIZE, quota);
}

static void assert_reason(const Fixture *fixture, const char *reason, int64_t has)
{
	g_assert_cmpstr(error_reason_of(fixture->failure), ==, reason);
	g_assert_cmpint(fixture->has, ==, has);
	g_assert_false(files_has(fixture->files, fixture->address));
}

static void test_comes_in_order(Fixture *fixture, gconstpointer data)
{
	send(fixture, 0, FILE_PIECE_MOST, 0);
	g_assert_no_error(fixture->failure);
	g_assert_cmpint(fixture->has, ==, FILE_PIECE_MOST);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, FILE_PIECE_MOST);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	assert_reason(fixture, "file-offset", FILE_PIECE_MOST);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	g_assert_no_error(fixture->failure);
	g_assert_true(fixture->whole);
	g_assert_cmpint(files_size(fixture->files, fixture->address), ==, SIZE);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, 0);
	send(fixture, 0, FILE_PIECE_MOST, 0); /* the answer was lost: it is there */
	g_assert_true(fixture->whole);
}

static void test_a_gap_is_refused(Fixture *fixture, gconstpointer data)
{
	send(fixture, 100, 1000, 0);
	assert_reason(fixture, "file-offset", 0);
}

/* Somebody who sends other bytes under an address leaves nothing, and whoever has the right ones begins. */
static void test_wrong_content_goes(Fixture *fixture, gconstpointer data)
{
	g_autofree char *right = g_steal_pointer(&fixture->address);

	fixture->address = g_strdup("00000000000000000000000000000000000000000000000000000000000000ff");
	send(fixture, 0, FILE_PIECE_MOST, 0);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	assert_reason(fixture, "file-wrong", 0);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, 0);
	g_free(fixture->address);
	fixture->address = g_steal_pointer(&right);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	g_assert_true(fixture->whole);
}

static void test_the_quota_counts_parts(Fixture *fixture, gconstpointer data)
{
	send(fixture, 0, 1000, SIZE - 1);
	assert_reason(fixture, "file-quota", 0);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, 0);
	send(fixture, 0, 1000, SIZE);
	g_assert_no_error(fixture->failure);
}

/* What came meanwhile counts too. */
static void test_the_quota_holds_at_each_piece(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GBytes) other = g_bytes_new_static("somebody else's", 15);
	g_autofree char *address = NULL;

	send(fixture, 0, 1000, SIZE);
	g_assert_no_error(fixture->failure);
	address = files_add(fixture->files, other, NULL);
	g_assert_nonnull(address);
	send(fixture, 1000, 1000, SIZE);
	assert_reason(fixture, "file-quota", 1000);
	send(fixture, 1000, 1000, SIZE + 15);
	g_assert_no_error(fixture->failure);
	g_assert_cmpint(fixture->has, ==, 2000);
}

/* Pieces, what is taken back, what is whole and what goes: at each step as the disk has it. */
static void test_what_comes_is_used(Fixture *fixture, gconstpointer data)
{
	g_autofree char *right = g_strdup(fixture->address);

	files_set_limit(fixture->files, 3 * SIZE, 100);
	send(fixture, 0, 1000, 0);
	g_assert_cmpint(files_used(fixture->files), ==, 1100);
	send(fixture, 0, 1000, 0);
	assert_reason(fixture, "file-offset", 1000);
	g_assert_cmpint(files_used(fixture->files), ==, 1100);
	files_remove_part(fixture->files, fixture->address);
	g_assert_cmpint(files_used(fixture->files), ==, 100);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	g_assert_true(fixture->whole);
	g_assert_cmpint(files_used(fixture->files), ==, SIZE + 100);
	memset(fixture->address, '0', FILE_ADDRESS_LENGTH);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	g_assert_no_error(fixture->failure);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	assert_reason(fixture, "file-wrong", 0);
	g_assert_cmpint(files_used(fixture->files), ==, SIZE + 100);
	files_remove(fixture->files, right);
	g_assert_cmpint(files_used(fixture->files), ==, 100);
}

/* An administrator's limit counts what came so as well, and what is still to come. */
static void test_the_limit_counts_what_came(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GBytes) other = g_bytes_new_static("somebody else's", 15);
	g_autofree char *address = NULL;

	files_set_limit(fixture->files, SIZE + 14, 0);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	g_assert_true(fixture->whole);
	g_assert_null(files_add(fixture->files, other, &fixture->failure));
	g_assert_cmpstr(error_reason_of(fixture->failure), ==, "files-full");
	g_clear_error(&fixture->failure);
	files_set_limit(fixture->files, SIZE + 15, files_used(fixture->files));
	address = files_add(fixture->files, other, &fixture->failure);
	g_assert_no_error(fixture->failure);
}

/* All files are looked at once, not at each piece: what is put beside them behind the room's back is not seen. */
static void test_the_quota_is_counted_once(Fixture *fixture, gconstpointer data)
{
	g_autofree char *hidden = g_build_filename(fixture->directory, "parts", "hidden", NULL);

	send(fixture, 0, 1000, SIZE);
	g_assert_no_error(fixture->failure);
	g_assert_true(g_file_set_contents(hidden, "behind the back", -1, NULL));
	send(fixture, 1000, 1000, SIZE);
	g_assert_no_error(fixture->failure);
	files_free(fixture->files);
	fixture->files = files_new(fixture->directory, NULL);
	send(fixture, 2000, 1000, SIZE);
	assert_reason(fixture, "file-quota", 2000);
}

/* The room goes before the thread is done. */
static void test_a_room_may_go_first(Fixture *fixture, gconstpointer data)
{
	g_autoptr(GBytes) bytes = g_bytes_new_from_bytes(fixture->content, 0, 1000);
	const FilePiece piece = {fixture->address, 0, SIZE, bytes, SIZE};

	fixture->answered = false;
	files_take_piece(fixture->files, &piece, on_taken, fixture);
	files_free(fixture->files);
	while (!fixture->answered)
		g_main_context_iteration(NULL, TRUE);
	g_assert_no_error(fixture->failure);
	fixture->files = files_new(fixture->directory, NULL);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, 1000);
}

/* Many that begin small and then grow would pass any quota. */
static void test_a_total_does_not_change(Fixture *fixture, gconstpointer data)
{
	g_autofree char *promise =
		g_strdup_printf("%s/parts/%s.total", fixture->directory, fixture->address);

	send_of(fixture, 0, 1000, 2000, 2000);
	g_assert_no_error(fixture->failure);
	send_of(fixture, 1000, 1000, SIZE, 0);
	assert_reason(fixture, "file-offset", 0);
	g_assert_cmpint(files_part_size(fixture->files, fixture->address), ==, 0);
	g_assert_false(g_file_test(promise, G_FILE_TEST_IS_SYMLINK));
	send_of(fixture, 0, 1000, 2000, 2000);
	send_of(fixture, 0, 1000, SIZE, 2000); /* it begins anew, and so does the counting */
	assert_reason(fixture, "file-quota", 0);
	send(fixture, 0, FILE_PIECE_MOST, 0);
	send(fixture, FILE_PIECE_MOST, 1000, 0);
	g_assert_true(fixture->whole);
	g_assert_false(g_file_test(promise, G_FILE_TEST_IS_SYMLINK));
}

static bool nobody(void *room, const char *address)
{
	return false;
}

static bool everybody(void *room, const char *address)
{
	return true;
}

static void test_parts_do_not_stay(Fixture *fixture, gconstpointer data)
{
	g_autofree char *path = g_build_filename(fixture->directory, "parts", fixture->address, NULL);
	g_autofree char *promise = g_strconcat(path, ".total", NULL);
	const struct utimbuf long_ago = {1, 1};

	send(fixture, 0, 1000, 0);
	files_sweep(fixture->files, everybody, NULL);
	g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
	g_assert_true(g_file_test(promise, G_FILE_TEST_IS_SYMLINK));
	files_sweep(fixture->files, nobody, NULL);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	g_assert_false(g_file_test(promise, G_FILE_TEST_IS_SYMLINK));
	g_assert_cmpint(symlink("1000", promise), ==, 0);
	files_sweep(fixture->files, everybody, NULL);
	g_assert_false(g_file_test(promise, G_FILE_TEST_IS_SYMLINK));
	send(fixture, 0, 1000, 0);
	g_assert_cmpint(utime(path, &long_ago), ==, 0);
	files_sweep(fixture->files, everybody, NULL);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	send(fixture, 0, 1000, 0);
	files_remove(fixture->files, fixture->address);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_assert_true(crypto_init());
#define ADD(path, func) g_test_add("/files/parts/" path, Fixture, NULL, set_up, func, tear_down)
	ADD("comes-in-order", test_comes_in_order);
	ADD("a-gap-is-refused", test_a_gap_is_refused);
	ADD("wrong-content-goes", test_wrong_content_goes);
	ADD("the-quota-counts-parts", test_the_quota_counts_parts);
	ADD("the-quota-holds-at-each-piece", test_the_quota_holds_at_each_piece);
	ADD("what-comes-is-used", test_what_comes_is_used);
	ADD("the-limit-counts-what-came", test_the_limit_counts_what_came);
	ADD("the-quota-is-counted-once", test_the_quota_is_counted_once);
	ADD("a-room-may-go-first", test_a_room_may_go_first);
	ADD("a-total-does-not-change", test_a_total_does_not_change);
	ADD("parts-do-not-stay", test_parts_do_not_stay);
	return g_test_run();
}
