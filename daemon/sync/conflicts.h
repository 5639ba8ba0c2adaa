/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the conflict journal asks of the room. */
#pragma once

#include "sync/sync-private.h"

void conflicts_follow(Sync *self); /* the kinds that rooms have named until now */
