/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A changed configuration while the daemon runs: taken as a whole, or refused as a whole. */
#pragma once

#include "app/config.h"
#include "http/http.h"

typedef struct Reload Reload;

/* Hands the values that a running daemon can follow to the rooms. */
typedef void (*ReloadFollow)(void *house, const Config *config);

/* `running` is borrowed. Read again is running->path. */
Reload *reload_new(const Config *running, ReloadFollow follow, void *house);
void reload_free(Reload *self);

/* Reads, follows or refuses, and tells the journal and the service manager (sd_notify(3): RELOADING,
 * READY, STATUS). {ok, problems, changed, restart}, owned: sentences of what is wrong, keys that
 * changed, keys that wait for a restart. */
json_t *reload_now(Reload *self);

extern const Route RELOAD_ROUTES[]; /* POST /api/v1/console/reload; room: the Reload */
