/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Something that is told on at most once in a while, however often it happens: the first time at
 * once, the last time never lost. */
#pragma once

#include <glib.h>

typedef struct Brake Brake;

/* told: from the loop, or from within brake_push(). */
Brake *brake_new(guint pause_ms, void (*told)(void *data), void *data);
void brake_free(Brake *self); /* what waits is not told any more */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Brake, brake_free)

/* It has happened. */
void brake_push(Brake *self);
