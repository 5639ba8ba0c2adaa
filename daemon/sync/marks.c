/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the other end has of each chain, kept while there is no connection and over a restart: a
 * school without a line still says how much waits, and since when. */
#include "sync/sync-private.h"

#define KEEP_EVERY_MS (60 * 1000) /* while the line is there: only a power cut makes it matter */

Mark *peer_mark(Peer *self, const Id *origin, const Id *epoch)
{
	g_autofree char *name = chain_name(origin->text, epoch->text);
	Mark *mark = g_hash_table_lookup(self->marks, name);

	if (!mark) {
		mark = g_new0(Mark, 1);
		g_hash_table_insert(self->marks, g_steal_pointer(&name), mark);
	}
	return mark;
}

void marks_load(Peer *self)
{
	g_autoptr(Query) query = store_query(self->sync->store, "list_sync_marks");
	g_autoptr(Query) peer = store_query(self->sync->store, "find_sync_peer");
	bool row = false;

	query_bind_text(peer, ":name", self->name);
	if (query_next(peer, &row, NULL) && row)
		self->heard_ms = query_int(peer, 1);
	query_bind_text(query, ":peer", self->name);
	row = true;
	while (query_next(query, &row, NULL) && row) {
		Mark *mark = g_new0(Mark, 1);

		mark->acked = mark->sent = query_int(query, 1);
		g_hash_table_insert(self->marks, g_strdup(query_text(query, 0)), mark);
	}
}

static bool write_marks(void *data, GError **error)
{
	Peer *self = data;
	g_autoptr(Query) hear = store_query(self->sync->store, "hear_sync_peer");
	GHashTableIter iter;
	void *name, *mark;

	query_bind_text(hear, ":name", self->name);
	query_bind_int(hear, ":now", self->heard_ms);
	if (!query_run(hear, error))
		return false;
	g_hash_table_iter_init(&iter, self->marks);
	while (g_hash_table_iter_next(&iter, &name, &mark)) {
		g_autoptr(Query) query = store_query(self->sync->store, "set_sync_mark");

		query_bind_text(query, ":peer", self->name);
		query_bind_text(query, ":chain", name);
		query_bind_int(query, ":acked", ((const Mark *)mark)->acked);
		if (!query_run(query, error))
			return false;
	}
	return true;
}

/* A cloud is asked by nobody what waits for a box. */
void marks_keep(Peer *self)
{
	if (self->options.end != PEER_BOX || self->options.same_school ||
	    (self->state != PEER_LIVE && self->state != PEER_HEALING))
		return;
	self->kept_ms = self->now_ms;
	if (in_turn(self->sync, write_marks, self, NULL))
		(void)store_commit(self->sync->store, NULL);
}

void marks_keep_sometimes(Peer *self)
{
	if (self->now_ms - self->kept_ms >= KEEP_EVERY_MS)
		marks_keep(self);
}

/* Of the event at this place of a chain; 0: it cannot be told. */
static int64_t time_of(Events *events, const Chain *chain, int64_t place, int64_t *ret_seq)
{
	g_autoptr(GPtrArray) list = NULL;

	*ret_seq = 0;
	if (!events_place_of(events, chain, place, ret_seq, NULL) || !*ret_seq)
		return 0;
	list = events_list(events, *ret_seq - 1, 1, NULL);
	return list && list->len ? HLC_MS(((const Event *)list->pdata[0])->hlc) : 0;
}

int64_t marks_count_waiting(const Peer *self, int64_t *ret_since_ms)
{
	Events *events = self->sync->events;
	g_autoptr(GPtrArray) chains = events_chains(events, NULL);
	int64_t waiting = 0;
	int64_t first = G_MAXINT64;

	*ret_since_ms = 0;
	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];
		const Mark *mark = peer_mark((Peer *)self, &chain->origin, &chain->epoch);
		int64_t seq, since_ms;

		if (chain->up_to <= mark->acked || mark->contested)
			continue;
		waiting += chain->up_to - mark->acked;
		since_ms = time_of(events, chain, mark->acked + 1, &seq);
		if (since_ms && seq < first) {
			first = seq;
			*ret_since_ms = since_ms;
		}
	}
	return waiting;
}
