/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The ends of the log's chains, and a new one for a box that was restored. */
#include "events/events-private.h"

char *events_render_heads(Store *store, GError **error)
{
	g_autoptr(Query) query = store_query(store, "render_heads");

	return query_one(query, error) ? g_strdup(query_text(query, 0)) : NULL;
}

static bool end_and_begin(Store *store, const char *origin, GError **error)
{
	g_autoptr(Query) end = store_query(store, "end_our_epoch");
	g_autoptr(Query) begin = store_query(store, "add_origin");
	Id epoch = id_new();

	query_bind_text(begin, ":origin", origin);
	query_bind_text(begin, ":epoch", epoch.text);
	query_bind_int(begin, ":ours", 1);
	return query_run(end, error) && query_run(begin, error);
}

static bool find_origin(Store *store, char **ret_origin, GError **error)
{
	g_autoptr(Query) query = store_query(store, "find_our_origin");
	bool found;

	if (!query_next(query, &found, error))
		return false;
	*ret_origin = found ? g_strdup(query_text(query, 1)) : NULL;
	return true;
}

bool events_begin_epoch(Store *store, GError **error)
{
	g_autofree char *origin = NULL;
	bool done;

	if (!find_origin(store, &origin, error))
		return false;
	if (!origin)
		return true;
	if (!store_begin(store, error))
		return false;
	done = end_and_begin(store, origin, error);
	return store_end(store, done, done ? error : NULL) && done && store_commit(store, error);
}
