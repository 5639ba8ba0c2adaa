/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The demo school: people, classes and some weeks of talk, made by the rooms' own rules. */
#pragma once

#include "broadcasts/broadcasts.h"
#include "chats/chats.h"
#include "school/school.h"

typedef struct Demo Demo;

typedef struct {
	Store *store;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
	Chats *chats;
	Broadcasts *broadcasts; /* used when there is a camera */
} DemoOptions;

Demo *demo_new(const DemoOptions *options);
void demo_free(Demo *self); /* stops what is under way */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Demo, demo_free)

#define DEMO_SEED 17 /* unless another is asked for */

/* Begins to make the school, in small steps of the loop. camera_url NULL: without a camera and its
 * broadcast. CONFLICT already-set-up; CONFLICT when something is in the log already. */
bool demo_begin(Demo *self, uint64_t seed, const char *camera_url, GError **error);

/* {state: "none"|"running"|"done"|"failed", done, total, examples: [{role, login, display_name}]};
 * a failure has its sentence as `detail`. Owned. */
json_t *demo_to_json(const Demo *self);

/* GET and POST /api/v1/console/demo {seed?, camera_url?}; the POST answers when all is done. */
extern const Route DEMO_ROUTES[];
