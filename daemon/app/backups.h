/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What urokd knows of the school's backups: what urok-backup reported, a run that an administrator asks
 * for, and the recovery key. urokd makes no copies itself. */
#pragma once

#include "app/config.h"
#include "events/events.h"
#include "health/health.h"
#include "people/people.h"

typedef struct Backups Backups;

typedef struct {
	const Config *config;
	Events *events; /* borrowed, as all here */
	People *people;
	bool elsewhere; /* a school at the cloud: its copies are made where it lives */
} BackupsOptions;

Backups *backups_new(const BackupsOptions *options);
void backups_free(Backups *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Backups, backups_free)

/* Begins to look at what urok-backup reports. */
void backups_start(Backups *self);

/* What urok-backup reported last, or NULL; owned. */
json_t *backups_load_report(const Backups *self);

/* The item `backup` of docs/health.md. room: a Backups. */
void backups_say(void *room, Health *health);

extern const Route BACKUPS_ROUTES[]; /* room: the Backups */
