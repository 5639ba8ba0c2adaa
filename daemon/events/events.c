/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log: its head, appending, applying, blanking, reading. */
#include "events/events-private.h"

#include <string.h>

const Migration EVENTS_MIGRATION = {"/urok/events/events-schema.sql"};
const Migration CHAINS_MIGRATION = {"/urok/events/chains-schema.sql"};

static void kind_free(void *data)
{
	Kind *kind = data;

	g_ptr_array_unref(kind->followers);
	g_free(kind);
}

Events *events_new(const EventsOptions *options)
{
	Events *self = g_new0(Events, 1);

	self->store = options->store;
	self->data_directory = g_strdup(options->data_directory);
	wall_init(&self->wall, 0, clock_wall_ms(), clock_boot_ms());
	self->synchronisation_confirms = options->synchronisation_confirms;
	self->kinds = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, kind_free);
	self->owned_follows = g_ptr_array_new_with_free_func(g_free);
	self->registers = g_ptr_array_new_with_free_func(g_free);
	self->readers = g_ptr_array_new_with_free_func(g_free);
	self->contests = g_ptr_array_new();
	self->live = live_new(self);
	events_add_own_register(self);
	store_add_person_data(self->store, &EVENTS_DATA, self);
	return self;
}

void events_set_synchronisation_confirms(Events *self, bool confirms)
{
	self->synchronisation_confirms = confirms;
}

void events_free(Events *self)
{
	if (!self)
		return;
	live_free(self->live);
	g_hash_table_unref(self->kinds);
	g_ptr_array_unref(self->owned_follows);
	g_ptr_array_unref(self->registers);
	g_ptr_array_unref(self->readers);
	g_ptr_array_unref(self->contests);
	g_free(self->data_directory);
	g_free(self);
}

void events_add_kinds(Events *self, const EventKind kinds[], void *room)
{
	for (const EventKind *at = kinds; at->kind; at++) {
		Kind *kind = g_new0(Kind, 1);

		g_assert(!g_hash_table_contains(self->kinds, at->kind));
		kind->kind = at;
		kind->room = room;
		kind->followers = g_ptr_array_new();
		g_hash_table_insert(self->kinds, (char *)at->kind, kind);
	}
}

void events_add_follower(Events *self, const Follower *follower, void *room)
{
	Follows *follows = g_new0(Follows, 1);

	follows->follower = follower;
	follows->room = room;
	g_ptr_array_add(self->owned_follows, follows);
	for (guint i = 0; follower->kinds[i]; i++) {
		Kind *kind = events_find_kind(self, follower->kinds[i]);

		if (!kind)
			g_error("A follower of the unknown kind %s", follower->kinds[i]);
		g_ptr_array_add(kind->followers, follows);
	}
}

void events_add_audience(Events *self, AudienceFunc scopes_of, void *room)
{
	live_add_audience(self->live, scopes_of, room);
}

Kind *events_find_kind(const Events *self, const char *kind)
{
	return g_hash_table_lookup(self->kinds, kind);
}

/* --- The head of the log --- */

bool events_load_origin(Events *self, bool *ret_found, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_our_origin");
	const void *hash;
	size_t size;

	if (!query_next(query, ret_found, error))
		return false;
	if (!*ret_found)
		return true;
	self->origin_key = query_int(query, 0);
	self->origin = id_from(query_text(query, 1));
	self->epoch = id_from(query_text(query, 2));
	self->head.origin_seq = query_int(query, 3);
	hash = query_blob(query, 4, &size);
	if (size != DIGEST_SIZE)
		return error_set(error, ERROR_INTERNAL, "The log's last hash is damaged");
	memcpy(self->head.hash.bytes, hash, DIGEST_SIZE);
	return true;
}

bool events_add_origin(Events *self, const char *origin, const char *epoch, bool ours,
                       GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_origin");

	query_bind_text(query, ":origin", origin);
	query_bind_text(query, ":epoch", epoch);
	query_bind_int(query, ":ours", ours);
	return query_run(query, error);
}

static bool make_origin(Events *self, GError **error)
{
	Id origin = id_new();
	Id epoch = id_new();
	bool found;
	bool made;

	if (!store_begin(self->store, error))
		return false;
	made = events_add_origin(self, origin.text, epoch.text, true, error);
	if (!store_end(self->store, made, made ? error : NULL) || !made ||
	    !store_commit(self->store, error))
		return false;
	return events_load_origin(self, &found, error);
}

static bool load_number(Events *self, const char *name, int64_t *ret_number, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, name);

	if (!query_one(query, error))
		return false;
	*ret_number = query_int(query, 0);
	return true;
}

bool events_find_head(Events *self, int64_t *ret_seq, GError **error)
{
	return load_number(self, "find_log_head", ret_seq, error);
}

bool events_open(Events *self, GError **error)
{
	int64_t last_hlc = 0;
	bool found = false;

	if (!events_load_origin(self, &found, error) || (!found && !make_origin(self, error)) ||
	    !events_find_head(self, &self->head.last_seq, error) ||
	    !load_number(self, "find_last_hlc", &last_hlc, error))
		return false;
	self->head.last_hlc = (Hlc)last_hlc;
	wall_init(&self->wall, HLC_MS(self->head.last_hlc), clock_wall_ms(), clock_boot_ms());
	(void)events_now_ms(self); /* a doubt is said at start */
	store_guard(self->store, &self->head, sizeof self->head);
	if (!live_open(self->live, error))
		return false;
	events_derive_key(self, "log.seal", self->seal_key);
	return true;
}

int64_t events_last_seq(const Events *self)
{
	return self->head.last_seq;
}

/* --- Writing --- */

void events_bind_skeleton(Query *query, const Event *event)
{
	query_bind_text(query, ":id", event->id.text);
	query_bind_int(query, ":hlc", (int64_t)event->hlc);
	query_bind_text(query, ":seen", event->seen);
	query_bind_text(query, ":actor", event->actor);
	query_bind_text(query, ":kind", event->kind);
	query_bind_int(query, ":version", event->version);
	query_bind_text(query, ":scope", event->scope);
	query_bind_text(query, ":subject", event->subject);
}

bool events_write(Events *self, const Event *event, int64_t origin_key, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_event");

	query_bind_int(query, ":seq", event->seq);
	query_bind_int(query, ":origin_key", origin_key);
	query_bind_int(query, ":origin_seq", event->origin_seq);
	events_bind_skeleton(query, event);
	query_bind_int(query, ":held", event->held);
	if (event->body_text || event->held)
		query_bind_blob(query, ":salt", event->salt, DIGEST_SIZE);
	query_bind_text(query, ":body", event->body_text);
	query_bind_blob(query, ":body_mac", event->body_mac.bytes, DIGEST_SIZE);
	query_bind_blob(query, ":hash", event->hash.bytes, DIGEST_SIZE);
	if (!seal_is_empty(&event->seal))
		query_bind_blob(query, ":seal", event->seal.bytes, SEAL_SIZE);
	return query_run(query, error);
}

bool events_move_origin(Events *self, int64_t key, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "move_origin");

	query_bind_int(query, ":key", key);
	query_bind_int(query, ":last_seq", event->origin_seq);
	query_bind_blob(query, ":last_hash", event->hash.bytes, DIGEST_SIZE);
	return query_run(query, error);
}

bool events_apply(Events *self, const Event *event, GError **error)
{
	Kind *kind = events_find_kind(self, event->kind);

	if (!kind || event->held || event->version > kind->kind->version)
		return true; /* from a newer program: kept, and applied by a later rebuild */
	if (!kind->kind->apply(kind->room, event, error))
		return false;
	for (guint i = 0; i < kind->followers->len; i++) {
		const Follows *follows = kind->followers->pdata[i];

		if (!follows->follower->apply(follows->room, event, error))
			return false;
	}
	return true;
}

bool events_load_seen(Events *self, char **ret_seen, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_seen");

	if (!query_one(query, error))
		return false;
	*ret_seen = g_strdup(query_text(query, 0));
	return true;
}

bool events_append(Events *self, Event *event, GError **error)
{
	const Kind *kind = events_find_kind(self, event->kind);

	if (!kind)
		g_error("An event of the unknown kind %s", event->kind);
	g_assert(store_is_writing(self->store));
	if (!events_check_authority(self, kind, &self->origin, error))
		return false;
	g_clear_pointer(&event->seen, g_free);
	if (!events_load_seen(self, &event->seen, error))
		return false;
	event->version = kind->kind->version;
	event->origin = self->origin;
	event->epoch = self->epoch;
	event->seq = ++self->head.last_seq;
	event->origin_seq = ++self->head.origin_seq;
	event->hlc = hlc_next(&self->head.last_hlc, events_physical_ms(self));
	event->hash = event_hash(event, &self->head.hash);
	self->head.hash = event->hash;
	if (!events_write(self, event, self->origin_key, error) ||
	    !events_move_origin(self, self->origin_key, event, error) || !events_apply(self, event, error))
		return false;
	live_on_appended(self->live, event);
	events_tell_readers(self);
	return true;
}

bool events_blank(Events *self, const char *event_id, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "blank_event");

	query_bind_text(query, ":id", event_id);
	return query_run(query, error);
}

static bool check_expires(Events *self, const char *event_id, bool *ret_here, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_event_kind");
	const Kind *kind;

	query_bind_text(query, ":id", event_id);
	if (!query_next(query, ret_here, error))
		return false;
	if (!*ret_here)
		return true;
	kind = events_find_kind(self, query_text(query, 0));
	return (kind && kind->kind->keeps == RETAIN_CHAT) ||
	       error_set(error, ERROR_INTERNAL, "Events of the kind %s are kept for good",
	                 query_text(query, 0));
}

bool events_expire(Events *self, const char *event_id, GError **error)
{
	bool here;

	return check_expires(self, event_id, &here, error) &&
	       (!here || (events_blank(self, event_id, error) &&
	                  events_note_blanked(self, event_id, error)));
}

enum { PLACES_A_STEP = 4000 };

/* The log has no index of subjects: whoever is erased waits some seconds for a walk through it. */
static GPtrArray *list_bodies_of(Events *self, const char *subject, const char *kinds,
                                 const char *const kept[], int64_t after, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_bodies_of");
	g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
	bool row = true;

	query_bind_text(query, ":subject", subject);
	query_bind_text(query, ":kinds", kinds);
	query_bind_int(query, ":after", after);
	query_bind_int(query, ":up_to", after + PLACES_A_STEP);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row && !g_strv_contains(kept, query_text(query, 1)))
			g_ptr_array_add(ids, g_strdup(query_text(query, 0)));
	}
	return g_steal_pointer(&ids);
}

bool events_blank_of(Events *self, const char *subject, const char *kinds, const char *const kept[],
                     int64_t *cursor, GError **error)
{
	g_autoptr(GPtrArray) ids = list_bodies_of(self, subject, kinds, kept, *cursor, error);

	for (guint i = 0; ids && i < ids->len; i++)
		if (!events_blank(self, ids->pdata[i], error) ||
		    !events_note_blanked(self, ids->pdata[i], error))
			return false;
	*cursor += PLACES_A_STEP;
	if (*cursor >= self->head.last_seq)
		*cursor = 0;
	return ids != NULL;
}

/* --- Reading --- */

static GPtrArray *list(Events *self, int64_t after_seq, int limit, bool whole, GError **error)
{
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(Query) query = store_query(self->store, "list_events");
	bool row;

	query_bind_int(query, ":after", after_seq);
	query_bind_int(query, ":up_to", G_MAXINT64);
	query_bind_int(query, ":limit", limit);
	for (;;) {
		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			return g_steal_pointer(&events);
		g_ptr_array_add(events, whole ? event_from_row(query) : event_text_from_row(query));
	}
}

GPtrArray *events_list(Events *self, int64_t after_seq, int limit, GError **error)
{
	return list(self, after_seq, limit, true, error);
}

GPtrArray *events_list_texts(Events *self, int64_t after_seq, int limit, GError **error)
{
	return list(self, after_seq, limit, false, error);
}

/* --- Live: the streams' own file does it --- */

void events_signal(Events *self, const char *scope, const char *name, const char *key,
                   const char *data)
{
	live_signal(self->live, scope, name, key, data);
}

void events_audience_changed(Events *self, const char *person)
{
	live_audience_changed(self->live, person);
}

void events_session_ended(Events *self, const char *session)
{
	live_session_ended(self->live, session);
}

void events_derive_key(const Events *self, const char *purpose, uint8_t ret_key[SEAL_KEY_SIZE])
{
	Digest key = digest_hmac(live_key(self->live), purpose, strlen(purpose));

	G_STATIC_ASSERT(DIGEST_SIZE == SEAL_KEY_SIZE);
	memcpy(ret_key, key.bytes, SEAL_KEY_SIZE);
}

unsigned events_streams(const Events *self)
{
	return live_count(self->live);
}

unsigned events_people(const Events *self)
{
	return live_people(self->live);
}
