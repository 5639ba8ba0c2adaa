/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The two ends of a request that is handed on. */
#pragma once

#include "onward/onward.h"

#define ONWARD_BODY_MAX 32768 /* bytes of JSON; what is longer is done at the school */

struct Onward {
	OnwardOptions options;
	GHashTable *waiting; /* at the cloud: id → Handed */
	GQueue asked;        /* at the server: Errand, what nobody said `go` to yet, the oldest first */
};

/* The last place of a chain that is here; 0: none of it. */
int64_t onward_place(Events *events, const Id *origin, const Id *epoch);

/* handing.c, at the cloud */
void handing_begin(Onward *self);
void handing_end(Onward *self);
/* doing.c, at the school's server */
void doing_begin(Onward *self);
void doing_end(Onward *self);
