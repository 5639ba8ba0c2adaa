/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What stands aside: in the log, not in the rows. A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

json_t *events_list_aside(Events *self, GError **error); /* the newest 200, for a person; owned */
/* Ids of all that were not discarded, in the log's order: one may need another. Owned texts. */
GPtrArray *events_aside_ids(Events *self, GError **error);
/* Of the ids of before: what an administrator took back from there since, elsewhere. In a turn. */
bool events_apply_taken_back(Events *self, const GPtrArray *ids, GError **error);
bool events_retry(Events *self, const char *event, GError **error);   /* in a turn */
bool events_discard(Events *self, const char *event, GError **error); /* in a turn */
