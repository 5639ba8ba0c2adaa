/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What this machine has brought to the other side, and what of that may go there. */
#pragma once

#include "work.h"

/* "copies": {name: [packs that lay beside it then]}, "packs": {name: true}: all that this machine has ever brought
 * to `target` and has not taken away, and what lies in the folder now; owned. On the disk before it goes there. */
json_t *sent_begin(Work *work, const char *target, GError **error);

/* Paths in the folder that were brought, are not here any more and whose time is over by the rule of shelf_prune();
 * owned, of char *. NULL: the folder cannot be read. */
GPtrArray *sent_superseded(Work *work, const json_t *sent, GError **error);

/* They have gone there too. */
bool sent_end(Work *work, json_t *sent, const GPtrArray *gone, GError **error);

/* The name of this machine for others: made at its first question, in no copy of the school; owned. */
char *sent_sender(Work *work, GError **error);
