/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Is a folder, of copies or of the school's files, on the disk or the share that it should be on? */
#pragma once

#include "work.h"

/* UNAVAILABLE: what is mounted there by /etc/fstab, or was when the last copy was made, is not. Opens
 * the folder, so that what is mounted on demand comes. */
bool mounts_check(Work *work, const char *folder, GError **error);

/* On what the folder is now, for the next time. */
bool mounts_remember(Work *work, const char *folder, GError **error);

/* Is it just here that something is mounted? A bind of a folder of the same disk too: nothing is renamed or linked
 * across that line. */
bool mounts_begins(const char *folder);

/* The folder itself, or the nearest above it that is there; owned. */
char *mounts_existing(const char *folder);
