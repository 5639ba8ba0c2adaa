/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What waits: rows of what other rooms' rows name. They say nothing that cannot be found out again. */
#include "uplink/travel-private.h"

#include <string.h>

static const char *const WAYS[] = {[WAY_UP] = "up", [WAY_DOWN] = "down"};
static const char OVER[] = "over";

const Migration UPLINK_MIGRATION = {.resource = "/urok/uplink/uplink-schema.sql"};

typedef bool (*Work)(Uplink *self, const void *what, GError **error);

static bool in_turn(Uplink *self, Work work, const void *what, GError **error)
{
	bool done;

	if (!store_begin(self->store, error))
		return false;
	done = work(self, what, error);
	return store_end(self->store, done, done ? error : NULL) && done;
}

/* --- What is named --- */

static bool name_one(Uplink *self, const char *address, int rank, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "name_file_journey");
	int64_t size = files_size(self->options.files, address);

	query_bind_text(query, ":address", address);
	query_bind_text(query, ":way", WAYS[size < 0 ? WAY_DOWN : WAY_UP]);
	query_bind_int(query, ":rank", rank);
	query_bind_int(query, ":size", MAX(size, 0));
	query_bind_int(query, ":now", events_now_ms(self->events));
	return query_run(query, error);
}

static bool name_each(Uplink *self, const void *what, GError **error)
{
	const GPtrArray *pictures = what;

	for (guint i = 0; i < pictures->len; i++) {
		const Picture *picture = pictures->pdata[i];

		if (!name_one(self, picture->small, 0, error) || !name_one(self, picture->large, 1, error))
			return false;
	}
	return true;
}

bool rows_name(Uplink *uplink, const GPtrArray *pictures, GError **error)
{
	return in_turn(uplink, name_each, pictures, error);
}

static bool remove_one(Uplink *self, const void *what, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "remove_journey");

	query_bind_text(query, ":address", what);
	return query_run(query, error);
}

static GPtrArray *list_after(Uplink *self, const char *after, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_journeys");

	query_bind_text(query, ":after", after);
	return query_list_texts(query, error);
}

static bool drop_unnamed(Uplink *self, const void *what, GError **error)
{
	g_autofree char *after = g_strdup("");

	for (;;) {
		g_autoptr(GPtrArray) addresses = list_after(self, after, error);

		if (!addresses || addresses->len == 0)
			return addresses != NULL;
		g_free(after);
		after = g_strdup(addresses->pdata[addresses->len - 1]);
		for (guint i = 0; i < addresses->len; i++)
			if (!pictures_wants(self->options.pictures, addresses->pdata[i]) &&
			    !remove_one(self, addresses->pdata[i], error))
				return false;
	}
}

static bool update_each(Uplink *self, const void *what, GError **error)
{
	const GPtrArray *addresses = what;

	for (guint i = 0; i < addresses->len; i++) {
		const char *address = addresses->pdata[i];
		bool done = pictures_wants(self->options.pictures, address)
		                    ? name_one(self, address, 1, error)
		                    : remove_one(self, address, error);

		if (!done)
			return false;
	}
	return true;
}

bool rows_update(Uplink *uplink, const GPtrArray *addresses, GError **error)
{
	return in_turn(uplink, update_each, addresses, error);
}

bool rows_name_all(Uplink *uplink, GError **error)
{
	g_autoptr(GPtrArray) pictures = pictures_list(uplink->options.pictures, error);

	return pictures && in_turn(uplink, drop_unnamed, NULL, error) &&
	       in_turn(uplink, name_each, pictures, error);
}

static bool renew_each(Uplink *self, const void *what, GError **error)
{
	size_t i;
	const json_t *address;

	json_array_foreach(what, i, address) {
		g_autoptr(Query) query = store_query(self->store, "renew_journey");

		query_bind_text(query, ":address", json_string_value(address));
		if (!query_run(query, error))
			return false;
	}
	return true;
}

bool rows_renew(Uplink *uplink, const json_t *addresses, GError **error)
{
	return in_turn(uplink, renew_each, addresses, error);
}

/* --- What goes next --- */

static bool find_on(Uplink *self, Way way, int64_t now_ms, Journey *ret, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_next_journey");
	bool row;

	query_bind_text(query, ":way", WAYS[way]);
	query_bind_int(query, ":now", now_ms);
	if (!query_next(query, &row, error))
		return false;
	if (!row)
		return true;
	g_strlcpy(ret->address, query_text(query, 0), sizeof ret->address);
	ret->way = way;
	ret->size = query_int(query, 1);
	ret->tries = query_int(query, 2);
	return true;
}

static bool find_due(Uplink *self, Way way, int64_t *due_ms, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "find_journey_due");
	bool row;

	query_bind_text(query, ":way", WAYS[way]);
	if (!query_next(query, &row, error))
		return false;
	if (row && !query_is_null(query, 0))
		*due_ms = *due_ms ? MIN(*due_ms, query_int(query, 0)) : query_int(query, 0);
	return true;
}

/* Down first: people wait for it here. */
bool rows_find_next(Uplink *uplink, Journey *ret, int64_t *ret_due_ms, GError **error)
{
	int64_t now_ms = events_now_ms(uplink->events);

	*ret = (Journey){.address = ""};
	*ret_due_ms = 0;
	if (!find_on(uplink, WAY_DOWN, now_ms, ret, error) ||
	    (!*ret->address && !find_on(uplink, WAY_UP, now_ms, ret, error)))
		return false;
	return *ret->address || (find_due(uplink, WAY_DOWN, ret_due_ms, error) &&
	                         find_due(uplink, WAY_UP, ret_due_ms, error));
}

static bool end_one(Uplink *self, const void *what, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "end_journey");

	query_bind_text(query, ":address", what);
	return query_run(query, error);
}

bool rows_end(Uplink *uplink, const char *address, GError **error)
{
	return in_turn(uplink, end_one, address, error);
}

typedef struct {
	const char *address;
	int64_t due_ms;
} Delay;

static bool delay_one(Uplink *self, const void *what, GError **error)
{
	const Delay *delay = what;
	g_autoptr(Query) query = store_query(self->store, "delay_journey");

	query_bind_text(query, ":address", delay->address);
	query_bind_int(query, ":due", delay->due_ms);
	return query_run(query, error);
}

bool rows_delay(Uplink *uplink, const char *address, int64_t due_ms, GError **error)
{
	return in_turn(uplink, delay_one, &(Delay){address, due_ms}, error);
}

static bool on_way(Uplink *self, const char *statement, const char *way, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, statement);

	query_bind_text(query, ":way", way);
	return query_run(query, error);
}

static bool hurry_all(Uplink *self, const void *what, GError **error)
{
	return on_way(self, "hurry_journeys", WAYS[WAY_UP], error) &&
	       on_way(self, "hurry_journeys", WAYS[WAY_DOWN], error);
}

bool rows_hurry(Uplink *uplink, GError **error)
{
	return in_turn(uplink, hurry_all, NULL, error);
}

static bool remove_all(Uplink *self, const void *what, GError **error)
{
	return on_way(self, "remove_journeys", WAYS[WAY_UP], error) &&
	       on_way(self, "remove_journeys", WAYS[WAY_DOWN], error) &&
	       on_way(self, "remove_journeys", OVER, error);
}

bool rows_remove(Uplink *uplink, GError **error)
{
	return in_turn(uplink, remove_all, NULL, error);
}

bool rows_count(Uplink *uplink, Way way, int64_t *ret_files, int64_t *ret_bytes)
{
	g_autoptr(Query) query = store_query(uplink->store, "count_journeys");
	bool row = false;

	*ret_files = *ret_bytes = 0;
	query_bind_text(query, ":way", WAYS[way]);
	if (!query_next(query, &row, NULL) || !row)
		return false;
	*ret_files = query_int(query, 0);
	*ret_bytes = query_int(query, 1);
	return true;
}
