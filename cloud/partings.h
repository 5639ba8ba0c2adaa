/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Boxes that were unlinked and may still be connected: a broker asks a certificate once, at the
 * beginning of a connection, and lets one client of a name in at a time. So the instance comes under
 * the box's name, and stays until the broker has read who is revoked. */
#pragma once

#include "keys.h"

typedef struct Partings Partings;

/* NULL: no listener at the broker is the instances' own, so a name is not theirs to take. */
Partings *partings_new(const Settings *settings, const Keys *keys);
void partings_free(Partings *self);

/* From now on for some seconds. Either may be called of any box, and with NULL. */
void partings_begin(Partings *self, const char *origin);
/* It was linked again. */
void partings_end(Partings *self, const char *origin);
