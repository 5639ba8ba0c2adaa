/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A day of chances that fails, made as short as it fails. */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The steps of a seed, each its own chance, so that any may be left out; owned, of guint32. */
GArray *chances_of(guint32 seed, int steps);

/* Does nothing fail? In a process of its own, which may abort. */
typedef bool (*Holds)(const GArray *chances, void *data);

/* Leaves out halves, quarters, ... single steps, for as long as it fails all the same; owned. */
GArray *shrink(const GArray *chances, int tries, Holds holds, void *data);

typedef enum { LOUD, QUIET } Voice;

/* Plays in a process of its own and waits for it; *ret_child is what it was. False: it failed. */
bool play_apart(void (*play)(void *data), void *data, Voice voice, pid_t *ret_child);

unsigned number_of(const char *name, unsigned otherwise); /* of the environment */
