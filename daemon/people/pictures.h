/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Profile pictures, as addresses of files/. */
#pragma once

#include "people/people.h"

#define PICTURE_BYTES_MAX      (20 * 1024 * 1024) /* as nginx's location has it */
#define PICTURE_LARGE          512                /* pixels a side */
#define PICTURE_SMALL          96
#define PICTURE_VERSION_LENGTH 16 /* of the large one's address: what pages ask with */

typedef struct {
	char *large; /* NULL: none */
	char *small;
} Picture;

void picture_clear(Picture *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Picture, picture_clear)
bool pictures_find(People *self, const char *person, Picture *ret, GError **error);
/* In a turn: after its commit the files go, unless somebody else has the same. Takes them over. */
void pictures_let_go(People *self, Picture *picture);

bool put_picture(void *room, Request *request, GError **error);
bool delete_picture(void *room, Request *request, GError **error);
bool get_picture(void *room, Request *request, GError **error);
