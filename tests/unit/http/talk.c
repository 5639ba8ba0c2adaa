/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A server with a few routes and raw clients in the same loop. */
#include "talk.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* --- The routes --- */

static bool get_thing(void *room, Request *request, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "{\"thing\":\"%s\",\"part\":\"%s\"}",
	                       request_param(request, "thing"), request_param(request, "part"));
	request_reply_json(request, 200, text->str);
	return true;
}

static bool get_id(void *room, Request *request, GError **error)
{
	const char *id;

	if (!request_param_id(request, "id", &id, error))
		return false;
	request_reply_json(request, 200, "{\"id\":true}");
	return true;
}

static bool get_list(void *room, Request *request, GError **error)
{
	static const char *const QUERY[] = {"limit", "search", NULL};
	const char *search = request_query(request, "search");
	School *school = room;
	int limit;

	school->listed++;
	if (!request_check_query(request, QUERY, error) ||
	    !request_limit(request, 50, 100, &limit, error))
		return false;
	request_reply_object(request, 200,
	                     json_pack("{s:i, s:s}", "limit", limit, "search",
	                               search ? search : ""));
	return true;
}

static bool get_who(void *room, Request *request, GError **error)
{
	const char *cookie = request_cookie(request);

	request_reply_object(request, 200,
	                     json_pack("{s:s, s:s, s:s}", "actor",
	                               actor_name(request_actor(request)), "address",
	                               request_address(request), "cookie", cookie ? cookie : ""));
	return true;
}

static bool get_picture(void *room, Request *request, GError **error)
{
	g_autoptr(GBytes) bytes = g_bytes_new_static("\0\1\2\3", 4);

	request_add_header(request, "Cache-Control", "private, max-age=5");
	request_reply_bytes(request, 200, "image/jpeg", bytes);
	return true;
}

static bool fail_inside(void *room, Request *request, GError **error)
{
	return error_set(error, ERROR_INTERNAL, "the secret cause");
}

static bool fail_busy(void *room, Request *request, GError **error)
{
	error_reason(error, ERROR_BUSY, "too-many-tries", NULL, "Try again later");
	error_set_retry_after(*error, 17);
	return false;
}

bool add_note(School *school, const char *id, const char *text, GError **error)
{
	g_autoptr(Query) query = store_query(school->scratch->store, "insert_note");

	query_bind_text(query, ":id", id);
	query_bind_text(query, ":text", text);
	return query_run(query, error);
}

int64_t count_notes(School *self)
{
	g_autoptr(Query) query = store_query(self->scratch->store, "count_notes");

	g_assert_true(query_one(query, NULL));
	return query_int(query, 0);
}

/* {"id":..., "text":..., "refuse":true?}; "was" says how many were handled before. */
static bool post_note(void *room, Request *request, GError **error)
{
	School *school = room;
	const char *id = NULL;
	const char *text = "";
	bool refuse = false;
	const Field FIELDS[] = {
	        {"id", FIELD_TEXT, true, 64, &id},
	        {"text", FIELD_TEXT, false, 0, &text},
	        {"refuse", FIELD_BOOL, false, 0, &refuse},
	        {0},
	};

	school->handled++;
	if (!json_read(request_body(request), FIELDS, error) || !add_note(school, id, text, error))
		return false;
	request_set_session(request, "token", 60);
	if (refuse)
		return error_reason(error, ERROR_CONFLICT, "camera-in-use", "id", "It is in use");
	request_reply_object(request, 201, json_pack("{s:s, s:i}", "id", id, "was",
	                                             (int)school->handled - 1));
	return true;
}

static bool delete_note(void *room, Request *request, GError **error)
{
	request_reply_empty(request);
	return true;
}

static bool post_probe(void *room, Request *request, GError **error)
{
	School *school = room;

	g_assert_false(store_is_writing(school->scratch->store));
	request_reply_json(request, 201, "{}");
	return true;
}

static void on_gone(void *data)
{
	Request **slot = data;

	*slot = NULL;
}

static bool hold_it(void *room, Request *request, GError **error)
{
	School *school = room;

	g_ptr_array_add(school->held, request);
	request_hold(request, on_gone, &school->held->pdata[school->held->len - 1]);
	return true;
}

static void on_closed(void *data)
{
	Stream **slot = data;

	*slot = NULL;
}

static bool get_live(void *room, Request *request, GError **error)
{
	static const StreamEvents EVENTS = {on_closed};
	School *school = room;
	Stream **slot = (Stream **)&school->streams->pdata[school->streams->len];

	g_ptr_array_add(school->streams, NULL);
	*slot = request_stream(request, &EVENTS, slot);
	return true;
}

static const Route ROUTES[] = {
	{ GET,    "/api/v1/things/:thing/parts/:part", "anyone",    0,    get_thing },
	{ GET,    "/api/v1/things/special/parts",      "anyone",    0,    get_picture },
	{ GET,    "/api/v1/ids/:id",                   "anyone",    0,    get_id },
	{ GET,    "/api/v1/list",                      "anyone",    0,    get_list },
	{ GET,    "/api/v1/who",                       "anyone",    0,    get_who, ROUTE_ALSO_CONSOLE },
	{ GET,    "/api/v1/mine",                      "signed-in", 0,    get_who, ROUTE_ALSO_CONSOLE },
	{ GET,    "/api/v1/picture",                   "anyone",    0,    get_picture },
	{ GET,    "/api/v1/broken",                    "anyone",    0,    fail_inside },
	{ GET,    "/api/v1/busy",                      "anyone",    0,    fail_busy },
	{ POST,   "/api/v1/notes",                     "signed-in", 300000, post_note, ROUTE_ALSO_CONSOLE },
	{ PATCH,  "/api/v1/notes",                     "signed-in", 1024, post_note },
	{ DELETE, "/api/v1/notes",                     "signed-in", 0,    delete_note },
	{ POST,   "/api/v1/open-notes",                "anyone",    1024, post_note },
	{ POST,   "/api/v1/secrets",                   "signed-in", 1024, post_note, ROUTE_SECRET },
	{ POST,   "/api/v1/probes",                    "signed-in", 1024, post_probe, ROUTE_READS },
	{ POST,   "/api/v1/status",                    "console",   1024, post_probe, ROUTE_READS },
	{ GET,    "/live/:slug/index.m3u8",            "anyone",    0,    hold_it },
	{ POST,   "/api/v1/slow",                      "signed-in", 1024, hold_it },
	{ GET,    "/api/v1/live",                      "anyone",    0,    get_live, ROUTE_LIVE },
	{ 0 }
};

static bool let_anyone(void *room, Request *request, GError **error)
{
	return true;
}

static bool let_signed_in(void *room, Request *request, GError **error)
{
	if (request_actor(request)->kind == ACTOR_PERSON)
		return true;
	return error_set(error, ERROR_UNAUTHENTICATED, "Sign in first");
}

/* Cookies "me" and "you" are two persons. */
static bool authenticate(void *room, Request *request, Actor *ret_actor, GError **error)
{
	const School *school = room;
	const char *cookie = request_cookie(request);

	if (cookie && !school->signed_out &&
(strcmp(cookie, "me") == 0 || strcmp(cookie, "you") == 0)) {
		ret_actor->kind = ACTOR_PERSON;
		ret_actor->person = id_from(PERSON);
		if (cookie[0] == 'y')
			ret_actor->person.text[35] = '8';
	}
	return true;
}

/* --- The server --- */

static char *path_of(const School *self, HttpSocket which)
{
	return g_strdup_printf("%s/%d.sock", self->scratch->directory, (int)which);
}

static struct sockaddr_un address_of(const School *self, HttpSocket which)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	g_autofree char *path = path_of(self, which);

	g_strlcpy(address.sun_path, path, sizeof address.sun_path);
	return address;
}

static void listen_on(School *self, HttpSocket which)
{
	struct sockaddr_un address = address_of(self, which);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	GError *error = NULL;

	g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_cmpint(listen(fd, 128), ==, 0);
	g_assert_true(http_listen(self->http, which, fd, &error));
	g_assert_no_error(error);
}

School *school_new_with_timeout(unsigned timeout_s)
{
	static const char *const STATEMENTS[] = {"/scratch/scratch.sql", "/urok/http/http.sql",
	                                         NULL};
	const Migration migrations[] = {SCRATCH_MIGRATIONS[0], HTTP_MIGRATION, {0}};
	char *origins[] = {(char *)ORIGIN, NULL};
	School *self = g_new0(School, 1);
	HttpOptions options = {.origins = origins, .cookie_name = COOKIE, .timeout_s = timeout_s};

	self->scratch = scratch_new(migrations, STATEMENTS);
	options.store = self->scratch->store;
	self->held = g_ptr_array_sized_new(1024);
	self->streams = g_ptr_array_sized_new(1024);
	self->http = http_new(&options);
	http_set_authenticate(self->http, authenticate, self);
	http_add_gate(self->http, "anyone", let_anyone, NULL);
	http_add_gate(self->http, "signed-in", let_signed_in, NULL);
	http_add_routes(self->http, ROUTES, self);
	for (int i = 0; i < N_SOCKETS; i++)
		listen_on(self, (HttpSocket)i);
	return self;
}

School *school_new(void)
{
	return school_new_with_timeout(0);
}

void school_free(School *self)
{
	if (!self)
		return;
	http_free(self->http);
	scratch_free(self->scratch);
	g_ptr_array_unref(self->held);
	g_ptr_array_unref(self->streams);
	g_free(self);
}

/* --- The clients --- */

int dial(School *self, HttpSocket which)
{
	struct sockaddr_un address = address_of(self, which);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
	g_assert_true(g_unix_set_fd_nonblocking(fd, TRUE, NULL));
	return fd;
}

void hang_up(int fd)
{
	close(fd);
}

static gboolean on_fd(int fd, GIOCondition condition, gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

static void wait_fd(int fd, GIOCondition condition)
{
	bool ready = false;

	g_unix_fd_add(fd, condition, on_fd, &ready);
	while (!ready)
		g_main_context_iteration(NULL, TRUE);
}

void put_bytes(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t sent = send(fd, bytes, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			wait_fd(fd, G_IO_OUT);
			continue;
		}
		if (sent < 0)
			return; /* the server hung up: the test will hear it */
		bytes += sent;
		size -= (size_t)sent;
	}
}

void put(int fd, const char *text)
{
	put_bytes(fd, text, strlen(text));
}

bool wait_readable(int fd)
{
	char byte;
	ssize_t n;

	while ((n = recv(fd, &byte, 1, MSG_PEEK)) < 0 && errno == EAGAIN)
		wait_fd(fd, G_IO_IN);
	return n > 0;
}

void wait_for_count(const GPtrArray *array, guint count)
{
	while (array->len < count)
		g_main_context_iteration(NULL, TRUE);
}

void wait_for_end(const GPtrArray *array, guint index)
{
	while (array->pdata[index])
		g_main_context_iteration(NULL, TRUE);
}

bool is_readable(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK) >= 0 || errno != EAGAIN;
}

static bool get_byte(int fd, GString *to)
{
	char byte;

	if (!wait_readable(fd) || recv(fd, &byte, 1, 0) != 1)
		return false;
	g_string_append_c(to, byte);
	return true;
}

static bool get_bytes(int fd, GString *to, size_t size)
{
	for (; size > 0; size--)
		if (!get_byte(fd, to))
			return false;
	return true;
}

static bool get_until(int fd, GString *to, const char *end)
{
	do {
		if (!get_byte(fd, to))
			return false;
	} while (!g_str_has_suffix(to->str, end));
	return true;
}

static bool get_chunk(int fd, GString *body)
{
	g_autoptr(GString) line = g_string_new(NULL);
	g_autoptr(GString) end = g_string_new(NULL);
	size_t size;

	if (!get_until(fd, line, "\r\n"))
		return false;
	size = strtoul(line->str, NULL, 16);
	return get_bytes(fd, body, size) && get_bytes(fd, end, 2) && size > 0;
}

char *hear_chunk(int fd)
{
	GString *chunk = g_string_new(NULL);

	(void)get_chunk(fd, chunk);
	return g_string_free(chunk, FALSE);
}

static Answer *hear_one(int fd, bool with_body)
{
	GString *head = g_string_new(NULL);
	GString *body = g_string_new(NULL);
	Answer *answer = g_new0(Answer, 1);
	g_autofree char *length = NULL;
	g_autofree char *coding = NULL;

	if (get_until(fd, head, "\r\n\r\n"))
		answer->status = (unsigned)strtoul(head->str + strlen("HTTP/1.1 "), NULL, 10);
	answer->head = g_string_free(head, FALSE);
	length = header_of(answer, "Content-Length");
	coding = header_of(answer, "Transfer-Encoding");
	if (with_body && length)
		get_bytes(fd, body, strtoul(length, NULL, 10));
	while (with_body && coding && get_chunk(fd, body))
		continue;
	answer->size = body->len;
	answer->body = g_string_free(body, FALSE);
	return answer;
}

Answer *hear(int fd)
{
	return hear_one(fd, true);
}

Answer *hear_head_only(int fd)
{
	return hear_one(fd, false);
}

void answer_free(Answer *self)
{
	if (!self)
		return;
	g_free(self->head);
	g_free(self->body);
	g_free(self);
}

char *header_of(const Answer *answer, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(answer->head, "\r\n", -1);

	for (char **line = lines; *line; line++) {
		size_t length = strlen(name);

		if (g_ascii_strncasecmp(*line, name, length) == 0 && (*line)[length] == ':')
			return g_strdup(g_strstrip(*line + length + 1));
	}
	return NULL;
}

static char *member_of(const Answer *answer, const char *name)
{
	g_autoptr(json_t) problem = json_parse(answer->body, answer->size, NULL);

	return g_strdup(json_string_value(json_object_get(problem, name)));
}

char *reason_of(const Answer *answer)
{
	char *type = member_of(answer, "type");

	if (type && g_str_has_prefix(type, "urn:urok:problem:"))
		memmove(type, type + 17, strlen(type) - 16);
	return type;
}

char *field_of(const Answer *answer)
{
	return member_of(answer, "field");
}

Answer *ask(School *self, HttpSocket which, const char *request)
{
	int fd = dial(self, which);
	Answer *answer;

	put(fd, request);
	answer = g_str_has_prefix(request, "HEAD ") ? hear_head_only(fd) : hear(fd);
	hang_up(fd);
	return answer;
}

char *post_text(const char *path, const char *extra, const char *body)
{
	return g_strdup_printf("POST %s HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
	                       "Cookie: " COOKIE "=me\r\n"
	                       "Content-Type: application/json\r\nContent-Length: %zu\r\n%s\r\n%s",
	                       path, strlen(body), extra ? extra : "", body);
}

Answer *ask_post(School *self, const char *path, const char *extra, const char *body)
{
	g_autofree char *text = post_text(path, extra, body);

	return ask(self, SOCKET_REST, text);
}
