/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Chance and time of the process follow a seed, so that what was played can be played again. */
#pragma once

#include <glib.h>

#define MONDAY_MS 1795413600000LL /* 2026-11-23T06:00:00Z */

void chance_begin(guint32 seed);
