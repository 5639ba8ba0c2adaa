/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The sockets of schools that are closed: one descriptor of the loop for all of them, which says
 * whose door somebody stands at. */
#pragma once

#include "http/http.h"

#include <sys/types.h>

typedef struct Doors Doors;
typedef struct Door Door; /* the sockets of one school */

typedef void (*OnKnock)(void *school);

Doors *doors_new(void);
void doors_free(Doors *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Doors, doors_free)

/* Sockets in a folder of their own: rest.sock, live.sock for the front (mode 0660), control.sock
 * (0600). They take the place of another process' there: whoever holds the school has the door. */
Door *door_new(Doors *doors, const char *folder, OnKnock on_knock, void *school, GError **error);
void door_free(Door *self); /* the files stay: they may be another's by now */

void door_watch(Door *self, bool watched); /* on_knock at each turn of the loop while somebody waits */
int door_socket(const Door *self, HttpSocket which); /* borrowed; -1: there is none */

/* A listening socket that takes the place of what is there; -1 on failure. */
int doors_listen(const char *folder, const char *name, mode_t mode, GError **error);
