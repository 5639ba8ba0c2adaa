/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Seals on an end's own events, which others keep for it. */
#include "events/events-private.h"

#include <string.h>

const Migration SEALS_MIGRATION = {"/urok/events/seals-schema.sql"};

Seal events_seal(const Events *self, const Chain *at)
{
	char said[2 * (ID_LENGTH + 1) + 24 + DIGEST_SIZE];
	int size = g_snprintf(said, sizeof said, "%s\n%s\n%" G_GINT64_FORMAT "\n", at->origin.text,
	                      at->epoch.text, (gint64)at->up_to);
	Digest digest;
	Seal seal;

	memcpy(said + size, at->hash.bytes, DIGEST_SIZE);
	digest = digest_hmac(self->seal_key, said, (size_t)size + DIGEST_SIZE);
	memcpy(seal.bytes, digest.bytes, SEAL_SIZE);
	return seal;
}

bool seal_is_empty(const Seal *self)
{
	static const Seal EMPTY = {{0}};

	return memcmp(self, &EMPTY, sizeof EMPTY) == 0;
}

bool events_has_sealed(const Events *self, const Chain *at, const Seal *seal)
{
	Seal ours = events_seal(self, at);
	Digest one = {{0}};
	Digest other = {{0}};

	memcpy(one.bytes, ours.bytes, SEAL_SIZE);
	memcpy(other.bytes, seal->bytes, SEAL_SIZE);
	return digest_equal(&one, &other);
}

Seal events_seal_of(const Events *self, const Event *event)
{
	const Chain at = {.origin = event->origin, .epoch = event->epoch, .up_to = event->origin_seq,
	                  .hash = event->hash};

	return id_equal(&event->origin, &self->origin) ? events_seal(self, &at) : event->seal;
}

bool events_find_seal(Events *self, const Chain *chain, Seal *ret_seal)
{
	g_autoptr(Query) query = NULL;
	const void *blob;
	size_t size;
	bool row;

	if (id_equal(&chain->origin, &self->origin)) {
		*ret_seal = events_seal(self, chain);
		return true;
	}
	query = store_query(self->store, "find_chain_seal");
	query_bind_int(query, ":key", chain->key);
	query_bind_int(query, ":seq", chain->up_to);
	if (!query_next(query, &row, NULL) || !row)
		return false;
	blob = query_blob(query, 0, &size);
	if (!blob || size != SEAL_SIZE)
		return false;
	memcpy(ret_seal->bytes, blob, SEAL_SIZE);
	return true;
}

char *seal_to_text(const Seal *self)
{
	return seal_is_empty(self) ? g_strdup("") : base64url_encode(self->bytes, SEAL_SIZE);
}

bool seal_from_text(const char *text, Seal *ret_seal)
{
	size_t size = 0;
	g_autofree uint8_t *bytes = NULL;

	*ret_seal = (Seal){{0}};
	if (!text || !*text)
		return true;
	bytes = base64url_decode(text, &size);
	if (!bytes || size != SEAL_SIZE)
		return false;
	memcpy(ret_seal->bytes, bytes, SEAL_SIZE);
	return true;
}
