/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Any bytes on a connection: the first says to which socket ('0' REST, '1' live, '2' control), the
 * others are what the client sends before it falls silent. */
#include "http/http.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define TURNS_MAX 1000

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

/* Headers may be in any coding. */
static const char *as_text(const char *bytes)
{
	return bytes && g_utf8_validate(bytes, -1, NULL) ? bytes : "";
}

static bool show(void *room, Request *request, GError **error)
{
	static const char *const QUERY[] = {"limit", "search", NULL};
	int limit = 0;

	if (!request_check_query(request, QUERY, error) ||
	    !request_limit(request, 50, 100, &limit, error))
		return false;
	request_reply_object(request, 200,
	                     json_pack("{s:s, s:s, s:i, s:s, s:s}", "name",
	                               request_param(request, "name"), "search",
	                               text_or_empty(request_query(request, "search")), "limit",
	                               limit, "cookie", as_text(request_cookie(request)),
	                               "address", as_text(request_address(request))));
	return true;
}

static bool show_id(void *room, Request *request, GError **error)
{
	const char *id;

	if (!request_param_id(request, "id", &id, error))
		return false;
	request_reply_empty(request);
	return true;
}

static bool echo(void *room, Request *request, GError **error)
{
	const char *text = NULL;
	const Field FIELDS[] = {{"text", FIELD_TEXT, true, 10, &text}, {0}};

	if (!json_read(request_body(request), FIELDS, error))
		return false;
	request_reply_object(request, 201,
	                     json_pack("{s:s, s:s}", "text", text, "address",
	                               request_idempotency_key(request) ? "key" : "none"));
	return true;
}

static void on_closed(void *data)
{
}

static bool stream(void *room, Request *request, GError **error)
{
	static const StreamEvents EVENTS = {on_closed};
	g_autoptr(GBytes) block = stream_block("data: {}\n\n");
	Stream *self = request_stream(request, &EVENTS, NULL);

	(void)stream_send(self, block);
	stream_end(self);
	return true;
}

static const Route ROUTES[] = {
	{ GET,    "/api/v1/shows/:name",     "signed-in", 0,   show, ROUTE_ALSO_CONSOLE },
	{ GET,    "/api/v1/shows/:id/parts", "anyone",    0,   show_id },
	{ POST,   "/api/v1/echo",            "anyone",    100, echo, ROUTE_ALSO_CONSOLE },
	{ DELETE, "/api/v1/shows/:id",       "anyone",    0,   show_id },
	{ GET,    "/api/v1/live",            "anyone",    0,   stream, ROUTE_LIVE },
	{ 0 }
};

static bool let_anyone(void *room, Request *request, GError **error)
{
	return true;
}

static bool let_signed_in(void *room, Request *request, GError **error)
{
	return request_cookie(request) || error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
}

static struct sockaddr_un address_of(int which)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	g_snprintf(address.sun_path + 1, sizeof address.sun_path - 1, "urok-fuzz-%d-%d", getpid(),
	           which);
	return address;
}

static Http *serve(void)
{
	char *origins[] = {(char *)"http://localhost", NULL};
	HttpOptions options = {.origins = origins, .cookie_name = "sid"};
	Http *http = http_new(&options);

	http_add_gate(http, "anyone", let_anyone, NULL);
	http_add_gate(http, "signed-in", let_signed_in, NULL);
	http_add_routes(http, ROUTES, NULL);
	for (int i = 0; i < N_SOCKETS; i++) {
		struct sockaddr_un address = address_of(i);
		int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

		g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
		g_assert_cmpint(listen(fd, 16), ==, 0);
		g_assert_true(http_listen(http, (HttpSocket)i, fd, NULL));
	}
	return http;
}

/* True: the server hung up. */
static bool read_all(int fd, GString *heard)
{
	char buffer[4096];
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
		g_string_append_len(heard, buffer, n);
	return n == 0 || errno != EAGAIN;
}

static void talk(int which, const guint8 *data, size_t size)
{
	struct sockaddr_un address = address_of(which);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	g_autoptr(GString) heard = g_string_new(NULL);

	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	if (size > 0)
		(void)send(fd, data, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < TURNS_MAX && !read_all(fd, heard); i++)
		g_main_context_iteration(NULL, FALSE);
	close(fd);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	g_assert_true(heard->len == 0 || g_str_has_prefix(heard->str, "HTTP/1."));
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static Http *http;

	if (!http)
		http = serve();
	if (size > 0 && data[0] >= '0' && data[0] < '0' + N_SOCKETS)
		talk(data[0] - '0', data + 1, size - 1);
	return 0;
}
