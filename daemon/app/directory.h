/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's directory of people in several schools, as a box asks it: over its line. */
#pragma once

#include "schools/schools.h"
#include "uplink/uplink.h"

typedef struct {
	Uplink *uplink;
	Sync *sync;
} BoxDirectory;

extern const Directory BOX_DIRECTORY; /* room: a BoxDirectory, borrowed */
