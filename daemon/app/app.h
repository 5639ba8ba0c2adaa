/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The house: every room built once, and who gets whom. */
#pragma once

#include "app/config.h"

typedef struct App App;

/* Opens the data, builds the rooms, listens. config is borrowed and outlives the house. */
App *app_new(const Config *config, GError **error);
void app_free(App *self);

/* Takes nobody new; `left` is called when those who had asked are answered. */
void app_leave(App *self, void (*left)(void *data), void *data);

/* Reads the configuration anew and takes it, or refuses it: the journal and systemd are told. */
void app_reload(App *self);

/* Now and then: a look at the machine when it is time for one. */
void app_tick(App *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(App, app_free)
