/* SPDX-License-Identifier: LGPL-2.1-or-later
 * An end that began empty shows itself to nobody until it has what the other end had when it greeted. A
 * part of the door: sync.h brings it. */
#pragma once

#include "sync/sync.h"

extern const Migration SYNC_JOINING_MIGRATION;

/* False: ERROR_UNAVAILABLE `joining`, with how much is here. sync: the Sync. */
bool sync_check_joined(void *sync, GError **error);
/* It waits for these ends alone (names, NULL at its end); outside of a turn. */
bool sync_join_from(Sync *self, char **peers, GError **error);
