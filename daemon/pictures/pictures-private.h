/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of pictures/ share. */
#pragma once

#include "pictures/pictures.h"
#include "base/brake.h"

struct Pictures {
	Store *store;
	Jobs *jobs;
	Files *files;
	GArray *owners;	    /* of Owner */
	GPtrArray *uploads; /* take.c: those that are being looked at */
	PictureWatch watch; /* zeroes: nobody */
	void *watch_room;
	Brake *came;
	void (*on_came)(void *room); /* NULL: nobody */
	void *came_room;
};
