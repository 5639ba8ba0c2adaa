/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What rooms say of events that may be about the same thing, and which of two knew of the other. */
#include "events/events-private.h"

#include <string.h>

void events_add_contests(Events *self, const Contest contests[])
{
	for (const Contest *at = contests; at->winner; at++) {
		g_assert(events_find_kind(self, at->winner) && events_find_kind(self, at->loser));
		g_ptr_array_add(self->contests, (void *)at);
	}
}

const GPtrArray *events_contests(const Events *self)
{
	return self->contests;
}

Event *events_find(Events *self, int64_t seq, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_event_at");
	bool row;

	query_bind_int(query, ":seq", seq);
	return query_next(query, &row, error) && row ? event_from_row(query) : NULL;
}

static bool is_of_chain(const Event *event, const Id *origin, const Id *epoch)
{
	return id_equal(&event->epoch, epoch) && id_equal(&event->origin, origin);
}

static int64_t seen_of(const json_t *seen, const Id *origin, const Id *epoch)
{
	g_autofree char *name = chain_name(origin->text, epoch->text);

	return json_integer_value(json_object_get(seen, name));
}

bool event_has_seen(const Event *self, const Event *other)
{
	g_autoptr(json_t) seen = NULL;

	if (is_of_chain(self, &other->origin, &other->epoch))
		return self->origin_seq > other->origin_seq;
	seen = json_parse(self->seen, strlen(self->seen), NULL);
	return seen_of(seen, &other->origin, &other->epoch) >= other->origin_seq;
}

static bool add_unseen(Events *self, const Chain *chain, int64_t after, const char *kind,
                       GPtrArray *into, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_chain_kind");
	bool row = true;

	query_bind_int(query, ":key", chain->key);
	query_bind_int(query, ":after", after);
	query_bind_text(query, ":kind", kind);
	while (row) {
		if (!query_next(query, &row, error))
			return false;
		if (row)
			g_ptr_array_add(into, event_from_row(query));
	}
	return true;
}

GPtrArray *events_unseen_by(Events *self, const Event *event, const char *kind, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	g_autoptr(GPtrArray) chains = events_chains(self, error);
	g_autoptr(json_t) seen = json_parse(event->seen, strlen(event->seen), NULL);

	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];
		int64_t after = seen_of(seen, &chain->origin, &chain->epoch);

		if (!is_of_chain(event, &chain->origin, &chain->epoch) &&
		    !add_unseen(self, chain, after, kind, found, error))
			return NULL;
	}
	return chains ? g_steal_pointer(&found) : NULL;
}
