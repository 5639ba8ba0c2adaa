/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Browsers of the studio's people: requests over its REST socket, each on a connection of its own,
 * answered while the loop turns. */
#pragma once

#include "studio.h"

/* Serves the room's routes; a cookie is a person's id. */
void studio_listen(Studio *self);

typedef struct {
	unsigned status;
	char *text; /* the body */
} Page;

void page_clear(Page *page);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Page, page_clear)

/* Asks and does not wait. person NULL: nobody; original: X-Original-URI or NULL. */
int page_ask(Studio *self, const Actor *person, const char *path, const char *original);
/* The loop turns until the answer is here; closes. */
Page page_hear(int fd);
Page page_get(Studio *self, const Actor *person, const char *path);
void page_leave(int fd);

/* The loop turns until so many requests of the broadcast's wait. */
void studio_wait_for_holds(Studio *self, const char *slug, unsigned count);
