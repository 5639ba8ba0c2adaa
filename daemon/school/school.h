/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The school's information, its settings, and the first setup. */
#pragma once

#include "events/events.h"

typedef struct School School;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
} SchoolOptions;

School *school_new(const SchoolOptions *options);
void school_free(School *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(School, school_free)

extern const Migration SCHOOL_MIGRATION;
extern const Route SCHOOL_ROUTES[]; /* GET, PATCH /api/v1/school */

typedef struct {
	const char *name;
	const char *time_zone;     /* IANA; NULL: Europe/Moscow */
	const char *support_email; /* NULL: none */
} SchoolInfo;

bool school_is_set_up(School *self);
bool school_set(School *self, const Actor *actor, const SchoolInfo *info, GError **error);

/* The setup code, 80 bits and more, in the data directory's file `setup-code` (0600) until it is
 * used; NULL once the school is set up. Owned. */
char *school_setup_code(School *self, GError **error);
bool school_use_setup_code(School *self, const char *code, GError **error);
