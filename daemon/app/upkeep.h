/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The database is read and checked each night, at a start over known damage, and by hand. */
#pragma once

#include "http/http.h"
#include "store/store.h"

typedef struct Upkeep Upkeep;

/* hour: 0 to 23, local time. */
Upkeep *upkeep_new(Store *store, int hour);
/* What else is done in the night, once its check has found the database whole. */
void upkeep_set_nightly(Upkeep *self, void (*nightly)(void *data), void *data);
void upkeep_set_hour(Upkeep *self, int hour);
void upkeep_free(Upkeep *self); /* before the store */

/* "unchecked", "whole", "damaged": what is known. */
const char *upkeep_state(const Upkeep *self);

/* Seconds from `now` to the next full hour of that number, 1 to 24 h and what clocks' changes add. */
int64_t upkeep_wait_s(GDateTime *now, int hour);

/* Why the last check could not be done; NULL: it could. */
const char *upkeep_failure(const Upkeep *self);

extern const Route UPKEEP_ROUTES[]; /* room: the Upkeep */
