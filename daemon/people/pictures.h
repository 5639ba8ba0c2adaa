/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Profile pictures: their routes' handlers, and which files are theirs. */
#pragma once

#include "people/people.h"

bool people_find_picture(People *self, const char *person, Picture *ret, GError **error);
extern const PictureOwner PEOPLE_PICTURES; /* room: the People */
bool put_picture(void *room, Request *request, GError **error);
bool delete_picture(void *room, Request *request, GError **error);
bool get_picture(void *room, Request *request, GError **error);
