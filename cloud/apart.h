/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A view that lacks much is made by a process of its own: the loop's schools are served and their
 * leases renewed meanwhile, and its memory goes with it. */
#pragma once

#include "fetch.h"

typedef struct Aparts Aparts; /* of an instance: a few work, the others wait for their turn */
typedef struct Apart Apart;

Aparts *aparts_new(void);
void aparts_free(Aparts *self); /* after all of its own */

/* From the loop, once. The file is what fetch_new() finds next; failure INTERNAL: it is of no use. */
typedef void (*OnMade)(void *data, const GError *failure);

/* Runs this program with --make-view, which reads settings' file anew. ground: copied. */
Apart *apart_new(Aparts *aparts, const Ground *ground, OnMade on_made, void *data);
void apart_free(Apart *self); /* the process is killed; what it had written so far does not count */

/* In that process: words are the school's id, the run and the fence of its lease, and its folder. */
bool apart_make(const Settings *settings, char *const words[4], GError **error);
