/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The connection to one worker's `control`: made, lost, made again. */
#pragma once

#include "wire/wire.h"

#include <gio/gio.h>

typedef struct Link Link;

/* From the loop. Link may be freed in each of them. */
typedef struct {
	void (*on_word)(void *data, const Wire *wire);
	void (*on_up)(void *data, GPid pid); /* the worker's, as the kernel says */
	void (*on_down)(void *data);
	/* Nobody answers there; it is tried again after a while, with a longer pause each time. */
	void (*on_unreachable)(void *data);
} LinkListener;

Link *link_new(const char *folder, const LinkListener *listener, void *data);
void link_free(Link *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Link, link_free)

/* Nothing is said while it is down. */
void link_say(Link *self, const Wire *wire);
