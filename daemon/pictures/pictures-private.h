/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of pictures/ share. */
#pragma once

#include "pictures/pictures.h"

struct Pictures {
	Store *store;
	Jobs *jobs;
	Files *files;
	GArray *owners;	    /* of Owner */
	GPtrArray *uploads; /* take.c: those that are being looked at */
};
