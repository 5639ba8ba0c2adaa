/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What rooms say to the live streams beside events. A part of the door: events.h brings it. */
#pragma once

#include "events/events.h"

/* Not stored, no position, coalesced by (scope, name, key) within a turn; data is a JSON text. */
void events_signal(Events *self, const char *scope, const char *name, const char *key,
                   const char *data);

/* After the commit this person's open streams take today's scopes; with person NULL everybody's. */
void events_audience_changed(Events *self, const char *person);

/* The session's streams get `session_ended` and are closed, after the commit. */
void events_session_ended(Events *self, const char *session);

unsigned events_streams(const Events *self);
unsigned events_people(const Events *self); /* who listen, each once */

extern const Route EVENTS_ROUTES[]; /* GET /api/v1/live, on the live socket */
