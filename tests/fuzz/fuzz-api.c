/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Requests to the real routes of the whole daemon, one behind the other, as any role.
 *
 * Requests are parted by lines "%%". The first line is ROLE METHOD TARGET, the role one of n
 * (nobody), a, t, p, r (a parent) and c (the console's socket). Lines that begin with "+" are
 * further headers; the rest is the body. In targets and bodies @c is the chat and @0 to @9 are the
 * ids that the first ten answers gave. */
#include "house.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUESTS_MAX 10
#define VISITS_MAX   400 /* of one daemon: what it gathers in memory must not matter */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

typedef struct {
	char role;
	char *method;
	char *target;
	char *headers;
	char *body;
	unsigned status;
	char *reply;
} Visit;

typedef struct {
	Visit visits[REQUESTS_MAX];
	unsigned count;
	char *ids[REQUESTS_MAX];
} Visits;

static void visit_clear(Visit *self)
{
	g_free(self->method);
	g_free(self->target);
	g_free(self->headers);
	g_free(self->body);
	g_free(self->reply);
}

static void visits_clear(Visits *self)
{
	for (unsigned i = 0; i < self->count; i++) {
		visit_clear(&self->visits[i]);
		g_free(self->ids[i]);
	}
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Visits, visits_clear)

/* --- Reading the input --- */

static char *fill_in(const Visits *self, const char *text)
{
	g_autoptr(GString) filled = g_string_new(NULL);

	for (; *text; text++) {
		char which = *text == '@' ? text[1] : '\0';
		const char *id = which == 'c' ? house_chat() : NULL;

		if (which >= '0' && which < '0' + (int)self->count)
			id = self->ids[which - '0'];
		if (id) {
			g_string_append(filled, id);
			text++;
		} else {
			g_string_append_c(filled, *text);
		}
	}
	return g_string_free(g_steal_pointer(&filled), FALSE);
}

/* "a GET /api/v1/me": false if it is not like this. */
static bool read_line(Visit *visit, const char *line)
{
	g_auto(GStrv) words = g_strsplit(line, " ", 3);

	if (g_strv_length(words) != 3 || !words[0][0] || words[0][1])
		return false;
	visit->role = words[0][0];
	visit->method = g_strdup(words[1]);
	visit->target = g_strdup(words[2]);
	return true;
}

static bool read_visit(Visits *self, const char *text, Visit *visit)
{
	g_autofree char *filled = fill_in(self, text);
	g_autoptr(GString) headers = g_string_new(NULL);
	char *rest = strchr(filled, '\n');

	if (rest)
		*rest++ = '\0';
	if (!read_line(visit, filled))
		return false;
	while (rest && *rest == '+') {
		size_t length = strcspn(rest, "\n");

		g_string_append_len(headers, rest + 1, (gssize)length - 1);
		g_string_append(headers, "\r\n");
		rest += length + (rest[length] ? 1 : 0);
	}
	visit->headers = g_string_free(g_steal_pointer(&headers), FALSE);
	visit->body = rest && *rest ? g_strdup(rest) : NULL;
	return true;
}

/* --- Asking --- */

static char *request_of(const Visit *visit)
{
	const char *token = house_token(visit->role);
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%s %s HTTP/1.1\r\nHost: school\r\nConnection: close\r\n"
	                "Sec-Fetch-Site: same-origin\r\n", visit->method, visit->target);
	if (token)
		g_string_append_printf(text, "Cookie: " COOKIE_NAME "=%s\r\n", token);
	g_string_append(text, visit->headers);
	if (visit->body)
		g_string_append_printf(text,
		                       "Content-Type: application/json\r\nContent-Length: %zu\r\n",
		                       strlen(visit->body));
	g_string_append_printf(text, "\r\n%s", visit->body ? visit->body : "");
	return g_string_free(text, FALSE);
}

/* What waits for a worker that never says anything, or never ends at all. */
static bool may_be_held(const Visit *visit)
{
	return g_str_has_prefix(visit->target, "/live/") ||
	       g_str_has_prefix(visit->target, "/api/v1/live");
}

/* True: the server hung up. */
static bool read_all(int fd, GString *heard)
{
	char buffer[16384];
	ssize_t n;

	while ((n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT)) > 0)
		g_string_append_len(heard, buffer, n);
	return n == 0 || errno != EAGAIN;
}

static gboolean on_bytes(int fd, GIOCondition condition, void *data)
{
	return G_SOURCE_CONTINUE;
}

static char *exchange(const Visit *visit, HttpSocket which, const char *request)
{
	g_autoptr(GString) heard = g_string_new(NULL);
	int fd = house_dial(which);
	guint watch = g_unix_fd_add(fd, G_IO_IN | G_IO_HUP, on_bytes, NULL);
	bool over = false;

	(void)send(fd, request, strlen(request), MSG_NOSIGNAL | MSG_DONTWAIT);
	while (!over) {
		bool moved = g_main_context_iteration(NULL, FALSE);

		over = read_all(fd, heard) || (!moved && may_be_held(visit));
		if (!over && !moved)
			g_main_context_iteration(NULL, TRUE);
	}
	g_source_remove(watch);
	close(fd);
	return g_string_free(g_steal_pointer(&heard), FALSE);
}

static HttpSocket socket_of(const Visit *visit)
{
	if (visit->role == 'c')
		return SOCKET_CONTROL;
	return g_str_has_prefix(visit->target, "/api/v1/live") ? SOCKET_LIVE : SOCKET_REST;
}

/* --- Judging --- */

/* Doors that are open to who is not signed in. */
static bool is_public(const Visit *visit)
{
	static const char *const PATHS[] = {"/api/v1/school", "/api/v1/sessions", "/api/v1/setup",
	                                    "/api/v1/sign-in-codes/look", NULL};
	g_autofree char *path = g_strndup(visit->target, strcspn(visit->target, "?"));

	return g_strv_contains(PATHS, path);
}

/* An answer of ours: JSON that is whole, and never "internal". */
static json_t *judge(Visit *visit, const char *reply)
{
	const char *body = strstr(reply, "\r\n\r\n");
	bool is_json = body && strcasestr(reply, "application/json") &&
	               strcasestr(reply, "application/json") < body;
	json_t *json;

	if (!*reply)
		return NULL;
	g_assert_true(g_str_has_prefix(reply, "HTTP/1."));
	visit->status = (unsigned)atoi(reply + strlen("HTTP/1.1 "));
	if (visit->status == 500)
		g_error("%c %s %s: %s", visit->role, visit->method, visit->target, reply);
	if (visit->role == 'n' && visit->status < 300 && !is_public(visit) &&
	    !strcasestr(visit->headers, "cookie"))
		g_error("Nobody may %s %s: %s", visit->method, visit->target, reply);
	if (!is_json || strcmp(visit->method, "HEAD") == 0 || !body[4])
		return NULL;
	json = json_loads(body + 4, JSON_REJECT_DUPLICATES, NULL);
	if (!json)
		g_error("%s %s: %s", visit->method, visit->target, reply);
	return json;
}

/* Whether the daemon is not as it was, as far as can be seen from here. */
static bool has_changed(const Visit *visit)
{
	static const char *const TRIES[] = {"/api/v1/sessions", "/api/v1/me/password",
	                                    "/api/v1/setup", NULL};

	if (strcmp(visit->method, "GET") == 0 || strcmp(visit->method, "HEAD") == 0)
		return false;
	return visit->status < 300 || g_strv_contains(TRIES, visit->target);
}

static bool run(Visits *self, const char *text)
{
	Visit *visit = &self->visits[self->count];
	g_autofree char *request = NULL;
	g_autofree char *reply = NULL;
	g_autoptr(json_t) answer = NULL;

	if (!read_visit(self, text, visit)) {
		visit_clear(visit);
		return false;
	}
	request = request_of(visit);
	reply = exchange(visit, socket_of(visit), request);
	answer = judge(visit, reply);
	self->ids[self->count++] = g_strdup(json_string_value(json_object_get(answer, "id")));
	return has_changed(visit);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	house_init();
	return 0;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	static bool changed;
	static unsigned visits;
	g_autofree char *text = g_strndup((const char *)data, size);
	g_auto(GStrv) parts = g_strsplit(text, "\n%%\n", REQUESTS_MAX);
	g_auto(Visits) all = {0};

	changed = changed || ++visits % VISITS_MAX == 0;
	house_open(changed);
	changed = false;
	for (char **part = parts; *part; part++)
		changed = run(&all, *part) || changed;
	return 0;
}
