/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The log as another end sees it: chains of origins, what is missing where, what is state beside
 * events. A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

/* Digests as log-and-store.md §2 says. */
Digest event_skeleton(const Event *self);
Digest event_mac(const uint8_t salt[DIGEST_SIZE], const char *body_text);
Digest event_hash(const Event *self, const Digest *previous);
typedef struct {
	Id origin;
	Id epoch;
	int64_t up_to; /* the last origin_seq that is here; 0: none */
	Digest hash;  /* of that event */
	bool ours;    /* this box writes it */
	int64_t key;
} Chain;
/* "ORIGIN/EPOCH", as `seen` has it; owned. */
char *chain_name(const char *origin, const char *epoch);
GPtrArray *events_chains(Events *self, GError **error); /* of Chain, owned */
const Id *events_origin(const Events *self);
const Id *events_epoch(const Events *self);
/* Of the event at this place of a chain; ret_found false: it is not here. Place 0 is zeroes. */
bool events_hash_at(Events *self, const Chain *chain, int64_t origin_seq, Digest *ret_hash,
                    bool *ret_found, GError **error);
/* The local place of an event of a chain; 0: it is not here. */
bool events_place_of(Events *self, const Chain *chain, int64_t origin_seq, int64_t *ret_seq,
                     GError **error);

/* The origin of the only end that writes kinds without `anywhere`; NULL: nothing is checked. */
void events_set_authority(Events *self, const Id *origin);
/* Did this box write what only a school's own box writes? Its first event tells. */
bool events_decides(Events *self);

/* As events_receive(), but what is refused or cannot be applied stands aside, with words, and the
 * chain goes on. False: ERROR_CONFLICT and ERROR_BUSY as there, or the store failed. */
bool events_take(Events *self, Event *event, GError **error);
/* The content of an event that is held here, which must fit its digests. ERROR_FORBIDDEN: it does
 * not. What is not held is fine: ret_filled says. It is applied by events_rebuild(). */
bool events_fill(Events *self, const Event *event, bool *ret_filled, GError **error);

/* This box was restored or cloned: another end knows other events of it after `keep`. They are the
 * older epoch's; ours begin a new one. Outside of a turn; commits. */
bool events_new_epoch(Events *self, int64_t keep, GError **error);
/* ... and when those have come: ours follow them in the log, not yet in the rows. In a turn. ret_moved:
 * there were some. */
bool events_put_behind(Events *self, bool *ret_moved, GError **error);

/* LOCALITY_BOX: unknown. */
Locality events_locality(const Events *self, const char *kind);
void events_each_kind(Events *self, void (*each)(const char *kind, Locality locality, void *data),
                      void *data);

/* After an upgrade: applies what was unknown. Outside of a turn. */
bool events_catch_up(Events *self, GError **error);

/* --- What two ends may do to the same thing without knowing of each other --- */
typedef struct {
	const char *winner, *loser; /* kinds; the same twice: the later one by (hlc, origin) */
	const char *how; /* a code of the conflict journal: "edited-twice" */
	/* What the two have in common; owned. NULL: this one is about nothing of the kind. */
	char *(*winner_key)(const Event *event);
	char *(*loser_key)(const Event *event);
	bool many; /* losers are most of the log: looked for there, and not noted by their keys */
} Contest;
void events_add_contests(Events *self, const Contest contests[]); /* borrowed, ended by {0} */
const GPtrArray *events_contests(const Events *self);             /* of const Contest */
Event *events_find(Events *self, int64_t seq, GError **error);    /* NULL: not here, or failed */
/* Events of other chains than `event`'s that it has not seen, of a kind; owned. */
GPtrArray *events_unseen_by(Events *self, const Event *event, const char *kind, GError **error);
bool event_has_seen(const Event *self, const Event *other);

/* Called after a commit that made the log or a register longer; events_tell() says of one. */
void events_add_reader(Events *self, void (*grown)(void *data), void *data);
void events_remove_reader(Events *self, void *data);
void events_tell(Events *self);

/* --- State that travels without events --- */
typedef struct {
	const char *name; /* "chat.read" */
	/* Rows that changed after *cursor, at most `limit`, oldest change first: an owned array;
	 * *cursor moves behind them. */
	json_t *(*since)(void *room, int64_t *cursor, int limit, GError **error);
	/* Of another end, in a turn: merged so that order and repetition do not matter. */
	bool (*merge)(void *room, const json_t *rows, GError **error);
} Register;
void events_add_register(Events *self, const Register *reg, void *room);
unsigned events_registers(const Events *self);
const char *events_register_name(const Events *self, unsigned index);
json_t *events_register_since(Events *self, unsigned index, int64_t *cursor, int limit,
                              GError **error);
bool events_register_merge(Events *self, const char *name, const json_t *rows, GError **error);
#include "events/intake.h"
#include "events/seals.h"
