/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An end that begins empty and takes a school: half of a school is shown to nobody. What the other
 * end had when it greeted is the extent; batches bring it as they bring all else, checked alike, in
 * as many pieces as the line allows; with the last of them, in the same turn, the end has joined. */
#include "sync/sync-private.h"

#include <string.h>

const Migration SYNC_JOINING_MIGRATION = {"/urok/sync/sync-joining-schema.sql"};

static int64_t length_of(const GPtrArray *chains, const char *name)
{
	for (guint i = 0; i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];
		g_autofree char *its = chain_name(chain->origin.text, chain->epoch.text);

		if (g_str_equal(its, name))
			return chain->up_to;
	}
	return 0;
}

/* What is lacking, of all goals; 0: nothing. */
static bool measure(Sync *self, int64_t *ret_lacking, int64_t *ret_goals, GError **error)
{
	g_autoptr(GPtrArray) chains = events_chains(self->events, error);
	g_autoptr(Query) query = store_query(self->store, "list_sync_goals");
	bool row = true;

	*ret_lacking = *ret_goals = 0;
	while (chains && row) {
		if (!query_next(query, &row, error))
			return false;
		if (!row)
			break;
		*ret_goals += query_int(query, 1);
		*ret_lacking += MAX(0, query_int(query, 1) - length_of(chains, query_text(query, 0)));
	}
	return chains != NULL;
}

static bool is_empty(Sync *self)
{
	g_autoptr(GPtrArray) chains = events_chains(self->events, NULL);

	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];

		if (chain->up_to > 0 && !chain->ours)
			return false;
	}
	return chains && !events_decides(self->events);
}

/* --- The turn's own part --- */

static bool clear(Sync *self, const char *peer, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_sync_goals");

	query_bind_text(query, ":peer", peer);
	return query_run(query, error);
}

static bool add_goal(Sync *self, const char *peer, const json_t *entry, GError **error)
{
	const char *origin = json_string_value(json_array_get(entry, 0));
	const char *epoch = json_string_value(json_array_get(entry, 1));
	int64_t up_to = json_integer_value(json_array_get(entry, 2));
	g_autoptr(Query) query = NULL;
	g_autofree char *chain = NULL;

	if (!id_is_valid(origin) || !id_is_valid(epoch) || up_to < 1 ||
	    g_str_equal(origin, events_origin(self->events)->text))
		return true;
	chain = chain_name(origin, epoch);
	query = store_query(self->store, "add_sync_goal");
	query_bind_text(query, ":peer", peer);
	query_bind_text(query, ":chain", chain);
	query_bind_int(query, ":up_to", up_to);
	return query_run(query, error);
}

static void look_again(void *data, const GError *failure)
{
	joining_load(data);
}

bool joining_begin(Peer *self, const json_t *chains, GError **error)
{
	Sync *sync = self->sync;
	size_t index;
	json_t *entry;

	if (self->options.same_school || (!sync->joining && !is_empty(sync)))
		return true;
	if (!clear(sync, self->name, error))
		return false;
	json_array_foreach(chains, index, entry)
		if (!add_goal(sync, self->name, entry, error))
			return false;
	/* Its first batch may share the turn. */
	sync->joining = true;
	store_after_commit(sync->store, look_again, sync, NULL);
	return joining_check(sync, error);
}

bool joining_check(Sync *self, GError **error)
{
	g_autoptr(Query) query = NULL;
	int64_t lacking, goals;

	if (!measure(self, &lacking, &goals, error))
		return false;
	if (lacking > 0 || goals == 0)
		return true;
	query = store_query(self->store, "end_sync_joining");
	store_after_commit(self->store, look_again, self, NULL);
	return query_run(query, error);
}

/* --- What is known of it --- */

void joining_load(Sync *self)
{
	int64_t lacking, goals;

	self->joining = measure(self, &lacking, &goals, NULL) && goals > 0;
}

bool sync_check_joined(void *sync, GError **error)
{
	Sync *self = sync;
	int64_t lacking, goals;

	if (!self->joining)
		return true;
	if (!measure(self, &lacking, &goals, error))
		return false;
	return error_reason(error, ERROR_UNAVAILABLE, "joining", NULL,
	                    "This server takes the school's copy and shows it when all of it is "
	                    "here: %d %% are",
	                    (int)((goals - lacking) * 100 / MAX(goals, 1)));
}

typedef struct {
	Sync *sync;
	const char *peers;
} Keeping;

static bool keep_of(void *data, GError **error)
{
	const Keeping *keeping = data;
	g_autoptr(Query) query = store_query(keeping->sync->store, "keep_sync_goals");

	query_bind_text(query, ":peers", keeping->peers);
	store_after_commit(keeping->sync->store, look_again, keeping->sync, NULL);
	return query_run(query, error);
}

bool sync_join_from(Sync *self, char **peers, GError **error)
{
	g_autoptr(json_t) list = json_array();
	g_autofree char *text = NULL;
	Keeping keeping = {self, NULL};

	if (!self->joining)
		return true;
	for (; *peers; peers++)
		json_array_append_new(list, json_string(*peers));
	keeping.peers = text = json_format(list);
	return in_turn(self, keep_of, &keeping, error);
}
