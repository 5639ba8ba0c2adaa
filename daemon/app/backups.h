/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd knows of the school's backups: what urok-backup reported, and the recovery key's public
 * half. urokd makes no copies itself. */
#pragma once

#include "app/config.h"
#include "health/health.h"
#include "http/http.h"

typedef struct {
	const Config *config;
} Backups;

/* The item `backup` of docs/health.md. room: a Backups. */
void backups_say(void *room, Health *health);

extern const Route BACKUPS_ROUTES[]; /* room: a Backups, borrowed */
