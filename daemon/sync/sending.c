/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What goes to the other end: events in the order of this log, in a window of batches that are
 * acknowledged; then the content of what was held back; then registers. */
#include "sync/sync-private.h"

#include <string.h>

/* --- Where to go on --- */

static bool leaves(const Peer *self, const Event *event)
{
	Events *events = self->sync->events;

	if (!self->options.same_school)
		return sync_leaves(self->sync, event);
	return !id_equal(&event->origin, events_origin(events)) ||
	       events_locality(events, event->kind) != LOCALITY_BOX;
}

static bool is_withheld(const Peer *self, const Chain *chain)
{
	return chain->ours && self->sync->healing;
}

/* The first local place that the other end lacks; when there is none the last that is here. */
static bool find_cursor(Peer *self, GError **error)
{
	Events *events = self->sync->events;
	g_autoptr(GPtrArray) chains = events_chains(events, error);
	int64_t first = G_MAXINT64;
	int64_t last = 0;

	for (guint i = 0; chains && i < chains->len; i++) {
		const Chain *chain = chains->pdata[i];
		const Mark *mark = peer_mark(self, &chain->origin, &chain->epoch);
		bool lacks = chain->up_to > mark->sent && !mark->contested && !is_withheld(self, chain);
		int64_t seq = 0;

		if (!events_place_of(events, chain, lacks ? mark->sent + 1 : chain->up_to, &seq, error))
			return false;
		if (lacks)
			first = MIN(first, seq);
		last = MAX(last, seq);
	}
	self->cursor = first == G_MAXINT64 ? last : first - 1;
	self->rewind = false;
	return chains != NULL;
}

void sending_rewind(Peer *self)
{
	GHashTableIter iter;
	void *mark;

	g_hash_table_iter_init(&iter, self->marks);
	while (g_hash_table_iter_next(&iter, NULL, &mark))
		((Mark *)mark)->sent = ((Mark *)mark)->acked;
	self->batch_rewound = self->batch + 1;
	self->batch_acked = self->batch;
	self->rewind = true;
}

/* --- Batches --- */

typedef struct {
	Batch *batch;
	int64_t cursor;
	bool end; /* of the log */
} Filling;

/* False: the log is not as it was, look anew. */
static bool consider(Peer *self, Filling *filling, const Event *event)
{
	Mark *mark = peer_mark(self, &event->origin, &event->epoch);
	Seal seal;
	bool ours = id_equal(&event->epoch, events_epoch(self->sync->events));

	if (mark->contested || (ours && self->sync->healing) || event->origin_seq <= mark->sent)
		return true;
	if (event->origin_seq != mark->sent + 1)
		return false;
	seal = events_seal_of(self->sync->events, event);
	batch_add(filling->batch, event, &seal, leaves(self, event));
	mark->sent = event->origin_seq;
	return true;
}

enum { READ_AHEAD = 50 }; /* a batch is full before BATCH_EVENTS when people write much */

static bool fill_batch(Peer *self, Filling *filling, GError **error)
{
	while (!batch_is_full(filling->batch) && !filling->end) {
		g_autoptr(GPtrArray) events = events_list_texts(self->sync->events, filling->cursor,
		                                                READ_AHEAD, error);

		if (!events)
			return false;
		filling->end = events->len < READ_AHEAD;
		for (guint i = 0; i < events->len; i++) {
			const Event *event = events->pdata[i];

			if (batch_is_full(filling->batch)) {
				filling->end = false;
				break;
			}
			if (!consider(self, filling, event)) {
				self->rewind = true;
				filling->end = true;
				break;
			}
			filling->cursor = event->seq;
		}
	}
	return true;
}

static json_t *frame_of(const Peer *self)
{
	return json_pack("{ss}", "c", self->talk);
}

/* Ret_more: there may be another one. */
static bool send_batch(Peer *self, bool *ret_more)
{
	g_autoptr(Batch) batch = batch_new();
	Filling filling = {batch, self->cursor, false};
	json_t *frame;

	*ret_more = false;
	if (!fill_batch(self, &filling, NULL))
		return false;
	if (!batch_count(batch)) {
		self->cursor = filling.cursor;
		return true;
	}
	frame = frame_of(self);
	json_object_set_new(frame, "b", json_integer((json_int_t)self->batch + 1));
	batch_write(batch, frame);
	if (!peer_send(self, "ev", frame)) {
		self->rewind = true; /* and the marks go back with it */
		return false;
	}
	if (self->batch == self->batch_acked)
		self->moved_ms = self->now_ms;
	self->batch++;
	self->cursor = filling.cursor;
	self->counts.events_sent += batch_count(batch);
	*ret_more = !filling.end && !self->rewind;
	return true;
}

static bool send_batches(Peer *self)
{
	bool more = true;

	while (more && self->batch - self->batch_acked < WINDOW_BATCHES)
		if (!send_batch(self, &more)) {
			sending_rewind(self);
			return false;
		}
	return true;
}

static bool has_unacked(const Peer *self)
{
	GHashTableIter iter;
	void *value;

	g_hash_table_iter_init(&iter, self->marks);
	while (g_hash_table_iter_next(&iter, NULL, &value))
		if (((const Mark *)value)->sent > ((const Mark *)value)->acked)
			return true;
	return false;
}

/* --- Answers --- */

static void take_marks(Peer *self, const json_t *frame, bool back)
{
	const json_t *list = json_object_get(frame, "at");
	size_t index;
	json_t *entry;

	json_array_foreach(list, index, entry) {
		const char *origin = json_string_value(json_array_get(entry, 0));
		const char *epoch = json_string_value(json_array_get(entry, 1));
		int64_t up_to = json_integer_value(json_array_get(entry, 2));
		g_autofree char *name = NULL;
		Mark *mark;

		if (!id_is_valid(origin) || !id_is_valid(epoch))
			continue;
		name = chain_name(origin, epoch);
		mark = g_hash_table_lookup(self->marks, name);
		if (!mark)
			continue;
		if (up_to > mark->acked)
			mark->acked = up_to;
		mark->sent = MAX(mark->sent, mark->acked);
	}
}

bool sending_take_ack(Peer *self, const json_t *frame)
{
	uint64_t batch = (uint64_t)json_integer_value(json_object_get(frame, "b"));

	if (batch > self->batch)
		return false;
	take_marks(self, frame, false);
	if (batch > self->batch_acked)
		self->batch_acked = batch;
	self->moved_ms = self->now_ms;
	self->wait_until_ms = 0;
	marks_keep_sometimes(self);
	return true;
}

bool sending_take_nack(Peer *self, const json_t *frame)
{
	uint64_t batch = (uint64_t)json_integer_value(json_object_get(frame, "b"));
	int64_t wait = json_integer_value(json_object_get(frame, "wait"));
	const char *words = json_string_value(json_object_get(frame, "why"));

	take_marks(self, frame, true);
	if (batch < self->batch_rewound || batch > self->batch)
		return false;
	if (wait > 0) {
		self->wait_until_ms = self->now_ms + MIN(wait, 5 * 60 * 1000);
		peer_trouble(self, words ? words : "The other end cannot take now");
	}
	sending_rewind(self);
	self->moved_ms = self->now_ms;
	return true;
}

/* --- The content of what was held back --- */

enum { FILL_WALK = 2000 }; /* events that one step looks at: what leaves may be rare among them */

typedef struct {
	Peer *peer;
	const char *name; /* of a register; NULL: the content */
	int64_t up_to;
	bool over;
} Progress;

static bool write_progress(void *data, GError **error)
{
	const Progress *progress = data;
	Store *store = progress->peer->sync->store;
	g_autoptr(Query) query = store_query(store, progress->name ? "set_sync_register"
	                                                           : "set_sync_fill");

	if (progress->name) {
		query_bind_text(query, ":peer", progress->peer->name);
		query_bind_text(query, ":name", progress->name);
		query_bind_int(query, ":up_to", progress->up_to);
	} else {
		query_bind_text(query, ":name", progress->peer->name);
		if (!progress->over)
			query_bind_int(query, ":after", progress->up_to);
	}
	return query_run(query, error);
}

static bool load_fill(Peer *self, int64_t *ret_after)
{
	g_autoptr(Query) query = store_query(self->sync->store, "find_sync_peer");
	bool row = false;

	query_bind_text(query, ":name", self->name);
	if (!query_next(query, &row, NULL) || !row || query_is_null(query, 0))
		return false;
	*ret_after = query_int(query, 0);
	return true;
}

static bool add_content(Peer *self, Batch *batch, json_t *places, const Event *event)
{
	const Mark *mark = peer_mark(self, &event->origin, &event->epoch);

	if (event->held || event->origin_seq > mark->acked || mark->contested ||
	    !leaves(self, event))
		return false;
	batch_add(batch, event, &event->seal, true);
	json_array_append_new(places, json_integer(event->origin_seq));
	return true;
}

static bool send_fill(Peer *self, int64_t after)
{
	g_autoptr(Batch) batch = batch_new();
	json_t *places = json_array();
	json_t *frame = frame_of(self);
	unsigned walked = 0;
	bool end = false;

	while (!end && !batch_is_full(batch) && walked < FILL_WALK) {
		g_autoptr(GPtrArray) events = events_list_texts(self->sync->events, after,
		                                                BATCH_EVENTS, NULL);

		end = !events || events->len < BATCH_EVENTS;
		for (guint i = 0; events && i < events->len; i++) {
			if (batch_is_full(batch)) {
				end = false;
				break;
			}
			(void)add_content(self, batch, places, events->pdata[i]);
			after = ((const Event *)events->pdata[i])->seq;
		}
		walked += BATCH_EVENTS;
	}
	batch_write(batch, frame);
	json_object_set_new(frame, "places", places);
	json_object_set_new(frame, "up_to", json_integer(after));
	json_object_set_new(frame, "end", json_boolean(end));
	if (!peer_send(self, "fill", frame))
		return false;
	self->fill.up_to = after;
	self->fill.sent_ms = self->now_ms;
	return true;
}

/* False: the queue is full. */
static bool pump_fill(Peer *self)
{
	int64_t after = 0;

	if (self->fill.idle || has_unacked(self) || self->sync->healing ||
	    (self->fill.sent_ms && self->now_ms - self->fill.sent_ms < AGAIN_MS))
		return true;
	if (load_fill(self, &after))
		return send_fill(self, after);
	self->fill.idle = true;
	return true;
}

void sending_take_filled(Peer *self, const json_t *frame)
{
	Progress progress = {self, NULL, json_integer_value(json_object_get(frame, "up_to")),
	                     json_is_true(json_object_get(frame, "end"))};

	if (!self->fill.sent_ms || progress.up_to != self->fill.up_to)
		return;
	self->fill = (Errand){0};
	(void)in_turn(self->sync, write_progress, &progress, NULL);
	(void)store_commit(self->sync->store, NULL);
}

/* --- Registers --- */

enum { REGISTER_ROWS = 200 };

static int64_t load_register(Peer *self, const char *name)
{
	g_autoptr(Query) query = store_query(self->sync->store, "find_sync_register");
	bool row = false;

	query_bind_text(query, ":peer", self->name);
	query_bind_text(query, ":name", name);
	return query_next(query, &row, NULL) && row ? query_int(query, 0) : 0;
}

/* Marks tell who reads when: they leave with the messages that they are about. */
static bool register_leaves(Peer *self, const char *name)
{
	return self->options.same_school || g_str_equal(name, "event.blanked") ||
	       sync_may_leave(self->sync, g_str_equal(name, "chat.read") ? "chat.message.posted" : name);
}

static bool send_register(Peer *self, unsigned index)
{
	Errand *errand = &self->registers[index];
	const char *name = events_register_name(self->sync->events, index);
	int64_t up_to = load_register(self, name);
	g_autoptr(json_t) rows = NULL;
	json_t *frame;

	if (register_leaves(self, name))
		rows = events_register_since(self->sync->events, index, &up_to, REGISTER_ROWS, NULL);
	if (!rows || json_array_size(rows) == 0) {
		errand->idle = true;
		return true;
	}
	frame = frame_of(self);
	json_object_set_new(frame, "name", json_string(name));
	json_object_set_new(frame, "up_to", json_integer(up_to));
	json_object_set(frame, "rows", rows);
	if (!peer_send(self, "reg", frame))
		return false;
	errand->up_to = up_to;
	errand->sent_ms = self->now_ms;
	return true;
}

static bool pump_registers(Peer *self)
{
	for (unsigned i = 0; i < events_registers(self->sync->events); i++) {
		const Errand *errand = &self->registers[i];

		if (!errand->idle &&
		    (!errand->sent_ms || self->now_ms - errand->sent_ms >= AGAIN_MS) &&
		    !send_register(self, i))
			return false;
	}
	return true;
}

void sending_take_merged(Peer *self, const json_t *frame)
{
	const char *name = json_string_value(json_object_get(frame, "name"));
	Progress progress = {self, name, json_integer_value(json_object_get(frame, "up_to")), false};

	for (unsigned i = 0; name && i < events_registers(self->sync->events); i++) {
		Errand *errand = &self->registers[i];

		if (!g_str_equal(name, events_register_name(self->sync->events, i)) ||
		    !errand->sent_ms || errand->up_to != progress.up_to)
			continue;
		*errand = (Errand){0};
		(void)in_turn(self->sync, write_progress, &progress, NULL);
		(void)store_commit(self->sync->store, NULL);
	}
}

/* --- All of it --- */

static bool is_under_way(const Peer *self)
{
	for (unsigned i = 0; i < events_registers(self->sync->events); i++)
		if (self->registers[i].sent_ms)
			return true;
	return self->fill.sent_ms || has_unacked(self);
}

int64_t sending_pump(Peer *self)
{
	if (self->now_ms < self->wait_until_ms)
		return self->wait_until_ms;
	if (has_unacked(self) && self->now_ms - self->moved_ms >= AGAIN_MS) {
		sending_rewind(self);
		self->moved_ms = self->now_ms;
	}
	if (self->rewind && !find_cursor(self, NULL))
		return self->now_ms + FULL_MS;
	if (!send_batches(self))
		return self->now_ms + FULL_MS;
	if (self->rewind)
		return self->now_ms;
	if (!pump_fill(self) || !pump_registers(self))
		return self->now_ms + FULL_MS;
	return is_under_way(self) ? self->now_ms + AGAIN_MS : G_MAXINT64;
}
