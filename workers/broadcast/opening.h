/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The first units of a camera's connection, held back until it is known how long a part may be and
 * whether sound that was announced comes. */
#pragma once

#include "unit.h"

#include <glib.h>
#include <stdbool.h>

typedef struct Opening Opening;

/* `sound_announced`: sound is waited for, for two seconds of pictures. `rate_wanted`: enough
 * pictures for opening_part_target_us() are waited for. */
Opening *opening_new(bool sound_announced, bool rate_wanted);
void opening_free(Opening *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Opening, opening_free)

/* Copies the unit; pictures before the first key frame are let go. True: no more is needed. */
bool opening_add(Opening *self, const Unit *unit);

/* Sound was announced and did not come. */
bool opening_lacks_sound(const Opening *self);

/* As many whole pictures as come nearest to part_ms, and some room for an unsteady clock. */
unsigned opening_part_target_us(const Opening *self, unsigned part_ms);

/* Of Unit, in the order in which they came. */
const GList *opening_units(const Opening *self);
