/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who acts, by the name that the log writes. */
#include "base/actor.h"

const Actor ACTOR_OF_SYSTEM = {.kind = ACTOR_SYSTEM};
const Actor ACTOR_OF_CONSOLE = {.kind = ACTOR_CONSOLE};

bool actor_is_administrator(const Actor *actor)
{
	return actor->kind == ACTOR_CONSOLE || actor->kind == ACTOR_SYSTEM ||
	       (actor->kind == ACTOR_PERSON && (actor->roles & ROLE_ADMINISTRATOR));
}

bool actor_check_administrator(const Actor *actor, GError **error)
{
	return actor_is_administrator(actor) ||
	       error_set(error, ERROR_FORBIDDEN, "Only an administrator may do this");
}

const char *actor_name(const Actor *actor)
{
	switch (actor->kind) {
	case ACTOR_PERSON:
		return actor->person.text;
	case ACTOR_CONSOLE:
		return "console";
	case ACTOR_SYSTEM:
		return "system";
	case ACTOR_NOBODY:
		break;
	}
	return "nobody";
}
