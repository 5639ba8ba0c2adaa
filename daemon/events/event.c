/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One event: made, read, written, digested. */
#include "events/events-private.h"

#include <string.h>

Event *event_new(const Actor *actor, const char *kind, const char *scope, const char *subject,
                 json_t *body)
{
	Event *self = g_new0(Event, 1);

	self->id = id_new();
	self->actor = g_strdup(actor_name(actor));
	self->kind = g_strdup(kind);
	self->scope = g_strdup(scope);
	self->subject = g_strdup(subject);
	self->body = body;
	self->body_text = json_format(body);
	random_bytes(self->salt, sizeof self->salt);
	self->body_mac = event_mac(self->salt, self->body_text);
	return self;
}

void event_free(Event *self)
{
	if (!self)
		return;
	g_free(self->seen);
	g_free(self->actor);
	g_free(self->kind);
	g_free(self->scope);
	g_free(self->subject);
	g_free(self->body_text);
	json_decref(self->body);
	g_free(self);
}

Event *event_copy(const Event *self)
{
	Event *copy = g_memdup2(self, sizeof *self);

	copy->seen = g_strdup(self->seen);
	copy->actor = g_strdup(self->actor);
	copy->kind = g_strdup(self->kind);
	copy->scope = g_strdup(self->scope);
	copy->subject = g_strdup(self->subject);
	copy->body_text = g_strdup(self->body_text);
	json_incref(copy->body);
	return copy;
}

Digest event_mac(const uint8_t salt[DIGEST_SIZE], const char *body_text)
{
	return digest_hmac(salt, body_text, strlen(body_text));
}

Digest event_skeleton(const Event *self)
{
	g_autofree char *skeleton = NULL;
	Digest digest;

	if (self->held) {
		memcpy(digest.bytes, self->salt, DIGEST_SIZE);
		return digest;
	}
	skeleton = g_strdup_printf(
	        "%s\n%s\n%s\n%" G_GINT64_FORMAT "\n%" G_GUINT64_FORMAT "\n%s\n%s\n%s\n%d\n%s\n%s",
	        self->id.text, self->origin.text, self->epoch.text, (gint64)self->origin_seq,
	        (guint64)self->hlc, self->seen, self->actor, self->kind, self->version, self->scope,
	        self->subject);
	return digest_of(skeleton, strlen(skeleton));
}

Digest event_hash(const Event *self, const Digest *previous)
{
	Digest parts[3] = {*previous, event_skeleton(self), self->body_mac};

	return digest_of(parts, sizeof parts);
}

static bool copy_digest(Query *query, int column, void *ret)
{
	size_t size;
	const void *blob = query_blob(query, column, &size);

	if (!blob || size != DIGEST_SIZE)
		return false;
	memcpy(ret, blob, DIGEST_SIZE);
	return true;
}

Event *event_from_row(Query *query)
{
	Event *self = event_text_from_row(query);

	if (self->body_text)
		self->body = json_loads(self->body_text, 0, NULL);
	return self;
}

Event *event_text_from_row(Query *query)
{
	Event *self = g_new0(Event, 1);
	const void *seal;
	size_t size;

	self->seq = query_int(query, 0);
	self->id = id_from(query_text(query, 1));
	self->origin = id_from(query_text(query, 2));
	self->epoch = id_from(query_text(query, 3));
	self->origin_seq = query_int(query, 4);
	self->hlc = (Hlc)query_int(query, 5);
	self->seen = g_strdup(query_text(query, 6));
	self->actor = g_strdup(query_text(query, 7));
	self->kind = g_strdup(query_text(query, 8));
	self->version = (int)query_int(query, 9);
	self->scope = g_strdup(query_text(query, 10));
	self->subject = g_strdup(query_text(query, 11));
	copy_digest(query, 12, self->salt);
	self->body_text = g_strdup(query_text(query, 13));
	copy_digest(query, 14, self->body_mac.bytes);
	copy_digest(query, 15, self->hash.bytes);
	self->held = query_int(query, 16);
	seal = query_blob(query, 17, &size);
	if (seal && size == SEAL_SIZE)
		memcpy(self->seal.bytes, seal, SEAL_SIZE);
	return self;
}

char *event_to_json(const Event *self)
{
	g_autofree char *salt = base64url_encode(self->salt, DIGEST_SIZE);
	g_autofree char *mac = base64url_encode(self->body_mac.bytes, DIGEST_SIZE);
	g_autofree char *hash = base64url_encode(self->hash.bytes, DIGEST_SIZE);
	g_autoptr(json_t) object = json_pack(
	        "{ss ss ss sI sI ss ss ss si ss ss ss? ss? ss ss}", "id", self->id.text, "origin",
	        self->origin.text, "epoch", self->epoch.text, "origin_seq",
	        (json_int_t)self->origin_seq, "hlc", (json_int_t)self->hlc, "seen", self->seen,
	        "actor", self->actor, "kind", self->kind, "version", self->version, "scope",
	        self->scope, "subject", self->subject, "salt", self->body_text ? salt : NULL, "body",
	        self->body_text, "body_mac", mac, "hash", hash);

	return json_format(object);
}

static bool read_digest(const char *name, const char *text, void *ret, GError **error)
{
	size_t size = 0;
	g_autofree uint8_t *bytes = base64url_decode(text, &size);

	if (!bytes || size != DIGEST_SIZE)
		return error_reason(error, ERROR_INVALID, NULL, name,
		                    "%s must be 32 bytes in base64url", name);
	memcpy(ret, bytes, DIGEST_SIZE);
	return true;
}

static bool read_body(Event *self, const char *body, GError **error)
{
	g_autoptr(json_t) parsed = json_parse(body, strlen(body), error);

	if (!parsed)
		return false;
	if (!json_is_object(parsed))
		return error_reason(error, ERROR_INVALID, NULL, "body", "body must hold an object");
	self->body = g_steal_pointer(&parsed);
	self->body_text = g_strdup(body);
	return true;
}

/* Texts of an event are short; a body has the size of the largest thing a person can write. */
#define NAME_MAX_CHARACTERS 200
#define SEEN_MAX_CHARACTERS 4000
#define BODY_MAX_CHARACTERS 64000

Event *event_from_json(const json_t *object, GError **error)
{
	g_autoptr(Event) self = g_new0(Event, 1);
	const char *id = NULL, *origin = NULL, *epoch = NULL, *seen = NULL, *actor = NULL;
	const char *kind = NULL, *scope = NULL, *subject = NULL, *salt = NULL, *body = NULL;
	const char *mac = NULL, *hash = NULL;
	gint64 origin_seq = 0, hlc = 0, version = 0;
	const Field fields[] = {
	        {"id", FIELD_ID, true, 0, &id},
	        {"origin", FIELD_ID, true, 0, &origin},
	        {"epoch", FIELD_ID, true, 0, &epoch},
	        {"origin_seq", FIELD_INT, true, 0, &origin_seq},
	        {"hlc", FIELD_INT, true, 0, &hlc},
	        {"seen", FIELD_TEXT, true, SEEN_MAX_CHARACTERS, &seen},
	        {"actor", FIELD_TEXT, true, NAME_MAX_CHARACTERS, &actor},
	        {"kind", FIELD_TEXT, true, NAME_MAX_CHARACTERS, &kind},
	        {"version", FIELD_INT, true, 0, &version},
	        {"scope", FIELD_TEXT, true, NAME_MAX_CHARACTERS, &scope},
	        {"subject", FIELD_TEXT, true, NAME_MAX_CHARACTERS, &subject},
	        {"salt", FIELD_TEXT, false, TOKEN_LENGTH, &salt},
	        {"body", FIELD_TEXT, false, BODY_MAX_CHARACTERS, &body},
	        {"body_mac", FIELD_TEXT, true, TOKEN_LENGTH, &mac},
	        {"hash", FIELD_TEXT, true, TOKEN_LENGTH, &hash},
	        {0},
	};

	if (!json_read(object, fields, error))
		return NULL;
	if (origin_seq < 1 || hlc < 0 || version < 1 || version > G_MAXINT || !body != !salt)
		return error_null(error, ERROR_INVALID, "The event's numbers make no sense");
	self->id = id_from(id);
	self->origin = id_from(origin);
	self->epoch = id_from(epoch);
	self->origin_seq = origin_seq;
	self->hlc = (Hlc)hlc;
	self->seen = g_strdup(seen);
	self->actor = g_strdup(actor);
	self->kind = g_strdup(kind);
	self->version = (int)version;
	self->scope = g_strdup(scope);
	self->subject = g_strdup(subject);
	if (!read_digest("body_mac", mac, self->body_mac.bytes, error) ||
	    !read_digest("hash", hash, self->hash.bytes, error) ||
	    (salt && !read_digest("salt", salt, self->salt, error)) ||
	    (body && !read_body(self, body, error)))
		return NULL;
	return g_steal_pointer(&self);
}
