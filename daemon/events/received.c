/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Events of other origins: checked, put in order, applied alike; or set aside. */
#include "events/events-origin.h"

#include <string.h>

#define AHEAD "It was written five minutes ahead of the clock here: one of the clocks is wrong"

bool events_find_origin(Events *self, const char *origin, const char *epoch, bool *ret_found,
                        Origin *ret_origin, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_origin");
	const void *hash;
	size_t size;

	query_bind_text(query, ":origin", origin);
	query_bind_text(query, ":epoch", epoch);
	if (!query_next(query, ret_found, error))
		return false;
	if (!*ret_found)
		return true;
	ret_origin->key = query_int(query, 0);
	ret_origin->ours = query_int(query, 1);
	ret_origin->last_seq = query_int(query, 2);
	hash = query_blob(query, 3, &size);
	g_assert(size == DIGEST_SIZE);
	memcpy(ret_origin->last_hash.bytes, hash, DIGEST_SIZE);
	return true;
}

bool events_ensure_origin(Events *self, const Event *event, Origin *ret_origin, GError **error)
{
	const char *origin = event->origin.text;
	const char *epoch = event->epoch.text;
	bool found;

	if (!events_find_origin(self, origin, epoch, &found, ret_origin, error))
		return false;
	return found || (events_add_origin(self, origin, epoch, false, error) &&
	                 events_find_origin(self, origin, epoch, &found, ret_origin, error));
}

static bool check_seen_one(Events *self, const char *name, int64_t needed, GError **error)
{
	g_auto(GStrv) parts = g_strsplit(name, "/", 2);
	Origin origin = {0};
	bool found;

	if (g_strv_length(parts) != 2)
		return error_set(error, ERROR_INVALID, "The event's seen makes no sense");
	if (!events_find_origin(self, parts[0], parts[1], &found, &origin, error))
		return false;
	if (found && origin.last_seq >= needed)
		return true;
	return error_set(error, ERROR_CONFLICT, "The event has seen what is not here yet");
}

static bool check_seen(Events *self, const Event *event, GError **error)
{
	g_autoptr(json_t) seen = NULL;
	const char *name;
	json_t *value;

	if (event->held || strcmp(event->seen, "{}") == 0)
		return true;
	seen = json_parse(event->seen, strlen(event->seen), error);
	if (!seen)
		return false;
	json_object_foreach(seen, name, value) {
		if (!check_seen_one(self, name, json_integer_value(value), error))
			return false;
	}
	return true;
}

static bool check_digests(const Event *event, const Origin *origin, GError **error)
{
	Digest hash = event_hash(event, &origin->last_hash);

	if (event->body_text) {
		Digest mac = event_mac(event->salt, event->body_text);

		if (!digest_equal(&mac, &event->body_mac))
			return error_set(error, ERROR_FORBIDDEN, "The event's body was changed");
	}
	if (!digest_equal(&hash, &event->hash))
		return error_set(error, ERROR_FORBIDDEN, "The event does not continue its chain");
	return true;
}

static bool is_here(Events *self, const char *id, bool *ret_here, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "has_event");

	query_bind_text(query, ":id", id);
	return query_next(query, ret_here, error);
}

/* --- Authority and admission --- */

void events_set_authority(Events *self, const Id *origin)
{
	self->authority = origin ? *origin : (Id){""};
}

bool events_check_authority(const Events *self, const Kind *kind, const Id *origin, GError **error)
{
	if (kind->kind->anywhere || id_is_empty(&self->authority) ||
	    id_equal(&self->authority, origin))
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "at-the-school", NULL,
	                    "This can be changed only at the school's own server");
}

bool events_check_admitted(Events *self, const Event *event, GError **error)
{
	const Kind *kind = events_find_kind(self, event->kind);

	if (event->held || !kind || event->version > kind->kind->version)
		return true;
	return events_check_authority(self, kind, &event->origin, error) &&
	       (!kind->kind->admit || kind->kind->admit(kind->room, event, error));
}

/* --- What stands aside --- */

bool events_set_aside(Events *self, const Event *event, Aside why, const char *words,
                      GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "set_event_aside");

	query_bind_text(query, ":event", event->id.text);
	query_bind_int(query, ":why", why);
	query_bind_text(query, ":words", words);
	query_bind_int(query, ":now", events_now_ms(self));
	return query_run(query, error);
}

typedef struct {
	Events *events;
	const Event *event;
} Work;

static bool admit_and_apply(void *data, GError **error)
{
	Work *work = data;

	return events_check_admitted(work->events, work->event, error) &&
	       events_apply(work->events, work->event, error);
}

bool events_is_newer(Events *self, const Event *event)
{
	const Kind *kind = events_find_kind(self, event->kind);

	return !event->held && (!kind || event->version > kind->kind->version);
}

bool events_apply_or_set_aside(Events *self, const Event *event, GError **error)
{
	Work work = {self, event};
	g_autoptr(GError) failure = NULL;

	if (events_is_newer(self, event))
		return events_set_aside(self, event, ASIDE_NEWER, "", error);
	if (store_attempt(self->store, admit_and_apply, &work, &failure))
		return true;
	return events_set_aside(self, event, ASIDE_POISON, failure->message, error);
}

/* --- The two ways in --- */

typedef struct {
	Origin origin;
	bool here;
} Entry;

static bool check_next(Events *self, const Event *event, Entry *ret_entry, GError **error)
{
	Origin *origin = &ret_entry->origin;

	if (!event->held && !is_here(self, event->id.text, &ret_entry->here, error))
		return false;
	if (ret_entry->here)
		return true;
	if (!events_ensure_origin(self, event, origin, error))
		return false;
	if (origin->ours)
		return error_set(error, ERROR_FORBIDDEN, "The event claims to be of this box");
	if (event->origin_seq != origin->last_seq + 1)
		return error_set(error, ERROR_CONFLICT,
		                 "Event %" G_GINT64_FORMAT " of its origin is next, not %" G_GINT64_FORMAT,
		                 (gint64)origin->last_seq + 1, (gint64)event->origin_seq);
	if (!check_seen(self, event, error) || !check_digests(event, origin, error))
		return false;
	if (!event->held && !hlc_see(&self->head.last_hlc, event->hlc, events_now_ms(self)))
		return error_set(error, ERROR_BUSY, AHEAD);
	return true;
}

static bool write_next(Events *self, Event *event, const Entry *entry, GError **error)
{
	event->seq = ++self->head.last_seq;
	return events_write(self, event, entry->origin.key, error) &&
	       events_move_origin(self, entry->origin.key, event, error);
}

bool events_receive(Events *self, Event *event, GError **error)
{
	Entry entry = {0};

	if (!check_next(self, event, &entry, error) || entry.here)
		return entry.here;
	if (!events_check_admitted(self, event, error) || !write_next(self, event, &entry, error) ||
	    !events_apply(self, event, error))
		return false;
	live_on_appended(self->live, event);
	events_tell_readers(self);
	return true;
}

bool events_take(Events *self, Event *event, GError **error)
{
	Entry entry = {0};

	if (!check_next(self, event, &entry, error) || entry.here)
		return entry.here;
	if (!write_next(self, event, &entry, error) ||
	    !events_apply_or_set_aside(self, event, error))
		return false;
	if (!event->held)
		live_on_appended(self->live, event);
	events_tell_readers(self);
	return true;
}

/* --- Content that comes later --- */

static bool check_held(Events *self, int64_t key, const Event *event, bool *ret_held,
                       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_held");
	Digest skeleton = event_skeleton(event);
	Digest mac = event->body_text ? event_mac(event->salt, event->body_text) : event->body_mac;
	const void *blob;
	size_t size;

	query_bind_int(query, ":key", key);
	query_bind_int(query, ":seq", event->origin_seq);
	if (!query_next(query, ret_held, error))
		return false;
	if (!*ret_held)
		return true;
	blob = query_blob(query, 0, &size);
	if (size != DIGEST_SIZE || memcmp(blob, skeleton.bytes, size) != 0)
		return error_set(error, ERROR_FORBIDDEN, "The content is of another event");
	blob = query_blob(query, 1, &size);
	if (size != DIGEST_SIZE || memcmp(blob, mac.bytes, size) != 0)
		return error_set(error, ERROR_FORBIDDEN, "The content has another body");
	return true;
}

static bool write_content(Events *self, int64_t key, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "fill_event");

	query_bind_int(query, ":key", key);
	query_bind_int(query, ":seq", event->origin_seq);
	events_bind_skeleton(query, event);
	if (event->body_text)
		query_bind_blob(query, ":salt", event->salt, DIGEST_SIZE);
	query_bind_text(query, ":body", event->body_text);
	return query_run(query, error);
}

bool events_fill(Events *self, const Event *event, bool *ret_filled, GError **error)
{
	Origin origin = {0};
	bool found = false;

	*ret_filled = false;
	if (!events_find_origin(self, event->origin.text, event->epoch.text, &found, &origin, error))
		return false;
	if (!found || event->origin_seq > origin.last_seq)
		return error_set(error, ERROR_CONFLICT, "The content's event is not here yet");
	if (!check_held(self, origin.key, event, ret_filled, error))
		return false;
	if (!*ret_filled)
		return true;
	if (!hlc_see(&self->head.last_hlc, event->hlc, events_now_ms(self)))
		return error_set(error, ERROR_BUSY, AHEAD);
	return write_content(self, origin.key, event, error);
}
