/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The chains of the log, a new epoch after a restore or a clone, and what tells other ends that
 * there is news.
 *
 * A box that was restored from an older copy, or cloned, may write a second event at a place that
 * another end knows already. Then its events after the last common one are given to a new epoch;
 * when the others have come back, ours are put behind them, as if they had been written after
 * them: so all replicas apply them in one order. Their ids and times stay. */
#include "events/events-private.h"

#include <string.h>

static void copy_hash(Query *query, int column, Digest *ret)
{
	size_t size;
	const void *blob = query_blob(query, column, &size);

	g_assert(size == DIGEST_SIZE);
	memcpy(ret->bytes, blob, DIGEST_SIZE);
}

char *chain_name(const char *origin, const char *epoch)
{
	return g_strconcat(origin, "/", epoch, NULL);
}

GPtrArray *events_chains(Events *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_chains");
	g_autoptr(GPtrArray) chains = g_ptr_array_new_with_free_func(g_free);
	bool row = true;

	while (row) {
		Chain *chain;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		chain = g_new0(Chain, 1);
		chain->key = query_int(query, 0);
		chain->origin = id_from(query_text(query, 1));
		chain->epoch = id_from(query_text(query, 2));
		chain->up_to = query_int(query, 3);
		copy_hash(query, 4, &chain->hash);
		chain->ours = query_int(query, 5);
		g_ptr_array_add(chains, chain);
	}
	return g_steal_pointer(&chains);
}

const Id *events_origin(const Events *self)
{
	return &self->origin;
}

const Id *events_epoch(const Events *self)
{
	return &self->epoch;
}

static Query *ask_place(Events *self, const char *name, const Chain *chain, int64_t origin_seq)
{
	Query *query = store_query(self->store, name);

	query_bind_int(query, ":key", chain->key);
	query_bind_int(query, ":seq", origin_seq);
	return query;
}

bool events_hash_at(Events *self, const Chain *chain, int64_t origin_seq, Digest *ret_hash,
                    bool *ret_found, GError **error)
{
	g_autoptr(Query) query = NULL;

	*ret_hash = (Digest){{0}};
	*ret_found = true;
	if (origin_seq == 0)
		return true;
	query = ask_place(self, "find_chain_hash", chain, origin_seq);
	if (!query_next(query, ret_found, error))
		return false;
	if (*ret_found)
		copy_hash(query, 0, ret_hash);
	return true;
}

bool events_place_of(Events *self, const Chain *chain, int64_t origin_seq, int64_t *ret_seq,
                     GError **error)
{
	g_autoptr(Query) query = ask_place(self, "find_chain_place", chain, origin_seq);
	bool row = false;

	if (!query_next(query, &row, error))
		return false;
	*ret_seq = row ? query_int(query, 0) : 0;
	return true;
}

Locality events_locality(const Events *self, const char *kind)
{
	const Kind *known = events_find_kind(self, kind);

	return known ? known->kind->locality : LOCALITY_BOX;
}

void events_each_kind(Events *self, void (*each)(const char *kind, Locality locality, void *data),
                      void *data)
{
	GHashTableIter iter;
	void *kind;

	g_hash_table_iter_init(&iter, self->kinds);
	while (g_hash_table_iter_next(&iter, NULL, &kind))
		each(((const Kind *)kind)->kind->kind, ((const Kind *)kind)->kind->locality, data);
}

bool events_decides(Events *self)
{
	g_autoptr(Query) query = store_query(self->store, "list_first_kinds");
	bool decides = false;
	bool row = true;

	query_bind_text(query, ":origin", self->origin.text);
	while (query_next(query, &row, NULL) && row) {
		const Kind *kind = events_find_kind(self, query_text(query, 0));

		decides = decides || (kind && !kind->kind->anywhere);
	}
	return decides;
}

/* --- A new epoch --- */

static bool give_away(Events *self, int64_t key, int64_t keep, const Digest *hash, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "give_origin_away");

	query_bind_int(query, ":key", key);
	query_bind_int(query, ":last_seq", keep);
	query_bind_blob(query, ":last_hash", hash->bytes, DIGEST_SIZE);
	return query_run(query, error);
}

static bool move_events(Events *self, int64_t from, int64_t to, int64_t keep, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "move_events");

	query_bind_int(query, ":from", from);
	query_bind_int(query, ":to", to);
	query_bind_int(query, ":keep", keep);
	return query_run(query, error);
}

static GPtrArray *list_chain(Events *self, int64_t key, GError **error)
{
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(Query) query = store_query(self->store, "list_chain");
	bool row = true;

	query_bind_int(query, ":key", key);
	query_bind_int(query, ":after", 0);
	query_bind_int(query, ":limit", G_MAXINT64);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (row)
			g_ptr_array_add(events, event_from_row(query));
	}
	return g_steal_pointer(&events);
}

static bool rehash(Events *self, const Event *event, int64_t to, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "rehash_event");

	query_bind_int(query, ":seq", event->seq);
	query_bind_int(query, ":to", to);
	query_bind_text(query, ":seen", event->seen);
	query_bind_blob(query, ":hash", event->hash.bytes, DIGEST_SIZE);
	return query_run(query, error);
}

/* Our chain, as if all of it was written now: at the log's end if `behind`. */
static bool rewrite_chain(Events *self, bool behind, GError **error)
{
	g_autoptr(GPtrArray) events = list_chain(self, self->origin_key, error);
	g_autofree char *seen = NULL;
	Digest hash = {{0}};

	if (!events || !events_load_seen(self, &seen, error))
		return false;
	self->head.origin_seq = events->len;
	for (guint i = 0; i < events->len; i++) {
		Event *event = events->pdata[i];

		g_free(event->seen);
		event->seen = g_strdup(seen);
		event->hash = event_hash(event, &hash);
		hash = event->hash;
		if (!rehash(self, event, behind ? ++self->head.last_seq : event->seq, error) ||
		    !events_move_origin(self, self->origin_key, event, error))
			return false;
	}
	self->head.hash = hash;
	return true;
}

static bool begin_epoch(Events *self, int64_t keep, GError **error)
{
	Chain old = {.key = self->origin_key};
	int64_t last = self->head.origin_seq;
	Id epoch = id_new();
	bool found;
	Digest hash;

	if (!events_hash_at(self, &old, keep, &hash, &found, error))
		return false;
	if (!found)
		return error_set(error, ERROR_INTERNAL, "The last common event is not here");
	if (!give_away(self, old.key, keep, &hash, error) ||
	    !events_add_origin(self, self->origin.text, epoch.text, true, error) ||
	    !events_load_origin(self, &found, error))
		return false;
	return last == keep || (move_events(self, old.key, self->origin_key, keep, error) &&
	                        rewrite_chain(self, false, error));
}

bool events_new_epoch(Events *self, int64_t keep, GError **error)
{
	bool found;
	bool done;

	if (!store_begin(self->store, error))
		return false;
	done = begin_epoch(self, keep, error);
	done = store_end(self->store, done, done ? error : NULL) && done &&
	       store_commit(self->store, error);
	if (!done)
		(void)events_load_origin(self, &found, NULL); /* what is on the disk */
	return done;
}

static bool begin_origin(Events *self, GError **error)
{
	g_autoptr(Query) end = store_query(self->store, "end_our_epoch");
	Id origin = id_new();
	Id epoch = id_new();
	bool found;

	return query_run(end, error) &&
	       events_add_origin(self, origin.text, epoch.text, true, error) &&
	       events_load_origin(self, &found, error);
}

bool events_new_origin(Events *self, GError **error)
{
	bool found;
	bool done;

	if (!store_commit(self->store, error) || !store_begin(self->store, error))
		return false;
	done = begin_origin(self, error);
	done = store_end(self->store, done, done ? error : NULL) && done &&
	       store_commit(self->store, error);
	if (!done)
		(void)events_load_origin(self, &found, NULL);
	return done;
}

bool events_put_behind(Events *self, bool *ret_moved, GError **error)
{
	*ret_moved = self->head.origin_seq > 0;
	return !*ret_moved || rewrite_chain(self, true, error);
}

/* --- Who hears of news --- */

typedef struct {
	void (*grown)(void *data);
	void *data;
} Reader;

void events_add_reader(Events *self, void (*grown)(void *data), void *data)
{
	Reader *reader = g_new0(Reader, 1);

	*reader = (Reader){grown, data};
	g_ptr_array_add(self->readers, reader);
}

void events_remove_reader(Events *self, void *data)
{
	for (guint i = self->readers->len; i-- > 0;)
		if (((Reader *)self->readers->pdata[i])->data == data)
			g_ptr_array_remove_index(self->readers, i);
}

static void tell(void *data, const GError *failure)
{
	Events *self = data;

	self->told = false;
	for (guint i = 0; !failure && i < self->readers->len; i++) {
		const Reader *reader = self->readers->pdata[i];

		reader->grown(reader->data);
	}
}

static void untell(void *data)
{
	((Events *)data)->told = false;
}

void events_tell_readers(Events *self)
{
	if (self->told || !self->readers->len)
		return;
	self->told = true;
	store_after_commit(self->store, tell, self, untell);
}

void events_tell(Events *self)
{
	events_tell_readers(self);
}

/* --- Registers --- */

typedef struct {
	const Register *reg;
	void *room;
} Registered;

void events_add_register(Events *self, const Register *reg, void *room)
{
	Registered *registered = g_new0(Registered, 1);

	*registered = (Registered){reg, room};
	g_ptr_array_add(self->registers, registered);
}

unsigned events_registers(const Events *self)
{
	return self->registers->len;
}

const char *events_register_name(const Events *self, unsigned index)
{
	return ((const Registered *)self->registers->pdata[index])->reg->name;
}

json_t *events_register_since(Events *self, unsigned index, int64_t *cursor, int limit,
                              GError **error)
{
	const Registered *registered = self->registers->pdata[index];

	return registered->reg->since(registered->room, cursor, limit, error);
}

bool events_register_merge(Events *self, const char *name, const json_t *rows, GError **error)
{
	for (guint i = 0; i < self->registers->len; i++) {
		const Registered *registered = self->registers->pdata[i];

		if (g_str_equal(registered->reg->name, name))
			return registered->reg->merge(registered->room, rows, error);
	}
	return true; /* of a newer program */
}

/* --- What was blanked by erasure and retention is a register of the log's own --- */

bool events_note_blanked(Events *self, const char *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "note_blanked");

	query_bind_text(query, ":event", event);
	if (!query_run(query, error))
		return false;
	if (store_changes(self->store))
		events_tell_readers(self);
	return true;
}

static json_t *list_blanked(void *room, int64_t *cursor, int limit, GError **error)
{
	Events *self = room;
	g_autoptr(Query) query = store_query(self->store, "list_blanked");
	g_autoptr(json_t) rows = json_array();
	bool row = true;

	query_bind_int(query, ":after", *cursor);
	query_bind_int(query, ":limit", limit);
	while (row) {
		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		*cursor = query_int(query, 0);
		json_array_append_new(rows, json_string(query_text(query, 1)));
	}
	return g_steal_pointer(&rows);
}

/* The authority decides what is forgotten; nobody takes a body from it. */
static bool merge_blanked(void *room, const json_t *rows, GError **error)
{
	Events *self = room;
	size_t index;
	json_t *row;

	if (id_equal(&self->authority, &self->origin))
		return true;
	json_array_foreach(rows, index, row) {
		const char *event = json_string_value(row);

		if (id_is_valid(event) && (!events_blank(self, event, error) ||
		                           !events_note_blanked(self, event, error)))
			return false;
	}
	return true;
}

void events_add_own_register(Events *self)
{
	static const Register BLANKED = {"event.blanked", list_blanked, merge_blanked};

	events_add_register(self, &BLANKED, self);
}
