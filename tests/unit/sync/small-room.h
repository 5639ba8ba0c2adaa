/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The one room of a small school. */
#pragma once

#include "small.h"

void small_room_add(Place *place); /* before events_open() */
void small_room_write(Place *place, const char *kind, const Id *word, const char *text); /* in a turn */
void small_room_allow(Place *place, const char *kind, bool allowed);

/* As text; owned. */
char *small_room_rows(Place *place);
char *small_room_heads(Place *place); /* how far each chain is */

/* Nothing stands aside but what has to. */
void small_room_check_aside(Place *place);
