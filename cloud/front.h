/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The cloud's own door, for boxes: RUNTIME/cloud.sock behind nginx, paths under /box/v1
 * (docs/cloud.md). One instance of a machine stands there; when it ends, the next does. */
#pragma once

#include "keys.h"
#include "members.h"
#include "school.h"

typedef struct Front Front;

typedef struct {
	Postgres *postgres;
	const Settings *settings;
	const char *run; /* of this process */
	Keys *keys;
	Members *members;
	Holding *(*find_holding)(void *data, const char *school); /* NULL: another instance's */
	void *data;
} FrontOptions; /* copied; what it names outlives the front */

Front *front_new(const FrontOptions *options, GError **error);
void front_free(Front *self); /* before PostgreSQL's */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Front, front_free)

void front_tick(Front *self); /* now and then: takes the place when it is free */
