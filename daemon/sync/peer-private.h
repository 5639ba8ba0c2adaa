/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of a peer ask of each other. */
#pragma once

#include "sync/sync-private.h"

bool peer_send(Peer *self, const char *tail, json_t *frame); /* steals */
void peer_trouble(Peer *self, const char *words);
void peer_restart(Peer *self); /* says hello again, or asks for it */
void peer_hear_news(void *peer);
/* Of the box's connection, as its will says it; at a box before peer_connected(). "": it has none. */
void peer_set_word(Peer *self, const char *word);
bool in_turn(Sync *sync, bool (*work)(void *data, GError **error), void *data, GError **error);

Mark *peer_mark(Peer *self, const Id *origin, const Id *epoch);
void marks_load(Peer *self);
void marks_keep(Peer *self); /* commits */
void marks_keep_sometimes(Peer *self);
int64_t marks_count_waiting(const Peer *self, int64_t *ret_since_ms);

void sending_rewind(Peer *self);
bool sending_take_ack(Peer *self, const json_t *frame);
bool sending_take_nack(Peer *self, const json_t *frame);
void sending_take_filled(Peer *self, const json_t *frame);
void sending_take_merged(Peer *self, const json_t *frame);
int64_t sending_pump(Peer *self);

void taking_events(Peer *self, const PeerMail *mail);
void taking_fill(Peer *self, const json_t *frame);
void taking_register(Peer *self, const json_t *frame);

/* Compares what the other end says to have of us. */
typedef enum { LOOK_FINE, LOOK_OLDER /* this end is a copy */, LOOK_LIE } Look;
Look heal_look(Peer *self, const json_t *chains);
void heal_take_probe(Peer *self, const json_t *frame);
void heal_take_proof(Peer *self, const json_t *frame);
void heal_pump(Peer *self);
/* Have our older events come back? Then ours follow them. */
void heal_finish(Sync *sync);

/* In a turn: an empty end, or one that is about to join, is to have these chains first. */
bool joining_begin(Peer *self, const json_t *chains, GError **error);
bool joining_check(Sync *sync, GError **error); /* in the turn of what came */
void joining_load(Sync *sync);

/* False: nobody waits for such words. */
bool words_take(Peer *self, const char *tail, const json_t *frame);

bool sync_leaves(Sync *self, const Event *event);
/* In a turn: rows follow from the log as it is now; here, or where sync_on_rows_old() says. */
bool sync_make_rows(Sync *self, GError **error);
