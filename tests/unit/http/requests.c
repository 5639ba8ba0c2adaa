/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests from the outside: paths, methods, queries, headers, bodies, and every refusal. */
#include "talk.h"

#include <string.h>

#define HOST "Host: x\r\n"
#define END  " HTTP/1.1\r\n" HOST "\r\n"

static void assert_problem(Answer *answer, unsigned status, const char *reason)
{
	g_autofree char *type = header_of(answer, "Content-Type");
	g_autofree char *cache = header_of(answer, "Cache-Control");
	g_autofree char *sniff = header_of(answer, "X-Content-Type-Options");
	g_autofree char *found = reason_of(answer);

	g_assert_cmpuint(answer->status, ==, status);
	g_assert_cmpstr(found, ==, reason);
	g_assert_cmpstr(type, ==, "application/problem+json");
	g_assert_cmpstr(cache, ==, "no-store");
	g_assert_cmpstr(sniff, ==, "nosniff");
}

static void assert_body(Answer *answer, unsigned status, const char *body)
{
	g_assert_cmpuint(answer->status, ==, status);
	g_assert_cmpstr(answer->body, ==, body);
}

static void test_paths_are_matched_by_segments(void)
{
	static const struct {
		const char *target;
		unsigned status;
		const char *body; /* or the reason */
	} CASES[] = {
	        {"/api/v1/things/a/parts/b", 200, "{\"thing\":\"a\",\"part\":\"b\"}"},
	        {"/api/v1/things/%D0%B6%20x/parts/+", 200, "{\"thing\":\"ж x\",\"part\":\"+\"}"},
	        {"/api/v1/things/special/parts/b", 200, "{\"thing\":\"special\",\"part\":\"b\"}"},
	        {"/api/v1/things/a/parts", 404, "not-found"},
	        {"/api/v1/things/a/parts/", 404, "not-found"},
	        {"/api/v1/things//parts/b", 404, "not-found"},
	        {"/api/v1/things/a/parts/b/c", 404, "not-found"},
	        {"/1/2/3/4/5/6/7/8/9/10/11/12/13/14", 404, "not-found"},
	        {"/", 404, "not-found"},
	        {"*", 404, "not-found"},
	        {"http://localhost/api/v1/list", 404, "not-found"},
	        {"/api/v1/things/a%2Fb/parts/b", 400, "invalid"},
	        {"/api/v1/things/../parts/b", 400, "invalid"},
	        {"/api/v1/things/%2e%2e/parts/b", 400, "invalid"},
	        {"/api/v1/things/a%00/parts/b", 400, "invalid"},
	        {"/api/v1/things/a%/parts/b", 400, "invalid"},
	        {"/api/v1/things/a%4/parts/b", 400, "invalid"},
	        {"/api/v1/things/%ff/parts/b", 400, "invalid"},
	        {"/api/v1/ids/01890a5d-ac96-774b-bcce-b302099a8057", 200, "{\"id\":true}"},
	        {"/api/v1/ids/01890A5D-ac96-774b-bcce-b302099a8057", 400, "bad-id"},
	        {"/api/v1/ids/1", 400, "bad-id"},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request = g_strconcat("GET ", CASES[i].target, END, NULL);
		g_autoptr(Answer) answer = ask(school, SOCKET_REST, request);

		g_test_message("%s", CASES[i].target);
		if (CASES[i].status == 200)
			assert_body(answer, 200, CASES[i].body);
		else
			assert_problem(answer, CASES[i].status, CASES[i].body);
	}
}

static void test_methods(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) unknown = ask(school, SOCKET_REST, "BREW /api/v1/notes" END);
	g_autoptr(Answer) wrong = ask(school, SOCKET_REST, "PUT /api/v1/list" END);
	g_autoptr(Answer) head = ask(school, SOCKET_REST, "HEAD /api/v1/picture" END);
	g_autoptr(Answer) live = ask(school, SOCKET_LIVE, "HEAD /api/v1/live" END);
	g_autofree char *of_unknown = header_of(unknown, "Allow");
	g_autofree char *of_wrong = header_of(wrong, "Allow");
	g_autofree char *of_live = header_of(live, "Allow");
	g_autofree char *length = header_of(head, "Content-Length");
	g_autofree char *cache = header_of(head, "Cache-Control");

	assert_problem(unknown, 405, "method-not-allowed");
	assert_problem(wrong, 405, "method-not-allowed");
	g_assert_cmpuint(live->status, ==, 405);
	g_assert_cmpstr(of_unknown, ==, "POST, PATCH, DELETE");
	g_assert_cmpstr(of_wrong, ==, "GET, HEAD");
	g_assert_cmpstr(of_live, ==, "GET");
	g_assert_cmpuint(head->status, ==, 200);
	g_assert_cmpstr(length, ==, "4");
	g_assert_cmpstr(cache, ==, "private, max-age=5");
}

static void test_head_leaves_the_connection_clean(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) head = NULL;
	g_autoptr(Answer) next = NULL;

	put(fd, "HEAD /api/v1/list" END "GET /api/v1/list" END);
	head = hear_head_only(fd);
	next = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(head->status, ==, 200);
	assert_body(next, 200, "{\"limit\":50,\"search\":\"\"}");
}

static void test_queries(void)
{
	static const struct {
		const char *query;
		unsigned status;
		const char *found; /* body, or the field */
		const char *reason;
	} CASES[] = {
	        {"?", 200, "{\"limit\":50,\"search\":\"\"}"},
	        {"?limit=1&search=%D0%BB+%26", 200, "{\"limit\":1,\"search\":\"л &\"}"},
	        {"?search=a=b&", 200, "{\"limit\":50,\"search\":\"a=b\"}"},
	        {"?search", 200, "{\"limit\":50,\"search\":\"\"}"},
	        {"?limit=100", 200, "{\"limit\":100,\"search\":\"\"}"},
	        {"?limit=101", 400, "limit", "invalid"},
	        {"?limit=0", 400, "limit", "invalid"},
	        {"?limit=", 400, "limit", "invalid"},
	        {"?limit=-1", 400, "limit", "invalid"},
	        {"?limit=1x", 400, "limit", "invalid"},
	        {"?page=1", 400, "page", "unknown-field"},
	        {"?search=%ff", 400, NULL, "bad-utf8"},
	        {"?search=%00", 400, NULL, "bad-utf8"},
	        {"?search=%4", 400, NULL, "bad-utf8"},
	        {"?search=a&search=b", 400, NULL, "invalid"},
	        {"?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q", 400, NULL, "invalid"},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request =
		        g_strconcat("GET /api/v1/list", CASES[i].query, END, NULL);
		g_autoptr(Answer) answer = ask(school, SOCKET_REST, request);
		g_autofree char *field = field_of(answer);

		g_test_message("%s", CASES[i].query);
		if (CASES[i].status == 200) {
			assert_body(answer, 200, CASES[i].found);
			continue;
		}
		assert_problem(answer, 400, CASES[i].reason);
		g_assert_cmpstr(field, ==, CASES[i].found);
	}
}

static void test_who_asks(void)
{
	static const struct {
		HttpSocket socket;
		const char *headers;
		const char *body;
	} CASES[] = {
	        {SOCKET_REST, "", "{\"actor\":\"nobody\",\"address\":\"unknown\",\"cookie\":\"\"}"},
	        {SOCKET_REST, "X-Forwarded-For: 10.0.0.7\r\nCookie: a=b; " COOKIE "=me;c=d\r\n",
	         "{\"actor\":\"" PERSON "\",\"address\":\"10.0.0.7\",\"cookie\":\"me\"}"},
	        {SOCKET_REST, "Cookie: a=b\r\nCookie: " COOKIE "=me\r\n",
	         "{\"actor\":\"" PERSON "\",\"address\":\"unknown\",\"cookie\":\"me\"}"},
	        {SOCKET_REST, "Cookie: " COOKIE "=me; " COOKIE "=you\r\n",
	         "{\"actor\":\"nobody\",\"address\":\"unknown\",\"cookie\":\"\"}"},
	        {SOCKET_REST, "Cookie: x" COOKIE "=me; " COOKIE "x=me\r\n",
	         "{\"actor\":\"nobody\",\"address\":\"unknown\",\"cookie\":\"\"}"},
	        {SOCKET_CONTROL, "X-Forwarded-For: 10.0.0.7\r\nCookie: " COOKIE "=me\r\n",
	         "{\"actor\":\"console\",\"address\":\"console\",\"cookie\":\"me\"}"},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request = g_strconcat("GET /api/v1/who HTTP/1.1\r\n" HOST,
		                                       CASES[i].headers, "\r\n", NULL);
		g_autoptr(Answer) answer = ask(school, CASES[i].socket, request);

		assert_body(answer, 200, CASES[i].body);
	}
}

static void test_gates_and_sockets(void)
{
	static const struct {
		HttpSocket socket;
		const char *target;
		unsigned status;
	} CASES[] = {
	        {SOCKET_REST, "GET /api/v1/mine", 401},   {SOCKET_CONTROL, "GET /api/v1/mine", 200},
	        {SOCKET_REST, "GET /api/v1/live", 404},   {SOCKET_LIVE, "GET /api/v1/mine", 404},
	        {SOCKET_REST, "POST /api/v1/status", 404}, {SOCKET_LIVE, "POST /api/v1/status", 404},
	        {SOCKET_CONTROL, "POST /api/v1/status", 201},
	        {SOCKET_CONTROL, "GET /api/v1/list", 404},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request = g_strconcat(CASES[i].target, END, NULL);
		g_autoptr(Answer) answer = ask(school, CASES[i].socket, request);

		g_test_message("%d %s", CASES[i].socket, CASES[i].target);
		g_assert_cmpuint(answer->status, ==, CASES[i].status);
	}
}

static bool is_shut(void *shut, GError **error)
{
	return !*(bool *)shut || error_reason(error, ERROR_UNAVAILABLE, "joining", NULL, "Not yet");
}

/* Nobody is looked at, but the console comes in. */
static void test_a_door_that_is_shut(void)
{
	static const struct {
		HttpSocket socket;
		unsigned shut, open;
	} CASES[] = {{SOCKET_REST, 503, 401}, {SOCKET_CONTROL, 200, 200}};
	g_autoptr(School) school = school_new();
	bool shut;

	http_set_door(school->http, is_shut, &shut);
	for (size_t i = 0; i < 2 * G_N_ELEMENTS(CASES); i++) {
		g_autoptr(Answer) answer = NULL;

		shut = i % 2 == 0;
		answer = ask(school, CASES[i / 2].socket, "GET /api/v1/mine HTTP/1.1\r\n" HOST "\r\n");
		g_assert_cmpuint(answer->status, ==, shut ? CASES[i / 2].shut : CASES[i / 2].open);
		if (answer->status == 503)
			g_assert_nonnull(strstr(answer->body, "problem:joining"));
	}
}

static void test_only_our_pages_may_write(void)
{
	static const struct {
		const char *headers;
		unsigned status;
	} CASES[] = {
	        {"Sec-Fetch-Site: same-origin\r\n", 204},
	        {"Sec-Fetch-Site: same-origin\r\nOrigin: http://evil.example\r\n", 204},
	        {"Sec-Fetch-Site: same-site\r\nOrigin: " ORIGIN "\r\n", 403},
	        {"Sec-Fetch-Site: cross-site\r\n", 403},
	        {"Sec-Fetch-Site: none\r\n", 403},
	        {"Sec-Fetch-Site: \r\n", 403},
	        {"Origin: " ORIGIN "\r\n", 204},
	        {"Origin: " ORIGIN "0\r\n", 403},
	        {"Origin: null\r\n", 403},
	        {"Referer: " ORIGIN "/\r\n", 403},
	        {"", 403},
	        {"Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin\r\n", 400},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request =
		        g_strconcat("DELETE /api/v1/notes HTTP/1.1\r\n" HOST "Cookie: " COOKIE
		                    "=me\r\n",
		                    CASES[i].headers, "\r\n", NULL);
		g_autoptr(Answer) answer = ask(school, SOCKET_REST, request);

		g_test_message("%s", CASES[i].headers);
		g_assert_cmpuint(answer->status, ==, CASES[i].status);
		if (CASES[i].status == 403)
			assert_problem(answer, 403, "cross-site");
	}
}

static void test_errors_say_what_a_client_may_know(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) broken = ask(school, SOCKET_REST, "GET /api/v1/broken" END);
	g_autoptr(Answer) busy = ask(school, SOCKET_REST, "GET /api/v1/busy" END);
	g_autofree char *retry = header_of(busy, "Retry-After");
	g_autoptr(Answer) refused =
	        ask_post(school, "/api/v1/notes", NULL, "{\"id\":\"a\",\"refuse\":true}");
	g_autofree char *cookie = header_of(refused, "Set-Cookie");
	g_autofree char *field = field_of(refused);

	assert_problem(broken, 500, "internal");
	g_assert_null(strstr(broken->body, "secret cause"));
	assert_problem(busy, 429, "too-many-tries");
	g_assert_cmpstr(retry, ==, "17");
	assert_problem(refused, 409, "camera-in-use");
	g_assert_cmpstr(field, ==, "id");
	g_assert_null(cookie);
}

static void test_bodies_are_refused(void)
{
	static const char JSON[] = "Content-Type: application/json\r\n";
	static const struct {
		const char *method;
		const char *headers;
		const char *body;
		unsigned status;
		const char *reason;
	} CASES[] = {
	        {"PATCH", JSON, "{\"id\":\"x\"", 400, "bad-json"},
	        {"PATCH", JSON, "{\"id\":\"\xff\"}", 400, "bad-utf8"},
	        {"PATCH", JSON, "{\"id\":1}", 400, "invalid"},
	        {"PATCH", JSON, "{\"id\":\"x\",\"ix\":1}", 400, "unknown-field"},
	        {"PATCH", JSON, "", 400, "bad-json"},
	        {"PATCH", "Content-Type: text/plain\r\n", "{}", 415, "unsupported-media-type"},
	        {"PATCH", "Content-Type: application/jsonp\r\n", "{}", 415,
	         "unsupported-media-type"},
	        {"PATCH", "Content-Type: application/json; charset=cp1251\r\n", "{}", 415,
	         "unsupported-media-type"},
	        {"PATCH", "", "{}", 415, "unsupported-media-type"},
	        {"PATCH", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n", "{}", 415,
	         "unsupported-media-type"},
	        {"DELETE", JSON, "{}", 413, "too-large"},
	};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *request = g_strdup_printf(
		        "%s /api/v1/notes HTTP/1.1\r\n" HOST
		        "Sec-Fetch-Site: same-origin\r\nCookie: " COOKIE
		        "=me\r\nContent-Length: %zu\r\n%s\r\n%s",
		        CASES[i].method, strlen(CASES[i].body), CASES[i].headers, CASES[i].body);
		g_autoptr(Answer) answer = ask(school, SOCKET_REST, request);

		g_test_message("%s", CASES[i].reason);
		assert_problem(answer, CASES[i].status, CASES[i].reason);
	}
}

static const char PATCH_HEAD[] = "PATCH /api/v1/notes HTTP/1.1\r\n" HOST
                                 "Sec-Fetch-Site: same-origin\r\nCookie: " COOKIE "=me\r\n"
                                 "Content-Type: Application/JSON ; charset=UTF-8\r\n";

/* Not a byte of it is sent: the answer comes to the head alone. */
static void test_a_long_body_is_refused_before_it_is_read(void)
{
	g_autoptr(School) school = school_new();
	g_autofree char *request = g_strconcat(PATCH_HEAD, "Content-Length: 1025\r\n\r\n", NULL);
	g_autoptr(Answer) answer = ask(school, SOCKET_REST, request);

	assert_problem(answer, 413, "too-large");
}

static void test_an_absurd_length_is_refused(void)
{
	g_autoptr(School) school = school_new();
	g_autofree char *huge =
	        g_strconcat(PATCH_HEAD, "Content-Length: 99999999999999999999\r\n\r\n", NULL);
	g_autofree char *text = g_strconcat(PATCH_HEAD, "Content-Length: -1\r\n\r\n", NULL);
	g_autofree char *both = g_strconcat(
	        PATCH_HEAD, "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}", NULL);
	g_autofree char *other =
	        g_strconcat(PATCH_HEAD, "Transfer-Encoding: gzip, chunked\r\n\r\n{}", NULL);
	g_autofree char *twice = g_strconcat(
	        PATCH_HEAD, "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", NULL);
	const char *const requests[] = {huge, text, both, other, twice};

	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		g_autoptr(Answer) answer = ask(school, SOCKET_REST, requests[i]);

		g_assert_cmpuint(answer->status, >=, 400);
		g_assert_cmpuint(answer->status, <, 500);
	}
	g_assert_cmpuint(school->handled, ==, 0);
}

static void put_chunk(int fd, const char *text)
{
	g_autofree char *head = g_strdup_printf("%zx\r\n", strlen(text));

	put(fd, head);
	put(fd, text);
	put(fd, "\r\n");
}

static void test_chunked_bodies(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) answer = NULL;
	g_autoptr(Answer) next = NULL;

	put(fd, PATCH_HEAD);
	put(fd, "Transfer-Encoding: chunked\r\n\r\n");
	put_chunk(fd, "{\"id\":");
	put_chunk(fd, "\"chunked\"}");
	put(fd, "0\r\n\r\n");
	answer = hear(fd);
	assert_body(answer, 201, "{\"id\":\"chunked\",\"was\":0}");
	put(fd, "GET /api/v1/list" END);
	next = hear(fd);
	g_assert_cmpuint(next->status, ==, 200);
	hang_up(fd);
}

static void test_chunks_are_counted(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autofree char *blanks = g_strnfill(600, ' ');
	g_autoptr(Answer) answer = NULL;

	put(fd, PATCH_HEAD);
	put(fd, "Transfer-Encoding: chunked\r\n\r\n");
	put_chunk(fd, blanks);
	put_chunk(fd, blanks);
	put(fd, "0\r\n\r\n");
	answer = hear(fd);
	hang_up(fd);
	assert_problem(answer, 413, "too-large");
	g_assert_cmpuint(school->handled, ==, 0);
}

static void test_endless_chunks_are_cut(void)
{
	g_autoptr(School) school = school_new();
	int fd = dial(school, SOCKET_REST);
	g_autofree char *blanks = g_strnfill(4096, ' ');
	g_autoptr(Answer) answer = NULL;

	put(fd, PATCH_HEAD);
	put(fd, "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 200; i++)
		put_chunk(fd, blanks);
	answer = hear(fd);
	hang_up(fd);
	g_assert_cmpuint(answer->status, ==, 0);
}

static void test_half_a_request_times_out(void)
{
	g_autoptr(School) school = school_new_with_timeout(1);
	int head = dial(school, SOCKET_REST);
	int body = dial(school, SOCKET_REST);
	int idle = dial(school, SOCKET_LIVE);

	put(head, "GET /api/v1/list HTTP/1.1\r\nHos");
	put(body, PATCH_HEAD);
	put(body, "Content-Length: 100\r\n\r\n{");
	g_assert_false(wait_readable(head));
	g_assert_false(wait_readable(body));
	g_assert_false(wait_readable(idle));
	hang_up(head);
	hang_up(body);
	hang_up(idle);
}

static void test_requests_may_come_in_one_piece(void)
{
	g_autoptr(School) school = school_new();
	g_autofree char *post = post_text("/api/v1/notes", NULL, "{\"id\":\"piped\"}");
	int fd = dial(school, SOCKET_REST);
	g_autoptr(Answer) first = NULL;
	g_autoptr(Answer) second = NULL;
	g_autoptr(Answer) third = NULL;

	put(fd, "GET /api/v1/list" END);
	put(fd, post);
	put(fd, "GET /api/v1/list?limit=3" END);
	first = hear(fd);
	second = hear(fd);
	third = hear(fd);
	hang_up(fd);
	assert_body(first, 200, "{\"limit\":50,\"search\":\"\"}");
	assert_body(second, 201, "{\"id\":\"piped\",\"was\":0}");
	assert_body(third, 200, "{\"limit\":3,\"search\":\"\"}");
}

static void test_headers_have_a_limit(void)
{
	static const struct {
		HttpSocket socket;
		size_t size;
	} CASES[] = {{SOCKET_REST, 40000}, {SOCKET_LIVE, 9000}};
	g_autoptr(School) school = school_new();

	for (size_t i = 0; i < G_N_ELEMENTS(CASES); i++) {
		g_autofree char *blanks = g_strnfill(CASES[i].size, 'x');
		g_autofree char *request = g_strconcat("GET /api/v1/list HTTP/1.1\r\n" HOST "X: ",
		                                       blanks, "\r\n\r\n", NULL);
		g_autoptr(Answer) answer = ask(school, CASES[i].socket, request);
		g_autoptr(Answer) next = ask(school, SOCKET_REST, "GET /api/v1/list" END);

		g_assert_true(answer->status == 431 || answer->status == 0);
		g_assert_cmpuint(next->status, ==, 200);
	}
}

/* One more than the control socket serves waits until another has gone. */
static void test_connections_have_a_limit(void)
{
	enum { MOST = 32 };
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) answer = NULL;
	int fds[MOST];
	int late;

	for (int i = 0; i < MOST; i++) {
		g_autoptr(Answer) served = NULL;

		fds[i] = dial(school, SOCKET_CONTROL);
		put(fds[i], "GET /api/v1/who" END);
		served = hear(fds[i]);
		g_assert_cmpuint(served->status, ==, 200);
	}
	late = dial(school, SOCKET_CONTROL);
	put(late, "GET /api/v1/who" END);
	while (g_main_context_iteration(NULL, FALSE))
		continue;
	g_assert_false(is_readable(late));
	hang_up(fds[0]);
	answer = hear(late);
	g_assert_cmpuint(answer->status, ==, 200);
	hang_up(late);
	for (int i = 1; i < MOST; i++)
		hang_up(fds[i]);
}

static void test_cookies_are_set(void)
{
	g_autoptr(School) school = school_new();
	g_autoptr(Answer) answer = ask_post(school, "/api/v1/notes", NULL, "{\"id\":\"a\"}");
	g_autofree char *cookie = header_of(answer, "Set-Cookie");

	g_assert_cmpstr(cookie, ==,
	                COOKIE "=token; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
}

static void test_all_routes_can_be_walked(void)
{
	g_autoptr(School) school = school_new();
	unsigned n = 0;

	while (http_route(school->http, n))
		g_assert_nonnull(http_route(school->http, n++)->who);
	g_assert_cmpuint(n, ==, 19);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/http/paths", test_paths_are_matched_by_segments);
	g_test_add_func("/http/methods", test_methods);
	g_test_add_func("/http/head", test_head_leaves_the_connection_clean);
	g_test_add_func("/http/queries", test_queries);
	g_test_add_func("/http/who", test_who_asks);
	g_test_add_func("/http/gates", test_gates_and_sockets);
	g_test_add_func("/http/door", test_a_door_that_is_shut);
	g_test_add_func("/http/origin", test_only_our_pages_may_write);
	g_test_add_func("/http/errors", test_errors_say_what_a_client_may_know);
	g_test_add_func("/http/bodies", test_bodies_are_refused);
	g_test_add_func("/http/bodies/long", test_a_long_body_is_refused_before_it_is_read);
	g_test_add_func("/http/bodies/absurd", test_an_absurd_length_is_refused);
	g_test_add_func("/http/bodies/chunked", test_chunked_bodies);
	g_test_add_func("/http/bodies/chunks-counted", test_chunks_are_counted);
	g_test_add_func("/http/bodies/endless", test_endless_chunks_are_cut);
	g_test_add_func("/http/timeouts", test_half_a_request_times_out);
	g_test_add_func("/http/pipelined", test_requests_may_come_in_one_piece);
	g_test_add_func("/http/headers", test_headers_have_a_limit);
	g_test_add_func("/http/connections", test_connections_have_a_limit);
	g_test_add_func("/http/cookies", test_cookies_are_set);
	g_test_add_func("/http/routes", test_all_routes_can_be_walked);
	return g_test_run();
}
