/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Events as a message carries them: chains, texts of `seen` and what repeats stand once, beside
 * the events as arrays. Hashes do not travel but for each chain's last, which stands for all:
 * whoever reads makes them anew.
 *
 *	whole    [chain, id, hlc, seen, actor, kind, version, scope, subject, salt, body]
 *	blanked  [chain, id, hlc, seen, actor, kind, version, scope, subject, body_mac]
 *	held     [chain, digest of the skeleton, body_mac]
 */
#include "sync/sync-private.h"

#include <string.h>

struct Batch {
	json_t *chains;
	json_t *seen;
	json_t *events;
	json_t *seals; /* of each event; "" where nobody knows one */
	GHashTable *chain_places; /* "origin/epoch" → place + 1 */
	GHashTable *seen_places;  /* text → place + 1 */
	size_t bytes;
};

Batch *batch_new(void)
{
	Batch *self = g_new0(Batch, 1);

	self->chains = json_array();
	self->seen = json_array();
	self->events = json_array();
	self->seals = json_array();
	self->chain_places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->seen_places = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

void batch_free(Batch *self)
{
	if (!self)
		return;
	json_decref(self->chains);
	json_decref(self->seen);
	json_decref(self->events);
	json_decref(self->seals);
	g_hash_table_unref(self->chain_places);
	g_hash_table_unref(self->seen_places);
	g_free(self);
}

static json_t *digest_to_json(const void *bytes)
{
	g_autofree char *text = base64url_encode(bytes, DIGEST_SIZE);

	return json_string(text);
}

static int place_chain(Batch *self, const Event *event)
{
	g_autofree char *name = chain_name(event->origin.text, event->epoch.text);
	int place = GPOINTER_TO_INT(g_hash_table_lookup(self->chain_places, name));

	if (!place) {
		json_array_append_new(self->chains,
		                      json_pack("[ssI]", event->origin.text, event->epoch.text,
		                                (json_int_t)event->origin_seq));
		place = (int)json_array_size(self->chains);
		g_hash_table_insert(self->chain_places, g_steal_pointer(&name),
		                    GINT_TO_POINTER(place));
		self->bytes += 200;
	}
	return place - 1;
}

static int place_seen(Batch *self, const char *seen)
{
	int place = GPOINTER_TO_INT(g_hash_table_lookup(self->seen_places, seen));

	if (!place) {
		json_array_append_new(self->seen, json_string(seen));
		place = (int)json_array_size(self->seen);
		g_hash_table_insert(self->seen_places, g_strdup(seen), GINT_TO_POINTER(place));
		self->bytes += strlen(seen);
	}
	return place - 1;
}

static json_t *event_to_array(Batch *self, int chain, const Event *event)
{
	g_autofree char *hlc = g_strdup_printf("%" G_GUINT64_FORMAT, (guint64)event->hlc);
	json_t *array = json_pack("[issississ]", chain, event->id.text, hlc,
	                          place_seen(self, event->seen), event->actor, event->kind,
	                          event->version, event->scope, event->subject);

	if (event->body_text) {
		json_array_append_new(array, digest_to_json(event->salt));
		json_array_append_new(array, json_string(event->body_text));
		self->bytes += strlen(event->body_text);
	} else {
		json_array_append_new(array, digest_to_json(event->body_mac.bytes));
	}
	self->bytes += 300;
	return array;
}

static json_t *seal_to_json(const Seal *seal)
{
	g_autofree char *text = seal_to_text(seal);

	return json_string(text);
}

void batch_add(Batch *self, const Event *event, const Seal *seal, bool whole)
{
	int chain = place_chain(self, event);
	json_t *entry = json_array_get(self->chains, (size_t)chain);
	Digest skeleton;

	if (json_array_size(entry) == 4)
		json_array_remove(entry, 3);
	json_array_append_new(entry, digest_to_json(event->hash.bytes));
	json_array_append_new(self->seals, seal_to_json(seal));
	self->bytes += 25;
	if (whole && !event->held) {
		json_array_append_new(self->events, event_to_array(self, chain, event));
		return;
	}
	skeleton = event_skeleton(event);
	json_array_append_new(self->events,
	                      json_pack("[ioo]", chain, digest_to_json(skeleton.bytes),
	                                digest_to_json(event->body_mac.bytes)));
	self->bytes += 100;
}

unsigned batch_count(const Batch *self)
{
	return (unsigned)json_array_size(self->events);
}

bool batch_is_full(const Batch *self)
{
	return batch_count(self) >= BATCH_EVENTS || self->bytes >= BATCH_BYTES;
}

void batch_write(Batch *self, json_t *frame)
{
	json_object_set(frame, "chains", self->chains);
	json_object_set(frame, "seen", self->seen);
	json_object_set(frame, "events", self->events);
	json_object_set(frame, "seals", self->seals);
}

/* --- Reading --- */

#define CHAINS_MAX 64
#define TEXT_MAX_BYTES 1000
#define BODY_MAX_BYTES (256 * 1024)

static bool read_digest(const json_t *value, void *ret)
{
	size_t size = 0;
	g_autofree uint8_t *bytes =
	        json_is_string(value) ? base64url_decode(json_string_value(value), &size) : NULL;

	if (!bytes || size != DIGEST_SIZE)
		return false;
	memcpy(ret, bytes, DIGEST_SIZE);
	return true;
}

static bool read_chain(const json_t *entry, BatchChain *ret_chain)
{
	const char *origin = json_string_value(json_array_get(entry, 0));
	const char *epoch = json_string_value(json_array_get(entry, 1));

	if (!id_is_valid(origin) || !id_is_valid(epoch) ||
	    !read_digest(json_array_get(entry, 3), ret_chain->hash.bytes))
		return false;
	ret_chain->origin = id_from(origin);
	ret_chain->epoch = id_from(epoch);
	ret_chain->first = json_integer_value(json_array_get(entry, 2));
	ret_chain->last = ret_chain->first - 1;
	return ret_chain->first >= 1;
}

static bool read_text(const json_t *array, size_t place, size_t most, char **ret_text)
{
	const json_t *value = json_array_get(array, place);

	if (!json_is_string(value) || json_string_length(value) > most)
		return false;
	*ret_text = g_strdup(json_string_value(value));
	return true;
}

static bool read_held(const json_t *array, Event *event)
{
	g_autofree char *place = g_strdup_printf("%" G_GINT64_FORMAT, (gint64)event->origin_seq);

	event->held = true;
	event->id = id_derive(event->epoch.text, place);
	event->seen = g_strdup("{}");
	event->actor = g_strdup("");
	event->kind = g_strdup("");
	event->scope = g_strdup("");
	event->subject = g_strdup("");
	return read_digest(json_array_get(array, 1), event->salt) &&
	       read_digest(json_array_get(array, 2), event->body_mac.bytes);
}

static bool read_body(const json_t *array, Event *event)
{
	if (json_array_size(array) == 10)
		return read_digest(json_array_get(array, 9), event->body_mac.bytes);
	if (json_array_size(array) != 11 || !read_digest(json_array_get(array, 9), event->salt) ||
	    !read_text(array, 10, BODY_MAX_BYTES, &event->body_text))
		return false;
	event->body = json_parse(event->body_text, strlen(event->body_text), NULL);
	event->body_mac = event_mac(event->salt, event->body_text);
	return json_is_object(event->body);
}

static bool read_event(const json_t *array, const json_t *seen, Event *event)
{
	const char *id = json_string_value(json_array_get(array, 1));
	const char *hlc = json_string_value(json_array_get(array, 2));
	size_t place = (size_t)json_integer_value(json_array_get(array, 3));
	guint64 time = 0;

	if (!id_is_valid(id) || !hlc ||
	    !g_ascii_string_to_unsigned(hlc, 10, 0, G_MAXINT64, &time, NULL) ||
	    !read_text(seen, place, 64 * TEXT_MAX_BYTES, &event->seen) ||
	    !read_text(array, 4, TEXT_MAX_BYTES, &event->actor) ||
	    !read_text(array, 5, TEXT_MAX_BYTES, &event->kind) || !*event->kind ||
	    !read_text(array, 7, TEXT_MAX_BYTES, &event->scope) ||
	    !read_text(array, 8, TEXT_MAX_BYTES, &event->subject))
		return false;
	event->id = id_from(id);
	event->hlc = time;
	event->version = (int)CLAMP(json_integer_value(json_array_get(array, 6)), 0, G_MAXINT);
	return event->version >= 1 && read_body(array, event);
}

static bool read_chains(const json_t *list, GArray *ret_chains)
{
	size_t index;
	json_t *entry;

	if (!json_is_array(list) || json_array_size(list) > CHAINS_MAX)
		return false;
	json_array_foreach(list, index, entry) {
		BatchChain chain;

		if (!read_chain(entry, &chain))
			return false;
		g_array_append_val(ret_chains, chain);
	}
	return true;
}

static bool read_one(const json_t *frame, const json_t *array, GArray *chains, Event *event)
{
	json_int_t place = json_integer_value(json_array_get(array, 0));
	BatchChain *chain;

	if (!json_is_array(array) || place < 0 || place >= chains->len)
		return false;
	chain = &g_array_index(chains, BatchChain, place);
	event->origin = chain->origin;
	event->epoch = chain->epoch;
	event->origin_seq = ++chain->last;
	return json_array_size(array) == 3 ? read_held(array, event)
	                                   : read_event(array, json_object_get(frame, "seen"), event);
}

bool batch_read(const json_t *frame, GArray *ret_chains, GPtrArray *ret_events, GError **error)
{
	const json_t *list = json_object_get(frame, "events");
	const json_t *seals = json_object_get(frame, "seals");
	size_t index;
	json_t *array;

	if (!read_chains(json_object_get(frame, "chains"), ret_chains) || !json_is_array(list))
		return error_set(error, ERROR_INVALID, "The batch's chains make no sense");
	json_array_foreach(list, index, array) {
		g_autoptr(Event) event = g_new0(Event, 1);

		if (!read_one(frame, array, ret_chains, event) ||
		    !seal_from_text(json_string_value(json_array_get(seals, index)), &event->seal))
			return error_set(error, ERROR_INVALID, "Event %zu of the batch makes no sense",
			                 index);
		g_ptr_array_add(ret_events, g_steal_pointer(&event));
	}
	return true;
}
