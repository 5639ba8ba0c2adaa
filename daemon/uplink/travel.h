/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Files between this box and the cloud, by the cloud's own door: one at a time, piece by piece, the
 * small and the new ones first. What has to go is in rows, so it outlives everything. */
#pragma once

#include "uplink/uplink.h"

typedef struct Travel Travel;

Travel *travel_new(Uplink *uplink);
void travel_free(Travel *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Travel, travel_free)

void travel_start(Travel *self);  /* there is a link: looks at what rows name and what is here */
void travel_stop(Travel *self);   /* there is none for now; what waits, waits */
void travel_forget(Travel *self); /* for good */
void travel_line(Travel *self, bool live); /* when it came back nobody waits out a pause any more */
void travel_look(Travel *self);    /* something may be able to go on */

/* Bytes of pieces, since travel_new(). */
uint64_t travel_sent(const Travel *self);
uint64_t travel_taken(const Travel *self);

/* {to_send, to_send_bytes, to_fetch, trouble: {code, text} or null}; owned. */
json_t *travel_to_json(const Travel *self);
