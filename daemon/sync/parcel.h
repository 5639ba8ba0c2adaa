/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A conversation with an end that is not there: what it said of itself when it was last heard
 * stands for it, and each message is answered here, as it would answer. What is said goes into a
 * parcel (a stick), line by line; what a parcel holds is taken as if it arrived now, through all
 * checks. A part of the door: sync.h brings it. */
#pragma once

#include "sync/sync.h"

typedef struct Parcel Parcel;

/* What this end says of itself: the fields of a hello without its nonce. Owned. */
json_t *parcel_greet(Sync *sync);
bool parcel_greeting_is_valid(const json_t *greeting);
/* Of an end of which nothing is known but this: it lacks all else. chains as in a greeting. Owned. */
json_t *parcel_unknown(Sync *sync, json_t *chains);

/* greeting: of the other end, as it came. ERROR_CONFLICT: the two logs contradict each other, or it
 * speaks another version. Outside of a turn, as all below. */
Parcel *parcel_new(Sync *sync, const json_t *greeting, GError **error);
void parcel_free(Parcel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Parcel, parcel_free)

/* What this end writes itself stays here: it was restored, and has to hear first how far the other
 * end knew it. */
void parcel_withhold_own(Parcel *self);
int64_t parcel_waiting(const Parcel *self); /* events that the other end lacks */
/* The next thing to put in: {"t": tail, ...}, owned; NULL: that was all. Whoever loses it packs
 * another parcel, from the beginning. */
json_t *parcel_next(Parcel *self);

/* Takes one thing out, and has it on the disk. ERROR_CONFLICT: what should stand before it is not
 * here. ERROR_BUSY: it lies in the future. ERROR_INVALID: it makes no sense. ret_events: new ones. */
bool parcel_take(Parcel *self, json_t *frame, uint64_t *ret_events, GError **error);
/* Nothing more is to come. ret_healed: this box was an older copy of itself, and is whole again. */
bool parcel_end(Parcel *self, bool *ret_healed, GError **error);
