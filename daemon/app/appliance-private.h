/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of the appliance share. */
#pragma once

#include "app/appliance.h"

struct Appliance {
	const Config *config;
	Store *store;
	Events *events;
	Http *http;
	School *school;
	Broadcasts *broadcasts;
	Upkeep *upkeep;
	Mail *mail;
	Backups *backups;
	Space *space;
	Uplink *uplink;
	Announce *announce;
	struct Brake *network_brake;
	Health *health;
	GPtrArray *askers; /* of Asker: requests that wait for a look */
	int64_t started_ms;
	int64_t started_boot_ms;
	int64_t looked_boot_ms;
};

/* Resident memory of this process in bytes; 0: not told. */
uint64_t appliance_memory(void);

/* appliance-metrics.c: the text of /metrics; owned. */
GString *appliance_metrics(const Appliance *self);

/* appliance-api.c */
void asker_free(void *asker);
