/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school's file handed in as a snapshot, a part at a time and without that anybody waits. */
#pragma once

#include "fetch.h"

typedef struct Keeping Keeping;

/* The house is closed, and its file holds this turn. NULL: it cannot be handed in. What becomes of it is
 * said in the log alone; it ends by itself when the school is another instance's. */
Keeping *keeping_new(const Ground *ground, int64_t turn);
void keeping_free(Keeping *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Keeping, keeping_free)

/* Before the file changes: nothing more is read of it, and parts without a last word are no snapshot. */
void keeping_stop(Keeping *self);
/* A part is still on its way: no other may begin, whose parts it might be put among. */
bool keeping_is_busy(const Keeping *self);
/* Blocks until it has ended: for who is about to give the school back. A long one is given up. */
void keeping_wait(Keeping *self);
