/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of school/ share. */
#pragma once

#include "school/school.h"

#define TIME_ZONE_BY_DEFAULT "Europe/Moscow"

struct School {
	Store *store;
	Events *events;
	char *name; /* what the configuration offers; NULL: none */
	char *code_path;
};

extern const EventKind SCHOOL_EVENTS[];

/* NULL leaves a thing as it is; "" takes the e-mail away. */
bool school_change(School *self, const Actor *actor, const SchoolInfo *changes, GError **error);

/* The answer of GET /school as JSON text; owned. */
char *school_render(School *self, GError **error);
