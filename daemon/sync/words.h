/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What rooms of the two ends ask each other while they talk; neither kept nor repeated. A part of the
 * door: sync.h brings it. */
#pragma once

#include "sync/sync.h"

typedef void (*TakeWords)(void *data, const char *peer, const json_t *frame);
/* tail: its own, none of the protocol's. Not called inside a turn. */
void sync_on_words(Sync *self, const char *tail, TakeWords take, void *data);
/* "c" is added. peer: its name; at a cloud the box's origin. False: there is no conversation with it
 * now, or it cannot be sent. Steals. */
bool sync_say(Sync *self, const char *peer, const char *tail, json_t *frame);
