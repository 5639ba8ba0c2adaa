/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who acts: a signed-in person, the console, or the school's own machinery. */
#pragma once

#include "base/error.h"
#include "base/id.h"

typedef enum {
	ROLE_ADMINISTRATOR = 1 << 0,
	ROLE_TEACHER = 1 << 1,
	ROLE_PUPIL = 1 << 2,
	ROLE_PARENT = 1 << 3,
} Role;

#define ROLE_STAFF (ROLE_ADMINISTRATOR | ROLE_TEACHER)

typedef enum {
	ACTOR_NOBODY,  /* not signed in */
	ACTOR_PERSON,  /* person and session are set */
	ACTOR_CONSOLE, /* urokctl over the control socket; in the log as "console" */
	ACTOR_SYSTEM,  /* the machinery itself: first start, demo, end of a year */
} ActorKind;

typedef struct {
	ActorKind kind;
	Id person;       /* public id, "" unless a person */
	Id session;      /* public id of the session, "" unless a person */
	unsigned roles;  /* of Role; 0 for all but persons */
} Actor;

extern const Actor ACTOR_OF_SYSTEM;
extern const Actor ACTOR_OF_CONSOLE;

/* An administrator, the console or the system: who may change the school itself. */
bool actor_is_administrator(const Actor *actor);
bool actor_check_administrator(const Actor *actor, GError **error); /* FORBIDDEN */

/* What the log writes: a person's id, "console" or "system". Borrowed from the actor. */
const char *actor_name(const Actor *actor);
