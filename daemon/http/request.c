/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A request as handlers see it: its target taken apart, its headers, its parameters. */
#include "http/request-private.h"
#include "http/spool-private.h"

#include <string.h>

#define ADDRESS_MAX 64

Request *request_new(Http *http, HttpSocket socket, struct MHD_Connection *connection,
                     const char *target)
{
	size_t length = strlen(target);
	Request *self = g_malloc0(sizeof *self + length + 1);

	memcpy(self->target, target, length);
	self->http = http;
	self->socket = socket;
	self->connection = connection;
	self->link.data = self;
	self->spool = -1;
	return self;
}

void request_free(Request *self)
{
	if (self->body)
		g_byte_array_unref(self->body);
	spool_close(self);
	json_decref(self->json);
	reply_clear(&self->reply);
	g_free(self);
}

/* --- Headers --- */

static const struct {
	const char *name;
	size_t offset;
} KNOWN[] = {
        {"content-length", offsetof(Headers, content_length)},
        {"content-type", offsetof(Headers, content_type)},
        {"content-encoding", offsetof(Headers, content_encoding)},
        {"transfer-encoding", offsetof(Headers, transfer_encoding)},
        {"sec-fetch-site", offsetof(Headers, sec_fetch_site)},
        {"origin", offsetof(Headers, origin)},
        {"x-forwarded-for", offsetof(Headers, forwarded_for)},
        {"idempotency-key", offsetof(Headers, idempotency_key)},
};

/* A name that comes with two different values proves nothing: nobody is signed in by it. */
static void note_cookie(Request *self, const char *value, size_t length)
{
	char *cookie = self->headers.cookie;
	bool same = cookie[0] == '\0' ||
	            (strlen(cookie) == length && memcmp(cookie, value, length) == 0);

	if (length >= COOKIE_MAX || !same) {
		strcpy(cookie, "?");
		return;
	}
	memcpy(cookie, value, length);
	cookie[length] = '\0';
}

static void note_cookies(Request *self, const char *text)
{
	const char *name = self->http->cookie_name;
	size_t name_length = name ? strlen(name) : 0;

	while (name && *text) {
		size_t length;

		text += strspn(text, " ;");
		length = strcspn(text, ";");
		if (length > name_length && text[name_length] == '=' &&
		    strncmp(text, name, name_length) == 0)
			note_cookie(self, text + name_length + 1, length - name_length - 1);
		text += length;
	}
}

void request_note_header(Request *self, const char *name, const char *value)
{
	char first = g_ascii_tolower(name[0]);

	if (g_ascii_strcasecmp(name, "cookie") == 0) {
		note_cookies(self, value);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(KNOWN); i++) {
		const char **slot = (const char **)((char *)&self->headers + KNOWN[i].offset);

		if (first != KNOWN[i].name[0] || g_ascii_strcasecmp(name, KNOWN[i].name) != 0)
			continue;
		self->headers.doubled |= *slot != NULL;
		*slot = value;
		return;
	}
}

const char *request_header(const Request *self, const char *name)
{
	return server_header(self, name);
}

const char *request_cookie(const Request *self)
{
	const char *cookie = self->headers.cookie;

	return cookie[0] && strcmp(cookie, "?") != 0 ? cookie : NULL;
}

const char *request_address(const Request *self)
{
	const char *address = self->headers.forwarded_for;

	if (self->socket == SOCKET_CONTROL)
		return "console";
	if (!address || !*address || strlen(address) > ADDRESS_MAX)
		return "unknown";
	return address;
}

int request_spool(const Request *self)
{
	return self->spool;
}

const char *request_idempotency_key(const Request *self)
{
	return self->headers.idempotency_key;
}

static bool is_ours(const Request *self, const char *origin)
{
	return self->http->origins &&
	       g_strv_contains((const char *const *)self->http->origins, origin);
}

/* A page of another site can make a browser send our cookie, but neither of these headers. */
bool request_check_origin(const Request *self, GError **error)
{
	const Headers *headers = &self->headers;

	if (self->method == GET || self->socket == SOCKET_CONTROL)
		return true;
	if (headers->sec_fetch_site ? strcmp(headers->sec_fetch_site, "same-origin") == 0
	                            : headers->origin && is_ours(self, headers->origin))
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "cross-site", NULL,
	                    "This request did not come from the school's own pages");
}

/* --- The target --- */

static bool refuse_target(Request *self, const char *reason, const char *detail)
{
	request_problem(self, 400, reason, NULL, detail);
	return false;
}

/* In place; plus: "+" is a space. False: not two hexadecimal digits, a NUL, or not UTF-8. */
static bool decode(char *text, bool plus)
{
	const char *from = text;
	char *to = text;

	for (; *from; from++) {
		if (*from == '%') {
			int high = g_ascii_xdigit_value(from[1]);
			int low = high < 0 ? -1 : g_ascii_xdigit_value(from[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = plus && *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	return g_utf8_validate(text, -1, NULL);
}

static bool is_segment(const char *text)
{
	return !strchr(text, '/') && strcmp(text, ".") != 0 && strcmp(text, "..") != 0;
}

static bool split_path(Request *self, char *path, char *segments[], unsigned *ret_n)
{
	unsigned n = 0;

	for (char *next = path; next; n++) {
		char *segment = next;

		next = strchr(segment, '/');
		if (next)
			*next++ = '\0';
		if (!decode(segment, false) || !is_segment(segment))
			return refuse_target(self, "invalid", "The path is not well formed");
		if (n < SEGMENTS_MAX)
			segments[n] = segment;
	}
	*ret_n = n;
	return true;
}

static bool split_query(Request *self, char *query)
{
	for (char *next = query; next && *next;) {
		char *name = next;
		char *value;

		next = strchr(name, '&');
		if (next)
			*next++ = '\0';
		if (!*name)
			continue;
		value = strchr(name, '=');
		if (value)
			*value++ = '\0';
		else
			value = name + strlen(name);
		if (!decode(name, true) || !decode(value, true))
			return refuse_target(self, "bad-utf8",
			                     "The query is not percent-encoded UTF-8");
		if (request_query(self, name) || self->n_query == QUERY_MAX)
			return refuse_target(self, "invalid",
			                     "The query names something twice, or too much");
		self->query[self->n_query++] = (Pair){name, value};
	}
	return true;
}

static Method parse_method(const char *name)
{
	for (int method = GET; method <= DELETE; method++)
		if (strcmp(name, method_name(method)) == 0)
			return method;
	return 0;
}

static bool refuse_method(Request *self, const Node *node)
{
	g_autofree char *allow = node_allow(node);

	request_problem(self, 405, "method-not-allowed", NULL,
	                "This address does not know that method");
	request_add_header(self, "Allow", allow);
	return false;
}

bool request_find_route(Request *self, const char *method)
{
	char *segments[SEGMENTS_MAX];
	unsigned n_segments = 0;
	const Node *node = NULL;
	char *query = strchr(self->target, '?');

	if (query)
		*query++ = '\0';
	self->head = strcmp(method, "HEAD") == 0;
	self->method = self->head ? GET : parse_method(method);
	if (self->target[0] == '/') {
		if (!split_path(self, self->target + 1, segments, &n_segments))
			return false;
		if (n_segments <= SEGMENTS_MAX)
			node = node_find(self->http->roots[self->socket], segments, n_segments,
			                 self->params);
	}
	if (!node) {
		request_problem(self, 404, "not-found", NULL, "There is nothing at this address");
		return false;
	}
	self->entry = self->method ? node_entry(node, self->method) : NULL;
	if (!self->entry || (self->head && (self->entry->route.flags & ROUTE_LIVE)))
		return refuse_method(self, node);
	return split_query(self, query);
}

/* --- Parameters --- */

const Actor *request_actor(const Request *self)
{
	return &self->actor;
}

json_t *request_body(const Request *self)
{
	return self->json;
}

const char *request_param(const Request *self, const char *name)
{
	for (unsigned i = 0; i < PARAMS_MAX && self->entry->names[i]; i++)
		if (strcmp(self->entry->names[i], name) == 0)
			return self->params[i];
	g_error("The path %s has no parameter %s", self->entry->route.path, name);
}

bool request_param_id(const Request *self, const char *name, const char **ret_id, GError **error)
{
	const char *id = request_param(self, name);

	if (!id_is_valid(id))
		return error_reason(error, ERROR_INVALID, "bad-id", name,
		                    "The %s in the address is no id", name);
	*ret_id = id;
	return true;
}

const char *request_method(const Request *self)
{
	return method_name(self->method);
}

static void append_segments(const Request *self, GString *target)
{
	g_auto(GStrv) segments = g_strsplit(self->entry->route.path + 1, "/", -1);
	unsigned n = 0;

	for (char **segment = segments; *segment; segment++) {
		g_string_append_c(target, '/');
		if (**segment == ':')
			g_string_append_uri_escaped(target, self->params[n++], NULL, false);
		else
			g_string_append(target, *segment);
	}
}

char *request_dup_target(const Request *self)
{
	g_autoptr(GString) target = g_string_new(NULL);

	append_segments(self, target);
	for (unsigned i = 0; i < self->n_query; i++) {
		g_string_append_c(target, i == 0 ? '?' : '&');
		g_string_append_uri_escaped(target, self->query[i].name, NULL, false);
		g_string_append_c(target, '=');
		g_string_append_uri_escaped(target, self->query[i].value, NULL, false);
	}
	return g_string_free(g_steal_pointer(&target), FALSE);
}

const char *request_query(const Request *self, const char *name)
{
	for (unsigned i = 0; i < self->n_query; i++)
		if (strcmp(self->query[i].name, name) == 0)
			return self->query[i].value;
	return NULL;
}

bool request_check_query(const Request *self, const char *const names[], GError **error)
{
	for (unsigned i = 0; i < self->n_query; i++) {
		g_autofree char *shown = NULL;

		if (g_strv_contains(names, self->query[i].name))
			continue;
		shown = g_utf8_substring(self->query[i].name, 0,
		                         MIN(g_utf8_strlen(self->query[i].name, -1), 40));
		return error_reason(error, ERROR_INVALID, "unknown-field", shown,
		                    "There is no query parameter «%s» here", shown);
	}
	return true;
}

bool request_limit(const Request *self, int fallback, int most, int *ret_limit, GError **error)
{
	const char *text = request_query(self, "limit");
	guint64 limit = 0;

	if (!text) {
		*ret_limit = fallback;
		return true;
	}
	if (!g_ascii_string_to_unsigned(text, 10, 1, (guint64)most, &limit, NULL))
		return error_reason(error, ERROR_INVALID, "invalid", "limit",
		                    "limit is a number from 1 to %d", most);
	*ret_limit = (int)limit;
	return true;
}
