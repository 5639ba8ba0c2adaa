/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A restored school takes its place: at one moment it is the other one, whatever is cut off. */
#pragma once

#include "rebuilt.h"

typedef struct {
	char *data;  /* beside the living one's folder, on its disk */
	char *files; /* so too; inside of it where it is a disk of its own */
} Staging;

/* Can a school of so many bytes take its place? Each disk is asked for its own part: CONFLICT, NO_SPACE or UNAVAILABLE with
 * a sentence. */
bool staging_check(Work *work, int64_t database, int64_t files, GError **error);

/* What an earlier run left is brought to its end or removed; then two empty folders. */
bool staging_begin(Work *work, Staging *ret_staging, GError **error);
/* Removes what was not put in place. */
void staging_clear(Staging *self);

/* Puts it there. aside: the living school is kept, in folders beside its own, of which the name is
 * told (owned); else it was none. */
bool staging_put(Work *work, Staging *staging, bool aside, char **ret_aside, GError **error);

/* Certificates and settings. Settings that are there already stay; the copy's lie beside them. */
bool place_settings(Work *work, const Night *night, GError **error);
