/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What somebody agreed to, as the rules of people/ ask for it, and the door for who still waits. */
#include "people/people-private.h"

/* Asked after the gate: whoever may not do it anyway hears that first. */
static bool admit(void *room, const Actor *actor, GError **error)
{
	if (actor->kind != ACTOR_PERSON || !people_waits(room, actor->person.text))
		return true;
	return error_reason(error, ERROR_FORBIDDEN, "consent-missing", NULL,
	                    actor->roles & ROLE_PUPIL
	                            ? "A parent has to agree first that you take part"
	                            : "Please agree first that you take part");
}

void people_set_agreement(People *self, Http *http, const Agreement *agreement, void *room)
{
	self->agreement = *agreement;
	self->agreement_room = room;
	if (http)
		http_set_admission(http, admit, self);
}

bool people_has_agreed(People *self, const char *purpose, const char *subject)
{
	return self->agreement.has && self->agreement.has(self->agreement_room, purpose, subject);
}

bool people_waits(People *self, const char *person)
{
	return self->agreement.waits && self->agreement.waits(self->agreement_room, person);
}
