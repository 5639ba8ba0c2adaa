/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The directory of people of several schools: which accounts are one human's, and what each school
 * tells that human of itself. Asked by boxes through the cloud's own door and by the houses here. */
#pragma once

#include "app/app.h"
#include "postgres.h"
#include "settings.h"

typedef struct Members Members;

/* Both borrowed; Postgres outlives it. */
Members *members_new(Postgres *postgres, const Settings *settings);
void members_free(Members *self); /* answers that come later are dropped: nobody hears of them */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Members, members_free)

/* One question of a school, as docs/cloud.md lists them; body (stolen) is an object or NULL. Never
 * answers from within. Refusals: INVALID, FORBIDDEN code-wrong, CONFLICT own-school, other-kind,
 * school-twice, NOT_FOUND, BUSY too-many-tries, UNAVAILABLE. */
void members_ask(Members *self, const char *school, Method method, const char *path, json_t *body,
                 DirectoryAnswered answered, void *data);

/* For a house: its room is the MembersOf of its school. */
typedef struct {
	Members *members;
	const char *school; /* id */
} MembersOf;
extern const Directory MEMBERS_DIRECTORY;
