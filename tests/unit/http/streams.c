/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Live streams: order, bounds, and every way in which one ends. */
#include "talk.h"

#include <string.h>

#define GET_LIVE "GET /api/v1/live HTTP/1.1\r\nHost: x\r\n\r\n"

static GBytes *block_of(const char *text)
{
	return stream_block(text);
}

static Stream *stream_of(School *school, guint index)
{
	return school->streams->pdata[index];
}

static bool say(School *school, guint index, const char *text)
{
	g_autoptr(GBytes) block = block_of(text);

	return stream_send(stream_of(school, index), block);
}

static int open_stream(School *school)
{
	int fd = dial(school, SOCKET_LIVE);
	guint before = school->streams->len;

	put(fd, GET_LIVE);
	wait_for_count(school->streams, before + 1);
	return fd;
}

static void expect(int fd, const char *text)
{
	g_autoptr(GString) found = g_string_new(NULL);

	while (found->len < strlen(text)) {
		g_autofree char *chunk = hear_chunk(fd);

		g_assert_cmpstr(chunk, !=, "");
		g_string_append(found, chunk);
	}
	g_assert_cmpstr(found->str, ==, text);
}

static void expect_end(int fd)
{
	g_autofree char *chunk = hear_chunk(fd);

	g_assert_cmpstr(chunk, ==, "");
}

static void test_a_stream_says_hello_at_once(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);
	g_autofree char *type = header_of(answer, "Content-Type");
	g_autofree char *buffering = header_of(answer, "X-Accel-Buffering");
	g_autofree char *cache = header_of(answer, "Cache-Control");

	g_assert_cmpuint(answer->status, ==, 200);
	g_assert_cmpstr(type, ==, "text/event-stream");
	g_assert_cmpstr(buffering, ==, "no");
	g_assert_cmpstr(cache, ==, "no-store");
	expect(fd, ":\n\n");
	hang_up(fd);
}

static void test_blocks_come_in_order(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);
	g_autoptr(GString) all = g_string_new(NULL);

	expect(fd, ":\n\n");
	for (int turn = 0; turn < 3; turn++) {
		g_string_truncate(all, 0);
		for (int i = 0; i < 300; i++) {
			g_autofree char *text = g_strdup_printf("data: %d-%d\n\n", turn, i);

			g_assert_true(say(school, 0, text));
			g_string_append(all, text);
		}
		expect(fd, all->str);
	}
	hang_up(fd);
}

static void test_a_block_may_be_longer_than_the_memory(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);
	g_autofree char *text = g_strnfill(100000, 'x');

	expect(fd, ":\n\n");
	g_assert_true(say(school, 0, text));
	expect(fd, text);
	hang_up(fd);
}

static void test_one_block_goes_to_many(void)
{
	enum { MANY = 300 };
	g_autoptr(School) school = school_new();
	int fds[MANY];

	for (guint i = 0; i < MANY; i++) {
		g_autoptr(Answer) answer = NULL;

		fds[i] = open_stream(school);
		answer = hear_head_only(fds[i]);
		expect(fds[i], ":\n\n");
	}
	for (guint i = 0; i < MANY; i++)
		g_assert_true(say(school, i, "data: 1\n\n"));
	for (guint i = 0; i < MANY; i++) {
		expect(fds[i], "data: 1\n\n");
		hang_up(fds[i]);
	}
}

static void test_a_stream_ends_after_what_is_queued(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);

	expect(fd, ":\n\n");
	g_assert_true(say(school, 0, "data: last\n\n"));
	stream_end(stream_of(school, 0));
	g_assert_false(say(school, 0, "data: too late\n\n"));
	expect(fd, "data: last\n\n");
	expect_end(fd);
	wait_for_end(school->streams, 0);
	hang_up(fd);
}

static void test_a_gone_reader_is_noticed(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);

	expect(fd, ":\n\n");
	hang_up(fd);
	wait_for_end(school->streams, 0);
}

/* The socket's memory first, then ours to its bound, then no more. */
static void test_a_stuck_reader_is_cut(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autofree char *text = g_strnfill(8000, 'x');
	g_autoptr(GBytes) block = block_of(text);
	size_t sent = 0;

	while (stream_send(stream_of(school, 0), block)) {
		sent += 8000;
		g_assert_cmpuint(sent, <, 16 * 1024 * 1024);
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
	wait_for_end(school->streams, 0);
	hang_up(fd);
}

static gboolean on_beat(void *data)
{
	School *school = data;

	if (stream_of(school, 0))
		g_assert_false(say(school, 0, "event: beat\n\n"));
	return G_SOURCE_CONTINUE;
}

static void test_an_ended_stream_of_a_stuck_reader_is_cut(void)
{
	g_autoptr(School) school = school_new_with_timeout(1);
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);
	g_autofree char *text = g_strnfill(STREAM_BYTES_MAX - 100, 'x');
	guint beat;

	expect(fd, ":\n\n");
	g_assert_true(say(school, 0, text));
	stream_end(stream_of(school, 0));
	beat = g_timeout_add(100, on_beat, school);
	wait_for_end(school->streams, 0);
	g_source_remove(beat);
	hang_up(fd);
}

/* What the socket had no room for comes when it has, in order and framed. */
static void test_a_slow_reader_gets_all(void)
{
	enum { BLOCKS = 35 }; /* more than a socket takes, less than a reader may be behind */
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);
	g_autoptr(GString) all = g_string_new(NULL);

	expect(fd, ":\n\n");
	for (int i = 0; i < BLOCKS; i++) {
		g_autofree char *text = g_strnfill(7000 + (gsize)i, (char)('a' + i % 26));

		g_assert_true(say(school, 0, text));
		g_string_append(all, text);
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
	expect(fd, all->str);
	g_assert_true(say(school, 0, "data: 1\n\n"));
	expect(fd, "data: 1\n\n");
	hang_up(fd);
}

static void test_too_many_blocks_at_once_cut(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);

	for (int i = 0; i < STREAM_BLOCKS_MAX; i++)
		g_assert_true(say(school, 0, "data: 1\n\n"));
	g_assert_false(say(school, 0, "data: 1\n\n"));
	g_assert_false(say(school, 0, "data: 1\n\n"));
	wait_for_end(school->streams, 0);
	hang_up(fd);
}

static void test_too_many_bytes_at_once_cut(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autofree char *text = g_strnfill(STREAM_BYTES_MAX / 2 + 1, 'x');

	g_assert_true(say(school, 0, text));
	g_assert_false(say(school, 0, text));
	wait_for_end(school->streams, 0);
	hang_up(fd);
}

static void test_an_old_client_gets_no_chunks(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_LIVE);
	g_autoptr(Answer) answer = NULL;
	g_autofree char *coding = NULL;

	put(fd, "GET /api/v1/live HTTP/1.0\r\nHost: x\r\n\r\n");
	wait_for_count(school->streams, 1);
	answer = hear_head_only(fd);
	coding = header_of(answer, "Transfer-Encoding");
	g_assert_cmpuint(answer->status, ==, 200);
	g_assert_null(coding);
	hang_up(fd);
	wait_for_end(school->streams, 0);
}

static void test_the_end_closes_streams(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autoptr(Answer) answer = hear_head_only(fd);

	expect(fd, ":\n\n");
	g_assert_true(say(school, 0, "data: last\n\n"));
	g_clear_pointer(&school->http, http_free);
	g_assert_null(stream_of(school, 0));
	expect(fd, "data: last\n\n");
	expect_end(fd);
	hang_up(fd);
}

static void test_the_end_does_not_wait_for_a_stuck_reader(void)
{
	g_autoptr(School) school = school_new();
	int fd = open_stream(school);
	g_autofree char *text = g_strnfill(4000, 'x');
	g_autoptr(GBytes) block = block_of(text);

	for (int i = 0; i < 60; i++) {
		g_assert_true(stream_send(stream_of(school, 0), block));
		while (g_main_context_iteration(NULL, FALSE))
			continue;
	}
	g_clear_pointer(&school->http, http_free);
	g_assert_null(stream_of(school, 0));
	hang_up(fd);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/stream/hello", test_a_stream_says_hello_at_once);
	g_test_add_func("/http/stream/order", test_blocks_come_in_order);
	g_test_add_func("/http/stream/long", test_a_block_may_be_longer_than_the_memory);
	g_test_add_func("/http/stream/many", test_one_block_goes_to_many);
	g_test_add_func("/http/stream/ends", test_a_stream_ends_after_what_is_queued);
	g_test_add_func("/http/stream/gone", test_a_gone_reader_is_noticed);
	g_test_add_func("/http/stream/stuck", test_a_stuck_reader_is_cut);
	g_test_add_func("/http/stream/ended-stuck", test_an_ended_stream_of_a_stuck_reader_is_cut);
	g_test_add_func("/http/stream/slow", test_a_slow_reader_gets_all);
	g_test_add_func("/http/stream/blocks", test_too_many_blocks_at_once_cut);
	g_test_add_func("/http/stream/bytes", test_too_many_bytes_at_once_cut);
	g_test_add_func("/http/stream/old", test_an_old_client_gets_no_chunks);
	g_test_add_func("/http/stream/end", test_the_end_closes_streams);
	g_test_add_func("/http/stream/end-stuck", test_the_end_does_not_wait_for_a_stuck_reader);
	return g_test_run();
}
