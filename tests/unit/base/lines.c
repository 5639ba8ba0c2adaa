/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Lines over a socket pair: framing, limits, peers that vanish or never read. */
#include "base/lines.h"

#include <sys/socket.h>
#include <unistd.h>

typedef struct {
	Lines *lines;
	int peer;
	GPtrArray *heard;
	bool closed;
	int code; /* of the closing error, -1: none */
	bool free_at_first;
} Fixture;

static void on_line(void *data, const char *line, size_t length)
{
	Fixture *fixture = data;

	g_assert_cmpuint(strlen(line), ==, length);
	g_ptr_array_add(fixture->heard, g_strdup(line));
	if (fixture->free_at_first)
		g_clear_pointer(&fixture->lines, lines_free);
}

static void on_closed(void *data, const GError *error)
{
	Fixture *fixture = data;

	fixture->closed = true;
	fixture->code = error ? (int)error_code(error) : -1;
}

static void set_up(Fixture *fixture, gconstpointer data)
{
	const LinesLimits limits = {.line_max = 16, .queue_max = 1024 * 1024};
	const LinesListener listener = {on_line, on_closed};
	g_autoptr(GSocket) socket = NULL;
	g_autoptr(GSocketConnection) connection = NULL;
	int ends[2];

	g_assert_no_errno(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends));
	socket = g_socket_new_from_fd(ends[0], NULL);
	connection = g_socket_connection_factory_create_connection(socket);
	fixture->peer = ends[1];
	fixture->heard = g_ptr_array_new_with_free_func(g_free);
	fixture->lines = lines_new(G_IO_STREAM(connection), &limits, &listener, fixture);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
	lines_free(fixture->lines);
	while (g_main_context_iteration(NULL, FALSE))
		;
	if (fixture->peer >= 0)
		close(fixture->peer);
	g_ptr_array_unref(fixture->heard);
}

static void say(Fixture *fixture, const char *text)
{
	g_assert_cmpint(write(fixture->peer, text, strlen(text)), ==, (gssize)strlen(text));
}

static void wait_heard(Fixture *fixture, unsigned count)
{
	while (fixture->heard->len < count && !fixture->closed)
		g_main_context_iteration(NULL, TRUE);
	g_assert_cmpuint(fixture->heard->len, ==, count);
}

static void wait_closed(Fixture *fixture)
{
	while (!fixture->closed)
		g_main_context_iteration(NULL, TRUE);
}

static void test_framing(Fixture *fixture, gconstpointer data)
{
	say(fixture, "one\ntwo\n\nth");
	wait_heard(fixture, 3);
	say(fixture, "ree\n");
	wait_heard(fixture, 4);
	g_assert_cmpstr(fixture->heard->pdata[0], ==, "one");
	g_assert_cmpstr(fixture->heard->pdata[1], ==, "two");
	g_assert_cmpstr(fixture->heard->pdata[2], ==, "");
	g_assert_cmpstr(fixture->heard->pdata[3], ==, "three");
}

static void test_longest(Fixture *fixture, gconstpointer data)
{
	say(fixture, "0123456789abcdef\n");
	wait_heard(fixture, 1);
	g_assert_false(fixture->closed);
}

static void test_too_long(Fixture *fixture, gconstpointer data)
{
	say(fixture, "0123456789abcdefg");
	wait_closed(fixture);
	g_assert_cmpint(fixture->code, ==, ERROR_TOO_LARGE);
}

static void test_peer_closes(Fixture *fixture, gconstpointer data)
{
	say(fixture, "last\nhalf");
	close(fixture->peer);
	fixture->peer = -1;
	wait_closed(fixture);
	g_assert_cmpint(fixture->code, ==, -1);
	g_assert_cmpuint(fixture->heard->len, ==, 1);
}

static void test_free_within(Fixture *fixture, gconstpointer data)
{
	fixture->free_at_first = true;
	say(fixture, "one\ntwo\n");
	wait_heard(fixture, 1);
	while (g_main_context_iteration(NULL, FALSE))
		;
	g_assert_cmpuint(fixture->heard->len, ==, 1);
	g_assert_false(fixture->closed);
}

static void test_send(Fixture *fixture, gconstpointer data)
{
	char heard[16] = "";
	size_t length = 0;

	lines_send(fixture->lines, "one");
	lines_send(fixture->lines, "two");
	while (length < 8) {
		gssize size;

		g_main_context_iteration(NULL, FALSE);
		size = recv(fixture->peer, heard + length, sizeof heard - length, MSG_DONTWAIT);
		if (size > 0)
			length += (size_t)size;
	}
	g_assert_cmpstr(heard, ==, "one\ntwo\n");
}

static void test_never_reads(Fixture *fixture, gconstpointer data)
{
	g_autofree char *line = g_strnfill(64 * 1024, 'x');

	for (int i = 0; i < 64; i++)
		lines_send(fixture->lines, line);
	wait_closed(fixture);
	g_assert_cmpint(fixture->code, ==, ERROR_BUSY);
}

int main(int argc, char *argv[])
{
	g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add(name, Fixture, NULL, set_up, function, tear_down)
	ADD("/lines/framing", test_framing);
	ADD("/lines/longest", test_longest);
	ADD("/lines/too-long", test_too_long);
	ADD("/lines/peer-closes", test_peer_closes);
	ADD("/lines/free-within", test_free_within);
	ADD("/lines/send", test_send);
	ADD("/lines/never-reads", test_never_reads);
	return g_test_run();
}
