/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A made-up camera as bytes: what it sends, when, and what befalls it. Played through the worker's
 * segmenter, writer and window; all that is told and written is held against the rules. */
#pragma once

#include "wire/wire.h"

/* A part that was told, with the init segment of its generation. */
typedef void (*TapePart)(void *data, const WirePart *part, GBytes *init, GBytes *bytes);

/* Any bytes are a tape; on_part may be NULL. A rule that does not hold aborts. */
void tape_play(const guint8 *data, gsize size, TapePart on_part, void *user_data);
