/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Under which name a restored or copied school writes on. A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

/* --- Of a store that no Events is open on: a backup, a restored school --- */
char *events_render_heads(Store *store, GError **error); /* JSON; owned */
/* What this box writes from now on is another chain: events that it wrote after the copy was made
 * may be on their way somewhere. Nothing in a log without an origin. */
bool events_begin_epoch(Store *store, GError **error);
/* This box is a copy that lives beside the one it was made from: from now on it writes under an
 * origin of its own. After events_open(), outside of a turn; commits. */
bool events_new_origin(Events *self, GError **error);
