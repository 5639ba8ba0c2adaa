/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What comes from the other end: written in one turn, acknowledged when that turn is on the disk. */
#include "sync/sync-private.h"

#include <string.h>

#define FUTURE_WAIT_MS 30000
#define FAILED_WAIT_MS 5000

/* NULL: none of its events is here. */
static const Chain *find_chain(const GPtrArray *all, const BatchChain *of)
{
	for (guint i = 0; i < all->len; i++) {
		const Chain *chain = all->pdata[i];

		if (id_equal(&chain->origin, &of->origin) && id_equal(&chain->epoch, &of->epoch))
			return chain;
	}
	return NULL;
}

static json_t *marks_of(Peer *self, const GArray *chains)
{
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, NULL);
	json_t *list = json_array();

	for (guint c = 0; c < chains->len; c++) {
		const BatchChain *chain = &g_array_index(chains, BatchChain, c);
		const Chain *ours = all ? find_chain(all, chain) : NULL;

		json_array_append_new(list, json_pack("[ssI]", chain->origin.text, chain->epoch.text,
		                                      (json_int_t)(ours ? ours->up_to : 0)));
	}
	return list;
}

/* What is said after the commit. */
typedef struct {
	PeerLink *link;
	GArray *chains;
	char talk[2 * NONCE_SIZE];
	uint64_t batch;
	bool gap; /* what stands before it is not here */
	char *tail;
	int64_t wait_ms;
	char *why;
	json_t *frame; /* of other answers than those to a batch */
	unsigned events;
	int64_t first, last; /* their places here, one behind the other; 0: they are not */
} Answer;

static Answer *answer_new(Peer *self, uint64_t batch, GArray *chains)
{
	Answer *answer = g_new0(Answer, 1);

	answer->link = self->link;
	answer->link->references++;
	answer->chains = chains ? g_array_ref(chains) : NULL;
	answer->batch = batch;
	g_strlcpy(answer->talk, self->talk, sizeof answer->talk);
	return answer;
}

static void answer_free(void *data)
{
	Answer *answer = data;

	if (--answer->link->references == 0)
		g_free(answer->link);
	if (answer->chains)
		g_array_unref(answer->chains);
	json_decref(answer->frame);
	g_free(answer->tail);
	g_free(answer->why);
	g_free(answer);
}

static void say(Peer *self, const Answer *answer, bool good, int64_t wait_ms, const char *why)
{
	json_t *frame = json_pack("{ss sI}", "c", answer->talk, "b", (json_int_t)answer->batch);

	json_object_set_new(frame, "at", marks_of(self, answer->chains));
	if (wait_ms) {
		json_object_set_new(frame, "wait", json_integer(wait_ms));
		json_object_set_new(frame, "why", json_string(why));
	}
	(void)peer_send(self, good ? "ack" : "nack", frame);
}

static void note_taken(Peer *self, const Answer *answer)
{
	/* What came from there is there. */
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, NULL);

	for (guint c = 0; all && c < answer->chains->len; c++) {
		const BatchChain *chain = &g_array_index(answer->chains, BatchChain, c);
		const Chain *ours = find_chain(all, chain);
		Mark *mark = peer_mark(self, &chain->origin, &chain->epoch);

		if (!ours)
			continue;
		mark->acked = MAX(mark->acked, MIN(chain->last, ours->up_to));
		mark->sent = MAX(mark->sent, mark->acked);
	}
}

static void on_commit(void *data, const GError *failure)
{
	const Answer *answer = data;
	Peer *self = answer->link->peer;

	if (!self || !self->connected || !g_str_equal(self->talk, answer->talk))
		return;
	if (answer->frame) {
		if (!failure)
			(void)peer_send(self, answer->tail, json_incref(answer->frame));
		return;
	}
	if (failure) {
		peer_trouble(self, failure->message);
		say(self, answer, false, FAILED_WAIT_MS, "The other end cannot write");
		return;
	}
	self->counts.events_taken += answer->events;
	note_taken(self, answer);
	if (answer->first && self->cursor == answer->first - 1)
		self->cursor = answer->last; /* nothing of them is to be sent there */
	say(self, answer, !answer->gap && !answer->wait_ms && !answer->why, answer->wait_ms,
	    answer->why ? answer->why : "");
}

/* --- Events --- */

typedef enum { BATCH_GOOD, BATCH_GAP, BATCH_WRONG, BATCH_INVENTED } BatchFit;

/* What comes back of our own, after a restore, bears our seal. */
static bool is_sealed(Peer *self, const Event *event)
{
	Events *events = self->sync->events;
	const Chain at = {.origin = event->origin, .epoch = event->epoch, .up_to = event->origin_seq,
	                  .hash = event->hash};

	return !id_equal(&event->origin, events_origin(events)) ||
	       events_has_sealed(events, &at, &event->seal);
}

/* Gives each event that is new its hash, and holds the last of each chain against what was
 * declared. */
static BatchFit fit(Peer *self, const GArray *chains, GPtrArray *events, GError **error)
{
	g_autoptr(GPtrArray) all = events_chains(self->sync->events, error);
	bool gap = false;

	for (guint c = 0; all && c < chains->len; c++) {
		const BatchChain *chain = &g_array_index(chains, BatchChain, c);
		const Chain *here = find_chain(all, chain);
		int64_t up_to = here ? here->up_to : 0;
		Digest hash = here ? here->hash : (Digest){{0}};

		if (chain->last <= up_to)
			continue;
		if (here && here->ours)
			return BATCH_WRONG;
		if (chain->first > up_to + 1) {
			gap = true;
			continue;
		}
		for (guint i = 0; i < events->len; i++) {
			Event *event = events->pdata[i];

			if (!id_equal(&event->epoch, &chain->epoch) || event->origin_seq <= up_to ||
			    !id_equal(&event->origin, &chain->origin))
				continue;
			event->hash = event_hash(event, &hash);
			hash = event->hash;
			if (!is_sealed(self, event))
				return BATCH_INVENTED;
			event->seq = 1; /* it is new */
		}
		if (!digest_equal(&hash, &chain->hash))
			return BATCH_WRONG;
	}
	return !all ? BATCH_WRONG : gap ? BATCH_GAP : BATCH_GOOD;
}

typedef struct {
	Peer *peer;
	const PeerMail *mail;
	BatchFit fits;
	GPtrArray *events; /* that are new here; borrowed; NULL: not known yet */
	Answer *answer;
} Batching;

/* What fit() has found to be new. */
static GPtrArray *new_ones(const GPtrArray *events)
{
	GPtrArray *found = g_ptr_array_new();

	for (guint i = 0; i < events->len; i++) {
		Event *event = events->pdata[i];

		if (event->seq)
			g_ptr_array_add(found, event);
		event->seq = 0;
	}
	return found;
}

static void stop_at(Answer *answer, const GError *failure)
{
	answer->wait_ms = error_is(failure, ERROR_BUSY) ? FUTURE_WAIT_MS : 0;
	answer->why = g_strdup(failure->message);
}

/* All or nothing, but for those behind one that has to wait. */
static bool take_fresh(Batching *work, GError **error)
{
	g_autoptr(Intake) intake = intake_new(work->peer->sync->events);
	g_autoptr(GError) failure = NULL;
	IntakeResult result = INTAKE_TAKEN;

	for (guint i = 0; i < work->events->len; i++) {
		Event *event = work->events->pdata[i];

		result = intake_take(intake, event, &failure);
		if (result != INTAKE_TAKEN)
			break;
		work->answer->events++;
		work->answer->first = i == 0 ? event->seq : work->answer->first;
		work->answer->last = event->seq;
	}
	if (result == INTAKE_FAILED)
		return error_set(error, ERROR_INTERNAL, "An event of the batch is refused");
	if (failure)
		stop_at(work->answer, failure);
	return intake_end(intake, error) &&
	       (!work->peer->sync->joining || joining_check(work->peer->sync, error));
}

/* In the turn it is seen what other batches of it have brought. */
static bool take_together(void *data, GError **error)
{
	Batching *work = data;
	g_autoptr(GError) failure = NULL;

	work->fits = fit(work->peer, work->mail->chains, work->mail->events, &failure);
	work->events = new_ones(work->mail->events);
	if (failure) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	return work->fits != BATCH_GOOD || take_fresh(work, error);
}

static bool take_one_by_one(void *data, GError **error)
{
	Batching *work = data;

	for (guint i = 0; i < work->events->len; i++) {
		g_autoptr(GError) failure = NULL;

		if (events_take(work->peer->sync->events, work->events->pdata[i], &failure)) {
			work->answer->events++;
			continue;
		}
		if (!error_is(failure, ERROR_CONFLICT) && !error_is(failure, ERROR_BUSY)) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return false;
		}
		stop_at(work->answer, failure);
		break; /* what stands before it is kept */
	}
	return !work->peer->sync->joining || joining_check(work->peer->sync, error);
}

static bool take_carefully(Batching *work, GError **error)
{
	work->answer->events = 0;
	work->answer->first = 0;
	work->answer->wait_ms = 0;
	g_clear_pointer(&work->answer->why, g_free);
	return in_turn(work->peer->sync, take_one_by_one, work, error);
}

static bool take_batch(Batching *work, GError **error)
{
	g_autoptr(GError) failure = NULL;

	if (in_turn(work->peer->sync, take_together, work, &failure))
		return true;
	/* Without a turn nothing was looked at. */
	if (work->events && work->fits == BATCH_GOOD)
		return take_carefully(work, error);
	g_propagate_error(error, g_steal_pointer(&failure));
	return false;
}

static void refuse_batch(Peer *self, Answer *answer, BatchFit fits)
{
	self->counts.dropped++;
	peer_trouble(self, fits == BATCH_WRONG
	                           ? "The other end's events do not continue those that are here"
	                           : "The other end sent events that claim to be this one's "
	                             "and bear no seal of it");
	answer_free(answer);
}

static void cannot_write(Peer *self, Answer *answer, const GError *failure)
{
	peer_trouble(self, failure->message);
	say(self, answer, false, FAILED_WAIT_MS, "The other end cannot write");
	answer_free(answer);
}

static void write_batch(Peer *self, Batching *work)
{
	g_autoptr(GError) error = NULL;

	if (!take_batch(work, &error)) {
		cannot_write(self, work->answer, error);
		return;
	}
	if (work->fits == BATCH_WRONG || work->fits == BATCH_INVENTED) {
		refuse_batch(self, work->answer, work->fits);
		return;
	}
	work->answer->gap = work->fits == BATCH_GAP;
	store_after_commit(self->sync->store, on_commit, work->answer, answer_free);
}

void taking_events(Peer *self, const PeerMail *mail)
{
	Batching work = {.peer = self, .mail = mail};

	if (self->state != PEER_LIVE)
		return;
	if (!mail->events) {
		self->counts.dropped++;
		peer_trouble(self, "The other end sent what makes no sense");
		return;
	}
	work.answer = answer_new(
	        self, (uint64_t)json_integer_value(json_object_get(mail->frame, "b")), mail->chains);
	write_batch(self, &work);
	g_clear_pointer(&work.events, g_ptr_array_unref);
}

/* --- The content of what was held --- */

typedef struct {
	Peer *peer;
	GPtrArray *events;
	bool end;
	bool filled;
} Filling;

static bool set_filled(Sync *sync, bool filled, GError **error)
{
	g_autoptr(Query) query = store_query(sync->store, "set_sync_filled");

	query_bind_int(query, ":filled", filled);
	return query_run(query, error);
}

/* Whoever holds it too gets it from here. */
static bool pass_on(Peer *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->sync->store, "start_sync_fills");

	query_bind_text(query, ":but", self->name);
	events_tell(self->sync->events);
	return query_run(query, error);
}

static bool fill_all(void *data, GError **error)
{
	Filling *work = data;
	Sync *sync = work->peer->sync;

	work->filled = sync->filled;
	for (guint i = 0; i < work->events->len; i++) {
		bool filled = false;

		if (!events_fill(sync->events, work->events->pdata[i], &filled, error))
			return false;
		work->filled = work->filled || filled;
	}
	if (work->end && work->filled) {
		work->filled = false;
		return set_filled(sync, false, error) && pass_on(work->peer, error) &&
		       sync_make_rows(sync, error);
	}
	return work->filled == sync->filled || set_filled(sync, work->filled, error);
}

static bool set_places(const json_t *places, GPtrArray *events)
{
	if (json_array_size(places) != events->len)
		return false;
	for (guint i = 0; i < events->len; i++) {
		Event *event = events->pdata[i];

		event->origin_seq = json_integer_value(json_array_get(places, i));
		if (event->origin_seq < 1 || event->held)
			return false;
	}
	return true;
}

void taking_fill(Peer *self, const json_t *frame)
{
	g_autoptr(GArray) chains = g_array_new(FALSE, TRUE, sizeof(BatchChain));
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	Filling work = {self, events, json_is_true(json_object_get(frame, "end")), false};
	g_autoptr(GError) error = NULL;
	Answer *answer;

	if (self->state != PEER_LIVE || !batch_read(frame, chains, events, NULL) ||
	    !set_places(json_object_get(frame, "places"), events)) {
		self->counts.dropped++;
		return;
	}
	if (!in_turn(self->sync, fill_all, &work, &error)) {
		peer_trouble(self, error->message);
		return;
	}
	self->sync->filled = work.filled;
	answer = answer_new(self, 0, NULL);
	answer->tail = g_strdup("filled");
	answer->frame = json_pack("{ss sO? sb}", "c", self->talk, "up_to",
	                          json_object_get(frame, "up_to"), "end", (int)work.end);
	store_after_commit(self->sync->store, on_commit, answer, answer_free);
}

/* --- Registers --- */

typedef struct {
	Peer *peer;
	const char *name;
	const json_t *rows;
} Merging;

static bool merge_rows(void *data, GError **error)
{
	const Merging *work = data;

	return events_register_merge(work->peer->sync->events, work->name, work->rows, error);
}

void taking_register(Peer *self, const json_t *frame)
{
	Merging work = {self, json_string_value(json_object_get(frame, "name")),
	                json_object_get(frame, "rows")};
	g_autoptr(GError) error = NULL;
	Answer *answer;

	if (!work.name || !json_is_array(work.rows)) {
		self->counts.dropped++;
		return;
	}
	if (!in_turn(self->sync, merge_rows, &work, &error)) {
		peer_trouble(self, error->message);
		return;
	}
	answer = answer_new(self, 0, NULL);
	answer->tail = g_strdup("merged");
	answer->frame = json_pack("{ss ss sO?}", "c", self->talk, "name", work.name, "up_to",
	                          json_object_get(frame, "up_to"));
	store_after_commit(self->sync->store, on_commit, answer, answer_free);
}
