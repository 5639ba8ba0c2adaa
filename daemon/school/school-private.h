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
	Pictures *pictures; /* NULL: there is no logo */
};

extern const EventKind SCHOOL_EVENTS[];

/* What an event's body says; absent: all. Owned JSON list. */
json_t *languages_to_json(unsigned languages);
unsigned languages_from_json(const json_t *list); /* of strings; what is no language counts for nothing */

/* NULL (languages: 0) leaves a thing as it is; "" takes it away, but a name and a time zone. */
bool school_change(School *self, const Actor *actor, const SchoolInfo *changes, GError **error);

/* logo.c */
bool logo_find(School *self, Picture *ret, GError **error);
extern const PictureOwner SCHOOL_PICTURES; /* room: the School */
bool put_logo(void *room, Request *request, GError **error);
bool delete_logo(void *room, Request *request, GError **error);
bool get_logo(void *room, Request *request, GError **error);

bool reply_school(School *self, Request *request, GError **error);
/* The answer of GET /school as JSON text; owned. */
char *school_render(School *self, GError **error);
