/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Many events of another end in one turn, the fast way. A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

typedef struct Intake Intake;

typedef enum {
	INTAKE_TAKEN,
	INTAKE_LATER, /* something before it is missing, or it comes from the future: ERROR_CONFLICT, BUSY */
	INTAKE_FAILED, /* the turn has to be undone: events_take() takes them one by one */
} IntakeResult;

/* As events_list(), but the bodies are texts alone. */
GPtrArray *events_list_texts(Events *self, int64_t after_seq, int limit, GError **error);

/* In a turn, from begin to end, with nothing else between that writes the log. */
Intake *intake_new(Events *events);
void intake_free(Intake *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Intake, intake_free)

/* As events_take(), but the whole turn fails with an event that is refused. `hash` and `body_mac`
 * were made by the caller from what came, and the chain's end was held against what was declared. */
IntakeResult intake_take(Intake *self, Event *event, GError **error);
bool intake_end(Intake *self, GError **error); /* where the chains end now */
