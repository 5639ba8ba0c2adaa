/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What uses the school's disk, by what it is. It is counted in a thread when somebody asks; nothing
 * is removed here: each kind has settings of its own. */
#pragma once

#include "http/http.h"

typedef struct Space Space;

/* A folder, or with a prefix the files in it whose names begin so. It need not be there. */
typedef struct {
	const char *kind; /* "history", a literal */
	const char *path;
	const char *prefix; /* NULL: all below */
} SpacePlace;

#define SPACE_PLACES_MAX 8

/* Places are copied, the list ended by {0}. What has links in two is counted in the first. */
Space *space_new(const SpacePlace places[], const char *disk);
void space_free(Space *self);

extern const Route SPACE_ROUTES[];
