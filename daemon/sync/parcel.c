/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Both halves of a conversation that never meet: our Peer speaks, and here it is answered. */
#include "sync/sync-private.h"

#include <string.h>

#define OUR_NAME    "carry"
#define THEIR_NONCE "AAAAAAAAAAA"

struct Parcel {
	Sync *sync;
	Peer *peer;
	GQueue said; /* of json_t, owned: {"t": tail, ...} */
};

static bool on_send(void *data, const char *tail, const void *bytes, size_t size)
{
	Parcel *self = data;
	json_t *frame = frame_unpack(bytes, size, NULL);

	if (!frame)
		return false;
	json_object_del(frame, "c");
	json_object_set_new(frame, "t", json_string(tail));
	g_queue_push_tail(&self->said, frame);
	return true;
}

static json_t *said_now(Parcel *self)
{
	return g_queue_pop_head(&self->said);
}

static bool hear(Parcel *self, const char *tail, json_t *frame)
{
	g_autofree char *text = json_format(frame);

	peer_take(self->peer, tail, text, strlen(text), clock_boot_ms());
	return true;
}

void parcel_free(Parcel *self)
{
	json_t *frame;

	if (!self)
		return;
	if (self->peer)
		peer_disconnected(self->peer);
	peer_free(self->peer);
	while ((frame = said_now(self)))
		json_decref(frame);
	g_free(self);
}

static Parcel *begin(Sync *sync)
{
	const PeerOptions options = {
	        .end = PEER_BOX, .name = OUR_NAME, .send = on_send, .same_school = true};
	Parcel *self = g_new0(Parcel, 1);
	PeerOptions of_peer = options;

	of_peer.data = self;
	self->sync = sync;
	g_queue_init(&self->said);
	self->peer = peer_new(sync, &of_peer);
	peer_connected(self->peer, clock_boot_ms());
	return self;
}

json_t *parcel_greet(Sync *sync)
{
	g_autoptr(Parcel) self = begin(sync);
	json_t *hello = said_now(self);

	json_object_del(hello, "t");
	json_object_del(hello, "n");
	return hello;
}

bool parcel_greeting_is_valid(const json_t *greeting)
{
	return id_is_valid(json_string_value(json_object_get(greeting, "origin"))) &&
	       id_is_valid(json_string_value(json_object_get(greeting, "epoch"))) &&
	       json_is_integer(json_object_get(greeting, "clock")) &&
	       json_is_array(json_object_get(greeting, "chains"));
}

json_t *parcel_unknown(Sync *sync, json_t *chains)
{
	Id nobody = id_new();

	return json_pack("{si si ss ss sI ss sO}", "min", SYNC_VERSION, "max", SYNC_VERSION, "origin",
	                 nobody.text, "epoch", nobody.text, "clock",
	                 (json_int_t)events_now_ms(sync->events), "authority", "", "chains", chains);
}

/* Each parcel brings all of the state that is no event: what is in one may be lost with it. */
static bool forget_registers(void *data, GError **error)
{
	const Parcel *self = data;
	g_autoptr(Query) query = store_query(self->sync->store, "forget_sync_registers");

	query_bind_text(query, ":peer", OUR_NAME);
	return query_run(query, error);
}

Parcel *parcel_new(Sync *sync, const json_t *greeting, GError **error)
{
	g_autoptr(Parcel) self = begin(sync);
	g_autoptr(json_t) hello = said_now(self);
	g_autoptr(json_t) welcome = json_copy((json_t *)greeting);
	PeerStatus status;

	json_object_set_new(welcome, "n", json_string(THEIR_NONCE));
	json_object_set(welcome, "to", json_object_get(hello, "n"));
	if (!in_turn(sync, forget_registers, self, error) || !store_commit(sync->store, error))
		return NULL;
	hear(self, "welcome", welcome);
	if (!store_commit(sync->store, error))
		return NULL;
	status = peer_status(self->peer);
	if (self->peer->state == PEER_LIVE)
		return g_steal_pointer(&self);
	if (self->peer->state == PEER_HEALING)
		return error_null(error, ERROR_CONFLICT,
		                  "The other box knows other events of this one than this one has: it is a "
		                  "copy that was not restored by urokctl restore");
	return error_null(error, ERROR_CONFLICT, "%s",
	                  status.trouble ? status.trouble
	                                 : "The school's data could not be written: nothing was changed");
}

void parcel_withhold_own(Parcel *self)
{
	Events *events = self->sync->events;
	Mark *mark = peer_mark(self->peer, events_origin(events), events_epoch(events));

	mark->acked = mark->sent = G_MAXINT64;
}

int64_t parcel_waiting(const Parcel *self)
{
	return peer_status(self->peer).waiting;
}

/* --- Putting in --- */

/* Up to where a batch brings each of its chains. */
static json_t *ends_of(const json_t *frame)
{
	const json_t *chains = json_object_get(frame, "chains");
	json_t *at = json_array();
	json_t *chain;
	json_t *event;
	size_t i;

	json_array_foreach(chains, i, chain)
		json_array_append_new(
		        at, json_pack("[OOI]", json_array_get(chain, 0), json_array_get(chain, 1),
		                      json_integer_value(json_array_get(chain, 2)) - 1));
	json_array_foreach(json_object_get(frame, "events"), i, event) {
		size_t place = (size_t)json_integer_value(json_array_get(event, 0));
		json_t *up_to = json_array_get(json_array_get(at, place), 2);

		json_integer_set(up_to, json_integer_value(up_to) + 1);
	}
	return at;
}

/* As the other end would, had it taken the frame. */
static void answer(Parcel *self, const json_t *frame)
{
	const char *tail = json_string_value(json_object_get(frame, "t"));
	g_autoptr(json_t) reply = json_pack("{ss}", "c", self->peer->talk);

	if (g_str_equal(tail, "ev")) {
		json_object_set(reply, "b", json_object_get(frame, "b"));
		json_object_set_new(reply, "at", ends_of(frame));
		hear(self, "ack", reply);
	} else if (g_str_equal(tail, "reg")) {
		json_object_set(reply, "name", json_object_get(frame, "name"));
		json_object_set(reply, "up_to", json_object_get(frame, "up_to"));
		hear(self, "merged", reply);
	} else if (g_str_equal(tail, "fill")) {
		json_object_set(reply, "up_to", json_object_get(frame, "up_to"));
		json_object_set(reply, "end", json_object_get(frame, "end"));
		hear(self, "filled", reply);
	}
}

json_t *parcel_next(Parcel *self)
{
	json_t *frame = said_now(self);

	if (!frame) {
		(void)peer_pump(self->peer, clock_boot_ms());
		frame = said_now(self);
	}
	if (frame)
		answer(self, frame);
	return frame;
}

/* --- Taking out --- */

static bool fail_of(const Parcel *self, const json_t *refusal, GError **error)
{
	const char *why = json_string_value(json_object_get(refusal, "why"));
	const char *trouble = peer_status(self->peer).trouble;

	if (!refusal)
		return error_set(error, ERROR_INVALID, "%s",
		                 trouble ? trouble : "What the other box wrote makes no sense");
	if (!json_object_get(refusal, "wait"))
		return error_reason(error, ERROR_CONFLICT, "carry-gap", NULL,
		                    "What stands before this is not here yet");
	return error_set(error, ERROR_BUSY, "%s: %s", why ? why : "It cannot be taken now",
	                 trouble ? trouble : "");
}

static bool judge(Parcel *self, GError **error)
{
	bool taken = false;
	json_t *said;

	while ((said = said_now(self))) {
		g_autoptr(json_t) reply = said;
		const char *tail = json_string_value(json_object_get(reply, "t"));

		if (g_str_equal(tail, "nack"))
			return fail_of(self, reply, error);
		taken = taken || g_str_equal(tail, "ack") || g_str_equal(tail, "merged") ||
		        g_str_equal(tail, "filled");
	}
	return taken || fail_of(self, NULL, error);
}

bool parcel_take(Parcel *self, json_t *frame, uint64_t *ret_events, GError **error)
{
	const char *tail = json_string_value(json_object_get(frame, "t"));
	uint64_t before = peer_status(self->peer).events_taken;
	bool taken;

	if (!tail || (!g_str_equal(tail, "ev") && !g_str_equal(tail, "reg") &&
	              !g_str_equal(tail, "fill")))
		return error_set(error, ERROR_INVALID, "There is no such thing in a parcel");
	json_object_set_new(frame, "c", json_string(self->peer->talk));
	hear(self, tail, frame);
	if (!store_commit(self->sync->store, error))
		return false;
	taken = judge(self, error);
	*ret_events = peer_status(self->peer).events_taken - before;
	return taken;
}

bool parcel_end(Parcel *self, bool *ret_healed, GError **error)
{
	bool heals = self->sync->healing;

	if (heals)
		heal_finish(self->sync);
	*ret_healed = heals && !self->sync->healing;
	return store_commit(self->sync->store, error);
}
