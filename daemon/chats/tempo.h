/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How fast one person may write: in memory, bounded, on a clock that the caller reads. */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct Tempo Tempo;

/* A minute's messages may come at once; 0: there is no limit. */
Tempo *tempo_new(unsigned messages_a_minute);
void tempo_set(Tempo *self, unsigned messages_a_minute); /* from the next message on */
void tempo_free(Tempo *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Tempo, tempo_free)

/* Counts one of this person's. False: not now, and not counted; ret_wait_us says when. */
bool tempo_take(Tempo *self, const char *person, int64_t now_us, int64_t *ret_wait_us);

/* How many people are remembered: who wrote within the last minute, and some before them. */
unsigned tempo_count(const Tempo *self);
#define TEMPO_CLEAN_AT 256
