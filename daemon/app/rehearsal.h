/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Another release takes over: a copy of the data first, and the way back to that copy. */
#pragma once

#include "app/config.h"

/* Copies the database into the folder (urok.db, what is kept for the way back), rewrites a second
 * copy as this release wants it, prepares every statement on it and wipes it; copy.json beside says
 * when, and whether anything had to be rewritten. A urokd of another release may be at work on the
 * database meanwhile; nothing of it is changed. Not in a loop: waits for the disk. */
bool rehearsal_run(const Config *config, const char *folder, GError **error);

/* At start: a copy that was laid beside the database (urok.db.back) takes its place, as a new epoch
 * of the log; what was there is kept in the folder undone. Cut off anywhere it goes on with the
 * next start. True when there is none. */
bool rehearsal_take_back(const Config *config, GError **error);
