/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The conflict journal: pairs of events about the same thing, neither of which had seen the other,
 * as the rooms name them. It is found while events are applied, whichever of the two comes last, and
 * refers to them only: so all ends tell the same, and what an erasure takes is gone here too. */
#include "sync/sync-private.h"

#include "base/clock.h"

#include <string.h>

enum { SHOWN = 200, LOOKED_AT = 2000 };

typedef struct {
	const Contest *contest;
	char *(*key)(const Event *event);       /* of the event at hand */
	char *(*other_key)(const Event *event); /* of the one that it is held against */
	const char *other;                      /* its kind */
	bool won;                               /* the event at hand; of two alike the later one */
} Side;

/* --- Writing --- */

static bool note(Sync *self, const char *key, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "note_contested");

	query_bind_text(query, ":key", key);
	query_bind_int(query, ":seq", event->seq);
	return query_run(query, error);
}

static bool is_later(const Event *event, const Event *than)
{
	if (event->hlc != than->hlc)
		return event->hlc > than->hlc;
	return strcmp(event->origin.text, than->origin.text) > 0;
}

static bool add(Sync *self, const Side *side, const Event *event, const Event *other, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "add_conflict");
	bool alike = g_str_equal(side->contest->winner, side->contest->loser);
	bool won = alike ? is_later(event, other) : side->won;

	query_bind_int(query, ":won", won ? event->seq : other->seq);
	query_bind_int(query, ":lost", won ? other->seq : event->seq);
	query_bind_text(query, ":how", side->contest->how);
	query_bind_int(query, ":hlc", (int64_t)MAX(event->hlc, other->hlc));
	return query_run(query, error);
}

static bool hold_against(Sync *self, const Side *side, const char *key, const Event *event,
                         const Event *other, GError **error)
{
	g_autofree char *theirs = NULL;

	if (other->held || !g_str_equal(other->kind, side->other) || event_has_seen(event, other) ||
	    event_has_seen(other, event))
		return true;
	theirs = side->other_key(other);
	return g_strcmp0(theirs, key) != 0 || add(self, side, event, other, error);
}

static GArray *list_noted(Sync *self, const char *key, const Event *event, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_contested");
	g_autoptr(GArray) places = g_array_new(FALSE, FALSE, sizeof(int64_t));
	bool row = true;

	query_bind_text(query, ":key", key);
	query_bind_int(query, ":but", event->seq);
	while (row) {
		int64_t seq;

		if (!query_next(query, &row, error))
			return NULL;
		seq = row ? query_int(query, 0) : 0;
		if (row)
			g_array_append_val(places, seq);
	}
	return g_steal_pointer(&places);
}

static bool look_among_noted(Sync *self, const Side *side, const char *key, const Event *event,
                             GError **error)
{
	g_autoptr(GArray) places = list_noted(self, key, event, error);

	for (guint i = 0; places && i < places->len; i++) {
		g_autoptr(GError) failure = NULL;
		g_autoptr(Event) other = events_find(self->events, g_array_index(places, int64_t, i),
		                                     &failure);

		if (failure) {
			g_propagate_error(error, g_steal_pointer(&failure));
			return false;
		}
		if (other && !hold_against(self, side, key, event, other, error))
			return false;
	}
	return places != NULL;
}

static bool look_in_log(Sync *self, const Side *side, const char *key, const Event *event,
                        GError **error)
{
	g_autoptr(GPtrArray) unseen = events_unseen_by(self->events, event, side->other, error);

	for (guint i = 0; unseen && i < unseen->len; i++)
		if (!hold_against(self, side, key, event, unseen->pdata[i], error))
			return false;
	return unseen != NULL;
}

static int64_t sum_seen(Sync *self, const Event *event)
{
	g_autoptr(json_t) seen = NULL;
	g_autofree char *own = NULL;
	const char *chain;
	json_t *value;

	if (g_strcmp0(self->summed, event->seen) == 0 && id_equal(&self->summed_epoch, &event->epoch) &&
	    id_equal(&self->summed_origin, &event->origin))
		return self->sum;
	seen = json_parse(event->seen, strlen(event->seen), NULL);
	own = g_strconcat(event->origin.text, "/", event->epoch.text, NULL);
	g_free(self->summed);
	self->summed = g_strdup(event->seen);
	self->summed_origin = event->origin;
	self->summed_epoch = event->epoch;
	self->sum = 0;
	json_object_foreach(seen, chain, value)
		if (!g_str_equal(chain, own))
			self->sum += json_integer_value(value);
	return self->sum;
}

/* As many events of other chains as there are places before it that its own chain does not fill:
 * whoever brings a week contradicts nobody. A place that was left only makes it look. */
static bool has_seen_all(Sync *self, const Event *event)
{
	bool in_order = event->seq > self->followed;

	self->followed = event->seq;
	return in_order && sum_seen(self, event) >= event->seq - event->origin_seq;
}

static bool is_own(Sync *self, const Event *event)
{
	return id_equal(&event->epoch, events_epoch(self->events)) &&
	       id_equal(&event->origin, events_origin(self->events));
}

/* all: whatever is here was here before it. */
static bool look(Sync *self, const Side *side, const Event *event, bool all, GError **error)
{
	g_autofree char *key = side->key(event);

	if (!key)
		return true;
	if ((side->won || !side->contest->many) && !note(self, key, event, error))
		return false;
	if (all)
		return true;
	return side->won && side->contest->many ? look_in_log(self, side, key, event, error)
	                                        : look_among_noted(self, side, key, event, error);
}

static bool apply_contested(void *room, const Event *event, GError **error)
{
	Sync *self = room;
	const GPtrArray *contests = events_contests(self->events);
	bool all = has_seen_all(self, event) || is_own(self, event);

	for (guint i = 0; i < contests->len; i++) {
		const Contest *at = contests->pdata[i];
		const Side winner = {at, at->winner_key, at->loser_key, at->loser, true};
		const Side loser = {at, at->loser_key, at->winner_key, at->winner, false};

		if (g_str_equal(event->kind, at->winner) && !look(self, &winner, event, all, error))
			return false;
		if (g_str_equal(event->kind, at->loser) && !g_str_equal(at->winner, at->loser) &&
		    !look(self, &loser, event, all, error))
			return false;
	}
	return true;
}

void sync_follow_contests(Sync *self)
{
	const GPtrArray *contests = events_contests(self->events);
	g_autoptr(GPtrArray) kinds = g_ptr_array_new();

	if (self->follower.kinds)
		return;
	for (guint i = 0; i < contests->len; i++) {
		const Contest *at = contests->pdata[i];

		if (!g_ptr_array_find_with_equal_func(kinds, at->winner, g_str_equal, NULL))
			g_ptr_array_add(kinds, (void *)at->winner);
		if (!g_ptr_array_find_with_equal_func(kinds, at->loser, g_str_equal, NULL))
			g_ptr_array_add(kinds, (void *)at->loser);
	}
	g_ptr_array_add(kinds, NULL);
	self->follower = (Follower){(const char *const *)g_ptr_array_free(g_steal_pointer(&kinds), FALSE),
	                            apply_contested};
	events_add_follower(self->events, &self->follower, self);
}

/* --- Reading --- */

typedef struct {
	int64_t won;
	int64_t lost;
	char *how;
} Conflict;

static void conflict_free(void *data)
{
	g_free(((Conflict *)data)->how);
	g_free(data);
}

static GPtrArray *list_rows(Sync *self, GError **error)
{
	g_autoptr(Query) query = store_query(self->store, "list_conflicts");
	g_autoptr(GPtrArray) rows = g_ptr_array_new_with_free_func(conflict_free);
	bool row = true;

	query_bind_int(query, ":limit", LOOKED_AT);
	while (row) {
		Conflict *conflict;

		if (!query_next(query, &row, error))
			return NULL;
		if (!row)
			break;
		conflict = g_new0(Conflict, 1);
		*conflict = (Conflict){query_int(query, 0), query_int(query, 1),
		                       g_strdup(query_text(query, 2))};
		g_ptr_array_add(rows, conflict);
	}
	return g_steal_pointer(&rows);
}

/* What is said of a pair hangs on bodies that an erasure may have taken since. */
static bool still_stands(Sync *self, const char *how, const Event *won, const Event *lost)
{
	const GPtrArray *contests = events_contests(self->events);

	for (guint i = 0; i < contests->len; i++) {
		const Contest *at = contests->pdata[i];
		g_autofree char *one = NULL;
		g_autofree char *other = NULL;

		if (!g_str_equal(at->how, how))
			continue;
		one = at->winner_key(won);
		other = at->loser_key(lost);
		return one && g_strcmp0(one, other) == 0;
	}
	return false;
}

static json_t *side_to_json(const Event *event, const ConflictNames *names)
{
	g_autofree char *actor = names->person ? names->person(names->data, event->actor) : NULL;
	char at[TIME_TEXT_SIZE];

	clock_format(HLC_MS(event->hlc), at);
	return json_pack("{ss ss ss ss? ss}", "event", event->id.text, "kind", event->kind, "actor",
	                 event->actor, "actor_name", actor, "at", at);
}

/* Ours: what was written here, else at the school, else by the smaller origin. */
static bool won_is_ours(Sync *self, const Event *won, const Event *lost)
{
	const Id *here = events_origin(self->events);

	if (!id_equal(&won->origin, &lost->origin)) {
		if (id_equal(&won->origin, here) || id_equal(&lost->origin, here))
			return id_equal(&won->origin, here);
		if (id_equal(&won->origin, &self->authority) ||
		    id_equal(&lost->origin, &self->authority))
			return id_equal(&won->origin, &self->authority);
	}
	return strcmp(won->origin.text, lost->origin.text) < 0;
}

/* Where it happened, for whoever is in it; NULL: in no chat. Borrowed. */
static const char *chat_of(const Event *event)
{
	return g_str_has_prefix(event->scope, "chat:") ? event->scope + strlen("chat:") : NULL;
}

static void add_shown(Sync *self, const Conflict *conflict, const ConflictNames *names, json_t *list)
{
	g_autoptr(Event) won = events_find(self->events, conflict->won, NULL);
	g_autoptr(Event) lost = events_find(self->events, conflict->lost, NULL);
	g_autofree char *title = NULL;
	const char *back = NULL;
	char at[TIME_TEXT_SIZE];
	bool ours;

	if (!won || !lost || !still_stands(self, conflict->how, won, lost))
		return;
	ours = won_is_ours(self, won, lost);
	title = names->place ? names->place(names->data, lost->scope) : NULL;
	if (names->reader && names->way_back)
		back = names->way_back(names->data, names->reader, conflict->how, lost);
	clock_format(HLC_MS(MAX(won->hlc, lost->hlc)), at);
	json_array_append_new(
	        list, json_pack("{ss ss ss ss? ss? ss so so ss ss ss?}", "event", lost->id.text, "kind",
	                        lost->kind, "subject", lost->subject, "chat", chat_of(lost), "title", title, "at", at,
	                        "ours", side_to_json(ours ? won : lost, names), "theirs",
	                        side_to_json(ours ? lost : won, names), "won",
	                        ours ? "ours" : "theirs", "how", conflict->how, "back", back));
}

json_t *sync_list_conflicts(Sync *self, const ConflictNames *names, GError **error)
{
	g_autoptr(GPtrArray) rows = list_rows(self, error);
	json_t *list;

	if (!rows)
		return NULL;
	list = json_array();
	for (guint i = 0; i < rows->len && json_array_size(list) < SHOWN; i++)
		add_shown(self, rows->pdata[i], names, list);
	return list;
}
