/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What people/ asks of consents/. Part of people.h. */
#pragma once

/* Nothing is agreed to and nobody waits until a room says so; consents/ does. */
typedef struct {
	bool (*has)(void *room, const char *purpose, const char *subject);
	/* Does this person wait for a consent without which nobody takes part? */
	bool (*waits)(void *room, const char *person);
} Agreement;

/* With http: whoever waits writes nothing: 403 consent-missing, but for routes of ROUTE_WAITING. */
void people_set_agreement(People *self, Http *http, const Agreement *agreement, void *room);
bool people_has_agreed(People *self, const char *purpose, const char *subject);
bool people_waits(People *self, const char *person);

/* The consent went: the picture goes too, after the commit its files. None is fine. */
bool people_drop_picture(People *self, const Actor *actor, const char *person, GError **error);
