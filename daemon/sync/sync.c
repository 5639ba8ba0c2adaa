/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What all peers of a log share: who decides, what may leave, what stands in quarantine. */
#include "sync/sync-private.h"

#include <string.h>

const Migration SYNC_MIGRATION = {"/urok/sync/sync-schema.sql"};
const Migration SYNC_MARKS_MIGRATION = {"/urok/sync/sync-marks-schema.sql"};
const Migration SYNC_CONFLICTS_MIGRATION = {"/urok/sync/sync-conflicts-schema.sql"};

static void forget_choices(void *data, const GError *failure)
{
	Sync *self = data;

	g_clear_pointer(&self->allowed, g_hash_table_unref);
	for (guint i = 0; i < self->peers->len; i++)
		peer_hear_news(self->peers->pdata[i]);
}

static bool apply_set(void *room, const Event *event, GError **error)
{
	Sync *self = room;
	g_autoptr(Query) query = store_query(self->store, "set_sync_choice");
	const char *words = "";
	bool allowed = false;
	const Field fields[] = {
	        {"allowed", FIELD_BOOL, true, 0, &allowed},
	        {"order", FIELD_TEXT, true, 1000, &words},
	        {0},
	};

	if (event->body && !json_read(event->body, fields, error))
		return false;
	query_bind_text(query, ":kind", event->subject);
	query_bind_int(query, ":allowed", allowed);
	query_bind_text(query, ":words", words);
	query_bind_text(query, ":by", event->actor);
	query_bind_int(query, ":at", HLC_MS(event->hlc));
	if (!query_run(query, error))
		return false;
	store_after_commit(self->store, forget_choices, self, NULL);
	return true;
}

static const EventKind KINDS[] = {
        {"sync.kind.set", 1, LOCALITY_BOX, apply_set, NULL, NULL, RETAIN_ALWAYS, false, true},
        {0},
};

Sync *sync_new(const SyncOptions *options)
{
	Sync *self = g_new0(Sync, 1);

	self->store = options->store;
	self->events = options->events;
	self->holds_back = options->holds_back;
	self->peers = g_ptr_array_new();
	self->words = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	events_add_kinds(self->events, KINDS, self);
	return self;
}

bool sync_authority_status(const Sync *self, PeerStatus *ret_status)
{
	for (guint i = 0; i < self->peers->len; i++) {
		const Peer *peer = self->peers->pdata[i];

		if (g_str_equal(peer->name, self->authority.text)) {
			*ret_status = peer_status(peer);
			return true;
		}
	}
	return false;
}

void sync_free(Sync *self)
{
	if (!self)
		return;
	g_assert(self->peers->len == 0);
	g_ptr_array_unref(self->peers);
	g_hash_table_unref(self->words);
	g_clear_pointer(&self->allowed, g_hash_table_unref);
	g_free((void *)self->follower.kinds);
	g_free(self->summed);
	g_free(self);
}

static bool load_state(Sync *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_sync_state");

	if (!query_one(query, error))
		return false;
	self->authority = id_from(query_text(query, 0));
	self->filled = query_int(query, 1);
	events_set_authority(self->events, &self->authority);
	return true;
}

bool sync_open(Sync *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_sync_heals");
	bool row = false;

	sync_follow_contests(self);
	if (!load_state(self, error) || !query_next(query, &row, error))
		return false;
	joining_load(self);
	self->healing = row;
	g_clear_pointer(&query, query_end);
	return events_catch_up(self->events, error);
}

bool in_turn(Sync *sync, bool (*work)(void *data, GError **error), void *data, GError **error)
{
	bool done;

	if (!store_begin(sync->store, error))
		return false;
	done = work(data, error);
	return store_end(sync->store, done, done ? error : NULL) && done;
}

typedef struct {
	Sync *sync;
	const Id *origin;
} Choice;

static bool write_authority(void *data, GError **error)
{
	const Choice *choice = data;
	g_autoptr(Query) query = store_query(choice->sync->store, "set_sync_authority");

	query_bind_text(query, ":authority", choice->origin->text);
	return query_run(query, error);
}

bool sync_set_authority(Sync *self, const Id *origin, GError **error)
{
	Choice choice = {self, origin};

	if (!in_turn(self, write_authority, &choice, error) || !store_commit(self->store, error))
		return false;
	self->authority = *origin;
	events_set_authority(self->events, origin);
	return true;
}

void sync_on_gone(Sync *self, void (*gone)(void *data), void *data)
{
	self->gone = gone;
	self->gone_data = data;
}

void sync_on_rows_old(Sync *self, RowsOld take, void *data)
{
	self->rows_old = take;
	self->rows_old_data = data;
}

bool sync_make_rows(Sync *self, GError **error)
{
	return (self->rows_old && self->rows_old(self->rows_old_data, events_last_seq(self->events))) ||
	       events_rebuild(self->events, error);
}

const Id *sync_authority(const Sync *self)
{
	return &self->authority;
}

typedef struct {
	Sync *sync;
	const char *name;
} Forgetting;

static bool forget(void *data, GError **error)
{
	static const char *const STATEMENTS[] = {"forget_sync_marks", "forget_sync_registers",
	                                         "forget_sync_peer", "remove_sync_goals"};
	const Forgetting *forgetting = data;

	for (size_t i = 0; i < G_N_ELEMENTS(STATEMENTS); i++) {
		g_autoptr(Query) query = store_query(forgetting->sync->store, STATEMENTS[i]);

		query_bind_text(query, ":peer", forgetting->name);
		if (!query_run(query, error))
			return false;
	}
	return true;
}

bool sync_forget_peer(Sync *self, const char *name, GError **error)
{
	Forgetting forgetting = {self, name};

	if (!in_turn(self, forget, &forgetting, error) || !store_commit(self->store, error))
		return false;
	joining_load(self);
	return true;
}

/* --- What leaves --- */

static void load_choices(Sync *self)
{
	g_autoptr(Query) query = store_query(self->store, "list_sync_choices");
	bool row = true;

	self->allowed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	while (query_next(query, &row, NULL) && row)
		if (query_int(query, 1))
			g_hash_table_add(self->allowed, g_strdup(query_text(query, 0)));
}

bool sync_may_leave(const Sync *self, const char *kind)
{
	if (!self->holds_back)
		return true;
	if (!self->allowed)
		load_choices((Sync *)self);
	return g_hash_table_contains(self->allowed, kind);
}

bool sync_leaves(Sync *self, const Event *event)
{
	/* At a cloud what came from elsewhere has left already, and what is not known there cannot be
	 * judged. A box may have another building's events, which nobody let leave. */
	if (!self->holds_back && !id_equal(&event->origin, events_origin(self->events)))
		return true;
	return events_locality(self->events, event->kind) != LOCALITY_BOX &&
	       sync_may_leave(self, event->kind);
}

bool sync_allow(Sync *self, const Actor *actor, const char *kind, bool allowed, const char *order,
                GError **error)
{
	g_autoptr(Event) event = NULL;
	g_autoptr(Query) query = NULL;

	if (events_locality(self->events, kind) == LOCALITY_BOX)
		return error_reason(error, ERROR_INVALID, NULL, "kind",
		                    "There is no such kind, or it never leaves this box");
	if (allowed && !*order)
		return error_reason(error, ERROR_INVALID, NULL, "order",
		                    "Name the order under which this leaves the school");
	event = event_new(actor, "sync.kind.set", "admins", kind,
	                  json_pack("{sb ss}", "allowed", (int)allowed, "order", order));
	if (!events_append(self->events, event, error))
		return false;
	query = store_query(self->store, "start_sync_fills");
	query_bind_text(query, ":but", "");
	return !allowed || query_run(query, error);
}

static const char *locality_name(Locality locality)
{
	return locality == LOCALITY_CLOUD ? "cloud" : "school";
}

static void add_known(const char *kind, Locality locality, void *data)
{
	json_t *choices = data;

	if (locality != LOCALITY_BOX)
		json_object_set_new(choices, kind,
		                    json_pack("{ss ss sb}", "kind", kind, "locality",
		                              locality_name(locality), "allowed", 0));
}

json_t *sync_list_choices(Sync *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_sync_choices");
	g_autoptr(json_t) choices = json_object();
	json_t *list = json_array();
	const char *kind;
	json_t *choice;
	bool row = true;

	events_each_kind(self->events, add_known, choices);
	while (query_next(query, &row, NULL) && row) {
		choice = json_object_get(choices, query_text(query, 0));
		if (!choice)
			continue;
		json_object_set_new(choice, "allowed", json_boolean(query_int(query, 1)));
		json_object_set_new(choice, "order", json_string(query_text(query, 2)));
		json_object_set_new(choice, "by", json_string(query_text(query, 3)));
		json_object_set_new(choice, "at_ms", json_integer(query_int(query, 4)));
	}
	json_object_foreach(choices, kind, choice)
		json_array_append(list, choice);
	return list;
}

/* --- Quarantine: the log's own --- */

json_t *sync_list_quarantine(Sync *self, GError **error)
{
	return events_list_aside(self->events, error);
}

bool sync_retry(Sync *self, const char *event, GError **error)
{
	return events_retry(self->events, event, error);
}

bool sync_discard(Sync *self, const char *event, GError **error)
{
	return events_discard(self->events, event, error);
}
