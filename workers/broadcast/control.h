/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The socket `control` in the worker's folder: urokd commands, the worker tells all that are
 * connected. */
#pragma once

#include "wire/wire.h"

typedef struct Control Control;

typedef struct {
	/* The first line for who has just connected; free with g_free(). */
	char *(*first_line)(void *data);
	void (*on_word)(void *data, const Wire *wire);
	void (*on_connections)(void *data, unsigned count); /* it changed */
} ControlListener;

/* Takes the place of a dead worker's socket. CONFLICT: a living one listens there. */
Control *control_new(const char *folder, const ControlListener *listener, void *data,
		     GError **error);
/* Removes the socket. */
void control_free(Control *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Control, control_free)

void control_say(Control *self, const Wire *wire);
