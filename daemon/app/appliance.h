/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's server as a machine: found on the network, looked after, counted. */
#pragma once

#include "announce/announce.h"
#include "app/backups.h"
#include "app/config.h"
#include "app/upkeep.h"
#include "broadcasts/broadcasts.h"
#include "health/health.h"
#include "mail/mail.h"
#include "school/school.h"
#include "space/space.h"
#include "uplink/uplink.h"

typedef struct Appliance Appliance;

typedef struct {
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
} ApplianceOptions;

/* Before the log is opened: it follows the school's name. */
Appliance *appliance_new(const ApplianceOptions *options);
void appliance_free(Appliance *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Appliance, appliance_free)

/* When everything else serves: announces the school, looks for the first time. */
void appliance_start(Appliance *self);

/* Now and then, on the back of a wake-up that is there anyway: looks when it is time. */
void appliance_tick(Appliance *self);

extern const Route APPLIANCE_ROUTES[]; /* room: the Appliance */
