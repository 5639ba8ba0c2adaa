/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Stored replies of Idempotency-Key: a phone that asks again gets the answer that was lost. */
#include "http/request-private.h"
#include "base/crypto.h"

#include <string.h>

#define KEY_MAX   64
#define KEPT_MS   (24 * 3600 * 1000LL)
#define REPLY_MAX (64 * 1024) /* a longer one is not stored */

const Migration HTTP_MIGRATION = {.resource = "/urok/http/http-schema.sql"};

bool idempotency_applies(const Request *self)
{
	const Route *route = &self->entry->route;

	return self->http->store && self->headers.idempotency_key && route->method == POST &&
	       !(route->flags & (ROUTE_SECRET | ROUTE_READS)) &&
	       (self->actor.kind == ACTOR_PERSON || self->actor.kind == ACTOR_CONSOLE);
}

bool idempotency_check(const Request *self, GError **error)
{
	const char *key = self->headers.idempotency_key;

	if (!key)
		return true;
	if (*key && strlen(key) <= KEY_MAX && key[strspn(key, " ")] != '\0') {
		const char *at = key;

		while (*at >= ' ' && *at <= '~')
			at++;
		if (!*at)
			return true;
	}
	return error_reason(error, ERROR_INVALID, "invalid", "Idempotency-Key",
	                    "An Idempotency-Key has 1 to %d printable ASCII characters", KEY_MAX);
}

static Digest digest_request(const Request *self)
{
	g_autoptr(GByteArray) text = g_byte_array_new();
	const char *path = self->entry->route.path;

	g_byte_array_append(text, (const guint8 *)path, (guint)strlen(path) + 1);
	for (unsigned i = 0; i < PARAMS_MAX && self->entry->names[i]; i++)
		g_byte_array_append(text, (const guint8 *)self->params[i],
		                    (guint)strlen(self->params[i]) + 1);
	if (self->body)
		g_byte_array_append(text, self->body->data, self->body->len);
	return digest_of(text->data, text->len);
}

static bool answer_again(Request *self, Query *query, GError **error)
{
	Digest digest = digest_request(self);
	size_t size = 0;
	const void *stored = query_blob(query, 0, &size);
	unsigned status = (unsigned)query_int(query, 1);

	if (size != DIGEST_SIZE || memcmp(stored, digest.bytes, size) != 0)
		return error_reason(error, ERROR_CONFLICT, "idempotency-mismatch",
		                    "Idempotency-Key",
		                    "This Idempotency-Key was used for another request");
	if (query_is_null(query, 2))
		request_reply_empty(self);
	else
		request_reply_json(self, status, query_text(query, 2));
	return true;
}

static int64_t now_ms(const Http *http)
{
	return http->now_ms(http->now_room);
}

bool idempotency_find(Request *self, bool *ret_found, GError **error)
{
	g_autoptr(Query) query = store_query(self->http->store, "find_stored_reply");

	query_bind_text(query, ":actor", actor_name(&self->actor));
	query_bind_text(query, ":key", self->headers.idempotency_key);
	query_bind_int(query, ":since_ms", now_ms(self->http) - KEPT_MS);
	if (!query_next(query, ret_found, error))
		return false;
	return !*ret_found || answer_again(self, query, error);
}

/* A few of those past their day go with each new one, so they never pile up. */
static bool purge(Http *http, GError **error)
{
	g_autoptr(Query) query = store_query(http->store, "remove_old_stored_replies");

	query_bind_int(query, ":before_ms", now_ms(http) - KEPT_MS);
	return query_run(query, error);
}

bool idempotency_keep(Request *self, GError **error)
{
	const Reply *reply = &self->reply;
	Digest digest = digest_request(self);
	g_autoptr(Query) query = NULL;

	if (reply->status >= 300 || reply->bytes || reply->size > REPLY_MAX)
		return true;
	query = store_query(self->http->store, "add_stored_reply");
	query_bind_text(query, ":actor", actor_name(&self->actor));
	query_bind_text(query, ":key", self->headers.idempotency_key);
	query_bind_blob(query, ":digest", digest.bytes, DIGEST_SIZE);
	query_bind_int(query, ":status", reply->status);
	query_bind_text(query, ":body", reply->text);
	query_bind_int(query, ":made_ms", now_ms(self->http));
	return query_run(query, error) && purge(self->http, error);
}

/* --- Of one person --- */

enum { ROWS_A_STEP = 500 };

/* A day of answers may quote a person by name alone, to anybody: all of it goes. Who asks again in
 * this moment is answered anew. */
static bool erase(void *room, const Actor *actor, const char *person, int64_t *cursor, GError **error)
{
	const Http *http = room;
	g_autoptr(Query) last = store_query(http->store, "find_last_stored_reply");
	g_autoptr(Query) query = store_query(http->store, "remove_stored_replies");

	if (!query_one(last, error))
		return false;
	query_bind_int(query, ":after", *cursor);
	query_bind_int(query, ":up_to", *cursor + ROWS_A_STEP);
	*cursor += ROWS_A_STEP;
	if (*cursor >= query_int(last, 0))
		*cursor = 0;
	return query_run(query, error);
}

const PersonData IDEMPOTENCY_DATA = {.name = "replies", .erase = erase};
