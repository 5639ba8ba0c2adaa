/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's other boxes, as far as their sticks told of them. */
#include "carry/carry-private.h"

#include <string.h>

bool carry_in_turn(Carry *self, bool (*work)(void *data, GError **error), void *data, GError **error)
{
	Store *store = self->options.store;
	bool done;

	/* What others wrote of this turn is theirs. */
	if (!store_commit(store, error) || !store_begin(store, error))
		return false;
	done = work(data, error);
	return store_end(store, done, done ? error : NULL) && done && store_commit(store, error);
}

json_t *boxes_list(Carry *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "list_carry_boxes");
	g_autoptr(json_t) list = json_array();
	bool row = true;

	while (row) {
		const char *text;

		if (!query_next(query, &row, error))
			return NULL;
		text = row ? query_text(query, 3) : NULL;
		if (text)
			json_array_append_new(
			        list, json_pack("{ss sI sI so}", "origin", query_text(query, 0), "clock",
			                        (json_int_t)query_int(query, 1), "heard_ms",
			                        (json_int_t)query_int(query, 2), "greeting",
			                        json_parse(text, strlen(text), NULL)));
	}
	return g_steal_pointer(&list);
}

const json_t *boxes_find_chain(const json_t *chains, const json_t *like)
{
	size_t i;
	json_t *chain;

	json_array_foreach(chains, i, chain)
		if (json_equal(json_array_get(chain, 0), json_array_get(like, 0)) &&
		    json_equal(json_array_get(chain, 1), json_array_get(like, 1)))
			return chain;
	return NULL;
}

/* Of each chain the shorter one; what one of them lacks goes. */
static json_t *common_of(const json_t *ours, const json_t *theirs)
{
	json_t *common = json_array();
	size_t i;
	json_t *chain;

	json_array_foreach(ours, i, chain) {
		const json_t *other = boxes_find_chain(theirs, chain);
		bool shorter = json_integer_value(json_array_get(chain, 2)) <=
		               json_integer_value(json_array_get(other, 2));

		if (other)
			json_array_append(common, shorter ? chain : (json_t *)other);
	}
	return common;
}

json_t *boxes_common_chains(Carry *self, size_t *ret_known, GError **error)
{
	g_autoptr(json_t) boxes = boxes_list(self, error);
	g_autoptr(json_t) common = NULL;
	size_t i;
	json_t *box;

	if (!boxes)
		return NULL;
	*ret_known = json_array_size(boxes);
	json_array_foreach(boxes, i, box) {
		json_t *chains = json_object_get(json_object_get(box, "greeting"), "chains");
		json_t *both = common ? common_of(common, chains) : json_incref(chains);

		json_decref(common);
		common = both;
	}
	return common ? g_steal_pointer(&common) : json_array();
}

static bool is_restored(Carry *self, bool *ret_restored, GError **error)
{
	const Events *events = self->options.events;
	g_autoptr(GPtrArray) chains = events_chains(self->options.events, error);

	*ret_restored = false;
	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];

		if (!chain->ours && id_equal(&chain->origin, events_origin(events)))
			*ret_restored = true;
	}
	return chains != NULL;
}

bool boxes_heard_since_restore(Carry *self, bool *ret_heard, GError **error)
{
	const Events *events = self->options.events;
	g_autoptr(json_t) boxes = boxes_list(self, error);
	bool restored = false;
	size_t i;
	json_t *box;

	if (!boxes || !is_restored(self, &restored, error))
		return false;
	*ret_heard = !restored;
	json_array_foreach(boxes, i, box) {
		const json_t *heard = json_object_get(json_object_get(box, "greeting"), "heard");
		const json_t *ours = json_object_get(heard, events_origin(events)->text);

		if (g_strcmp0(json_string_value(ours), events_epoch(events)->text) == 0)
			*ret_heard = true;
	}
	return true;
}

json_t *boxes_greet(Carry *self, GError **error)
{
	g_autoptr(json_t) boxes = boxes_list(self, error);
	json_t *greeting;
	json_t *heard;
	size_t i;
	json_t *box;

	if (!boxes)
		return NULL;
	greeting = parcel_greet(self->options.sync);
	heard = json_object();
	json_array_foreach(boxes, i, box) json_object_set(
	        heard, json_string_value(json_object_get(box, "origin")),
	        json_object_get(json_object_get(box, "greeting"), "epoch"));
	json_object_set_new(greeting, "heard", heard);
	return greeting;
}

bool boxes_have_file(Carry *self, const char *address, bool *ret_have, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "is_carry_file_everywhere");

	query_bind_text(query, ":address", address);
	if (!query_one(query, error))
		return false;
	*ret_have = query_int(query, 0);
	return true;
}

bool boxes_hear(Carry *self, const json_t *greeting, bool *ret_newer, GError **error)
{
	Store *store = self->options.store;
	const char *origin = json_string_value(json_object_get(greeting, "origin"));
	int64_t clock = json_integer_value(json_object_get(greeting, "clock"));
	g_autoptr(Query) find = store_query(store, "find_carry_clock");
	g_autoptr(Query) hear = store_query(store, "hear_carry_box");
	g_autofree char *text = json_format(greeting);
	bool row = false;

	query_bind_text(find, ":origin", origin);
	if (!query_next(find, &row, error))
		return false;
	*ret_newer = !row || query_int(find, 0) <= clock;
	query_bind_text(hear, ":origin", origin);
	query_bind_int(hear, ":clock", clock);
	query_bind_int(hear, ":now", events_now_ms(self->options.events));
	query_bind_text(hear, ":greeting", text);
	return query_run(hear, error);
}

bool boxes_forget_files(Carry *self, const char *origin, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "forget_carry_files");

	query_bind_text(query, ":origin", origin);
	return query_run(query, error);
}

bool boxes_add_file(Carry *self, const char *origin, const char *address, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "add_carry_file");

	query_bind_text(query, ":origin", origin);
	query_bind_text(query, ":address", address);
	return query_run(query, error);
}

bool boxes_know(Carry *self, const char *origin, bool *ret_known, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "find_carry_clock");

	query_bind_text(query, ":origin", origin);
	return query_next(query, ret_known, error);
}

bool boxes_forget(Carry *self, const char *origin, GError **error)
{
	g_autoptr(Query) query = store_query(self->options.store, "forget_carry_box");

	query_bind_text(query, ":origin", origin);
	return query_run(query, error) && boxes_forget_files(self, origin, error);
}
