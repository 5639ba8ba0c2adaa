/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What is asked of another end's event, whichever way it comes in. */
#pragma once

#include "events/events-private.h"

/* A chain as its row says. */
typedef struct {
	int64_t key;
	bool ours;
	int64_t last_seq;
	Digest last_hash;
} Origin;
bool events_find_origin(Events *self, const char *origin, const char *epoch, bool *ret_found,
                        Origin *ret_origin, GError **error);
bool events_ensure_origin(Events *self, const Event *event, Origin *ret_origin, GError **error);
bool events_check_admitted(Events *self, const Event *event, GError **error);
bool events_is_newer(Events *self, const Event *event);
