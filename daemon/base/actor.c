/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who acts, by the name that the log writes. */
#include "base/actor.h"

const Actor ACTOR_OF_SYSTEM = {.kind = ACTOR_SYSTEM};
const Actor ACTOR_OF_CONSOLE = {.kind = ACTOR_CONSOLE};

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
