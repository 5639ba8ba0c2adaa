/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Seals: what proves to an end, after a restore, that an event of its own chain is its own. A part
 * of the door: events.h brings it. */
#pragma once

#include "events/events.h"

/* The first 16 bytes of HMAC-SHA-256 of "ORIGIN\nEPOCH\nPLACE\n" and the 32 bytes of the hash, under
 * a key that never leaves this end but in a backup. */
Seal events_seal(const Events *self, const Chain *at); /* up_to and hash say which event */
bool events_has_sealed(const Events *self, const Chain *at, const Seal *seal);
/* Of the last event of a chain: made here for one of ours, else as it was brought. False: none. */
bool events_find_seal(Events *self, const Chain *chain, Seal *ret_seal);
Seal events_seal_of(const Events *self, const Event *event); /* the same; zeroes: none */

bool seal_is_empty(const Seal *self);
char *seal_to_text(const Seal *self);                    /* 22 characters of base64url; "": empty */
bool seal_from_text(const char *text, Seal *ret_seal);   /* NULL and "": empty */

extern const Migration SEALS_MIGRATION;
