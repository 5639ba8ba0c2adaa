/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The body: refused by its head where possible, counted while it comes, read as JSON or put into a
 * file that has no name. */
#include "http/request-private.h"
#include "http/spool-private.h"

#include <string.h>

/* So much of a body over its limit is still read, so that the client gets to see the 413. */
#define SKIPPED_MAX (256 * 1024)

bool body_is_announced(const Request *self)
{
	const Headers *headers = &self->headers;

	return headers->transfer_encoding ||
	       (headers->content_length && strcmp(headers->content_length, "0") != 0);
}

static bool refuse_size(const Request *self, GError **error)
{
	size_t most = self->entry->route.body_max;

	if (most == 0)
		return error_set(error, ERROR_TOO_LARGE, "This address takes no body");
	return error_set(error, ERROR_TOO_LARGE, "The body has at most %zu bytes here", most);
}

static bool is_json(const char *content_type)
{
	static const char JSON[] = "application/json";
	const char *rest;

	if (!content_type || g_ascii_strncasecmp(content_type, JSON, strlen(JSON)) != 0)
		return false;
	rest = content_type + strlen(JSON);
	rest += strspn(rest, " \t");
	if (*rest == '\0')
		return true;
	if (*rest++ != ';')
		return false;
	rest += strspn(rest, " \t");
	return g_ascii_strcasecmp(rest, "charset=utf-8") == 0;
}

/* Two readers that disagree on where a body ends see different requests: no guessing here. */
static bool check_framing(const Headers *headers, GError **error)
{
	if (headers->transfer_encoding &&
	    (headers->content_length ||
	     g_ascii_strcasecmp(headers->transfer_encoding, "chunked") != 0))
		return error_set(error, ERROR_INVALID, "The length of the body is not clear");
	if (headers->doubled)
		return error_set(error, ERROR_INVALID, "A header came twice");
	return true;
}

bool body_expect(Request *self, GError **error)
{
	const Headers *headers = &self->headers;
	guint64 size = 0;

	if (!check_framing(headers, error))
		return false;
	if (headers->content_length &&
	    (!g_ascii_string_to_unsigned(headers->content_length, 10, 0, G_MAXUINT64, &size, NULL) ||
	     size > self->entry->route.body_max))
		return refuse_size(self, error);
	if (!body_is_announced(self) || self->entry->route.body_max == 0)
		return true;
	if ((!request_spools(self) && !is_json(headers->content_type)) ||
	    (headers->content_encoding &&
	     g_ascii_strcasecmp(headers->content_encoding, "identity") != 0)) {
		request_problem(self, 415, "unsupported-media-type", NULL,
		                request_spools(self) ? "The body must not be encoded"
		                                  : "The body must be application/json");
		return false;
	}
	if (request_spools(self))
		return true;
	self->body = g_byte_array_sized_new((guint)size);
	return true;
}

/* nginx is told no before it has sent all of a large body: it would only see a connection that
 * breaks, so the rest is read and thrown away. */
static size_t skipped_max(const Request *self)
{
	return SKIPPED_MAX + (request_spools(self) ? self->entry->route.body_max : 0);
}

bool body_take(Request *self, const char *data, size_t size)
{
	size_t most = self->entry ? self->entry->route.body_max : 0;
	size_t had = self->body ? self->body->len : self->spooled;

	if (self->reply.status || self->body_skipped || had + size > most) {
		self->body_skipped += size;
		return self->body_skipped <= skipped_max(self);
	}
	if (request_spools(self))
		spool_write(self, data, size);
	else
		g_byte_array_append(self->body, (const guint8 *)data, (guint)size);
	return true;
}

bool body_read(Request *self, GError **error)
{
	if (self->body_skipped)
		return refuse_size(self, error);
	if (!self->body || self->body->len == 0)
		return true;
	self->json = json_parse((const char *)self->body->data, self->body->len, error);
	return self->json != NULL;
}
