/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An end that was restored from an older copy, or cloned, finds it out itself: the other end has
 * more of its chain, or another hash at its place. It asks for hashes until it knows the last
 * common place (agreement only ends once, so a few rounds do), begins a new epoch there, takes its
 * older events back like anybody's, and then puts its own behind them. */
#include "sync/sync-private.h"

#include "base/log.h"

#include <string.h>

enum { PROBES = 64 };

/* --- Looking --- */

static bool read_entry(const json_t *entry, Chain *ret_chain)
{
	const char *origin = json_string_value(json_array_get(entry, 0));
	const char *epoch = json_string_value(json_array_get(entry, 1));
	const char *hash = json_string_value(json_array_get(entry, 3));
	size_t size = 0;
	g_autofree uint8_t *bytes = hash ? base64url_decode(hash, &size) : NULL;

	if (!id_is_valid(origin) || !id_is_valid(epoch) || !bytes || size != DIGEST_SIZE)
		return false;
	ret_chain->origin = id_from(origin);
	ret_chain->epoch = id_from(epoch);
	ret_chain->up_to = json_integer_value(json_array_get(entry, 2));
	memcpy(ret_chain->hash.bytes, bytes, DIGEST_SIZE);
	return ret_chain->up_to >= 0;
}

static const Chain *find_chain(const GPtrArray *all, const Chain *theirs)
{
	for (guint i = 0; i < all->len; i++) {
		const Chain *chain = all->pdata[i];

		if (id_equal(&chain->origin, &theirs->origin) &&
		    id_equal(&chain->epoch, &theirs->epoch))
			return chain;
	}
	return NULL;
}

static bool agrees(Peer *self, const Chain *ours, const Chain *theirs)
{
	Digest hash;
	bool found;

	return events_hash_at(self->sync->events, ours, theirs->up_to, &hash, &found, NULL) &&
	       found && digest_equal(&hash, &theirs->hash);
}

/* False: our chain is not what they have of it. */
static bool look_at(Peer *self, const Chain *ours, const Chain *theirs)
{
	Mark *mark = peer_mark(self, &theirs->origin, &theirs->epoch);

	mark->acked = mark->sent = theirs->up_to;
	if (!ours || (theirs->up_to > ours->up_to && !ours->ours))
		return true;
	if (theirs->up_to <= ours->up_to && agrees(self, ours, theirs))
		return true;
	mark->contested = true;
	if (!ours->ours)
		return true;
	g_free(self->probe_epoch);
	self->probe_epoch = g_strdup(ours->epoch.text);
	self->probe_low = 0;
	self->probe_high = MIN(theirs->up_to, ours->up_to) + 1;
	self->probe_upto = theirs->up_to;
	return false;
}

/* --- A restore that began its epoch itself --- */

typedef struct {
	const char *epoch;
	int64_t up_to;
	Store *store;
} Heal;

static bool write_heal(void *data, GError **error)
{
	const Heal *heal = data;
	g_autoptr(Query) query = store_query(heal->store, "add_sync_heal");

	query_bind_text(query, ":epoch", heal->epoch);
	query_bind_int(query, ":up_to", heal->up_to);
	return query_run(query, error);
}

/* Nobody else does, or it is not known yet: its events have to be in one order everywhere. */
static bool decides(const Sync *sync)
{
	return id_is_empty(&sync->authority) ||
	       id_equal(&sync->authority, events_origin(sync->events));
}

/* They have later events of an epoch that we ended, and nothing of the one that we began. An end that
 * does not decide writes what commutes: its ended epoch comes back from whomever and whenever, and what
 * one of several others has of the new one is never written again. */
static void look_at_ended(Peer *self, const Chain *ours, const Chain *theirs)
{
	Sync *sync = self->sync;
	Heal heal = {theirs->epoch.text, theirs->up_to, sync->store};

	if (!decides(sync) || !ours || ours->ours ||
	    !id_equal(&theirs->origin, events_origin(sync->events)) ||
	    theirs->up_to <= ours->up_to ||
	    peer_mark(self, events_origin(sync->events), events_epoch(sync->events))->acked)
		return;
	if (in_turn(sync, write_heal, &heal, NULL) && store_commit(sync->store, NULL))
		sync->healing = true;
}

/* Of our own chains they may have what we do not know any more, but only what we have sealed. */
static bool is_invented(Peer *self, const GPtrArray *all, const json_t *entry, const Chain *theirs)
{
	Events *events = self->sync->events;
	const Chain *ours = find_chain(all, theirs);
	Seal seal;

	if (!id_equal(&theirs->origin, events_origin(events)) || theirs->up_to == 0 ||
	    (ours && theirs->up_to <= ours->up_to && agrees(self, ours, theirs)))
		return false;
	return !seal_from_text(json_string_value(json_array_get(entry, 4)), &seal) ||
	       !events_has_sealed(events, theirs, &seal);
}

static bool has_invented(Peer *self, const GPtrArray *all, const json_t *chains)
{
	size_t index;
	json_t *entry;

	json_array_foreach(chains, index, entry) {
		Chain theirs = {0};

		if (read_entry(entry, &theirs) && is_invented(self, all, entry, &theirs))
			return true;
	}
	return false;
}

Look heal_look(Peer *self, const json_t *chains)
{
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, NULL);
	Look look = LOOK_FINE;
	size_t index;
	json_t *entry;

	if (!all)
		return LOOK_FINE;
	if (has_invented(self, all, chains))
		return LOOK_LIE;
	json_array_foreach(chains, index, entry) {
		Chain theirs = {0};

		if (read_entry(entry, &theirs) &&
		    !look_at(self, find_chain(all, &theirs), &theirs))
			look = LOOK_OLDER;
	}
	json_array_foreach(chains, index, entry) {
		Chain theirs = {0};

		if (read_entry(entry, &theirs))
			look_at_ended(self, find_chain(all, &theirs), &theirs);
	}
	return look;
}

/* --- Probing --- */

static void begin_epoch(Peer *self);

void heal_pump(Peer *self)
{
	int64_t span = self->probe_high - self->probe_low - 1;
	int64_t step = MAX(1, span / PROBES);
	json_t *at;

	if (self->probe.sent_ms && self->now_ms - self->probe.sent_ms < AGAIN_MS)
		return;
	if (span <= 0) {
		begin_epoch(self);
		return;
	}
	at = json_array();
	for (int64_t seq = self->probe_low + step; seq < self->probe_high; seq += step)
		json_array_append_new(at, json_integer(seq));
	self->probe.sent_ms = self->now_ms;
	(void)peer_send(self, "probe",
	                json_pack("{ss ss ss so}", "c", self->talk, "origin",
	                          events_origin(self->sync->events)->text, "epoch",
	                          self->probe_epoch, "at", at));
}

void heal_take_probe(Peer *self, const json_t *frame)
{
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, NULL);
	const char *origin = json_string_value(json_object_get(frame, "origin"));
	const char *epoch = json_string_value(json_object_get(frame, "epoch"));
	const json_t *at = json_object_get(frame, "at");
	json_t *hashes = json_array();
	const Chain *chain = NULL;
	size_t index;
	json_t *place;

	if (all && id_is_valid(origin) && id_is_valid(epoch)) {
		const Chain theirs = {.origin = id_from(origin), .epoch = id_from(epoch)};

		chain = find_chain(all, &theirs);
	}
	json_array_foreach(at, index, place) {
		Digest hash;
		bool found = false;
		g_autofree char *text = NULL;

		if (!chain || index > 2 * PROBES ||
		    !events_hash_at(self->sync->events, chain, json_integer_value(place), &hash,
		                    &found, NULL) || !found)
			continue;
		text = base64url_encode(hash.bytes, DIGEST_SIZE);
		json_array_append_new(hashes, json_pack("[Is]", json_integer_value(place), text));
	}
	(void)peer_send(self, "proof", json_pack("{ss ss? so}", "c", self->talk, "epoch", epoch,
	                                         "hashes", hashes));
}

static const Chain *our_chain(const GPtrArray *all)
{
	for (guint i = 0; i < all->len; i++)
		if (((const Chain *)all->pdata[i])->ours)
			return all->pdata[i];
	return NULL;
}

void heal_take_proof(Peer *self, const json_t *frame)
{
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, NULL);
	const char *epoch = json_string_value(json_object_get(frame, "epoch"));
	const Chain *ours = all ? our_chain(all) : NULL;
	size_t index;
	json_t *entry;

	if (self->state != PEER_HEALING || !ours || !epoch || !self->probe.sent_ms ||
	    !self->probe_epoch || !g_str_equal(epoch, self->probe_epoch))
		return;
	json_array_foreach(json_object_get(frame, "hashes"), index, entry) {
		Chain theirs = {.up_to = json_integer_value(json_array_get(entry, 0))};
		const char *hash = json_string_value(json_array_get(entry, 1));
		size_t size = 0;
		g_autofree uint8_t *bytes = hash ? base64url_decode(hash, &size) : NULL;

		if (!bytes || size != DIGEST_SIZE)
			continue;
		memcpy(theirs.hash.bytes, bytes, DIGEST_SIZE);
		if (agrees(self, ours, &theirs))
			self->probe_low = MAX(self->probe_low, theirs.up_to);
		else
			self->probe_high = MIN(self->probe_high, theirs.up_to);
	}
	self->probe = (Errand){0};
	heal_pump(self);
}

/* --- The new epoch --- */

static void restart_all(Sync *sync)
{
	for (guint i = 0; i < sync->peers->len; i++)
		peer_restart(sync->peers->pdata[i]);
}

static void begin_epoch(Peer *self)
{
	Sync *sync = self->sync;
	Heal heal = {self->probe_epoch, self->probe_upto, sync->store};
	g_autoptr(GError) error = NULL;

	if (!store_commit(sync->store, &error) || !in_turn(sync, write_heal, &heal, &error) ||
	    !store_commit(sync->store, &error) ||
	    !events_new_epoch(sync->events, self->probe_low, &error)) {
		peer_trouble(self, error->message);
		self->probe.sent_ms = self->now_ms;
		return;
	}
	sync->healing = true;
	log_write(LOG_NOTICE,
	          "This box's data is older than what the other end has of it, as after a restore: "
	          "it takes its own later events back");
	restart_all(sync);
}

/* --- Its end --- */

static bool has_come_back(Sync *sync, bool *ret_back)
{
	g_autoptr(GPtrArray) all = events_chains(sync->events, NULL);
	g_autoptr(Query) query = store_query(sync->store, "list_sync_heals");
	bool row = true;

	*ret_back = all != NULL;
	while (all && query_next(query, &row, NULL) && row) {
		const Chain old = {.origin = *events_origin(sync->events),
		                   .epoch = id_from(query_text(query, 0))};
		const Chain *here = find_chain(all, &old);

		if (!here || here->ours || here->up_to < query_int(query, 1))
			*ret_back = false;
	}
	return all != NULL;
}

static bool rebase(void *data, GError **error)
{
	Sync *sync = data;
	g_autoptr(Query) query = store_query(sync->store, "end_sync_heals");
	bool moved;

	return query_run(query, error) && events_put_behind(sync->events, &moved, error) &&
	       (!moved || sync_make_rows(sync, error));
}

void heal_finish(Sync *sync)
{
	g_autoptr(GError) error = NULL;
	bool back;

	if (!has_come_back(sync, &back) || !back)
		return;
	if (!store_commit(sync->store, &error) || !in_turn(sync, rebase, sync, &error) ||
	    !store_commit(sync->store, &error)) {
		log_failure(LOG_WARNING, error, "The box's events could not be put in order yet");
		return;
	}
	sync->healing = false;
	log_write(LOG_NOTICE, "The box's own later events are back");
	restart_all(sync);
}
