/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Consents: what a school asks for, in which words, and who has said yes for whom. Each is a
 * document of its own: one purpose, one text, one press to take it back. */
#pragma once

#include "documents/documents.h"
#include "people/people.h"
#include "school/school.h"

typedef struct Consents Consents;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	People *people;
	School *school;
	Documents *documents; /* NULL: nothing is printed */
} ConsentsOptions;

Consents *consents_new(const ConsentsOptions *options); /* adds kinds, people's Agreement */
void consents_free(Consents *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Consents, consents_free)

extern const Migration CONSENTS_MIGRATION;
extern const Route CONSENTS_ROUTES[];

/* Purposes that the software knows; others are a school's own. */
#define PURPOSE_TAKING_PART "taking-part" /* until it is given nothing is written: people/agreement.h */
#define PURPOSE_PHOTO       "photo"       /* a pupil's picture */
#define PURPOSE_RECORDINGS  "recordings"

/* To the text of today. Of a pupil's a parent, of an adult's that person; an administrator, whose
 * word says that it lies there on paper. FORBIDDEN, NOT_FOUND. Given already: fine. */
bool consents_give(Consents *self, const Actor *actor, const char *kind, const char *subject,
                   GError **error);
/* By the same people; what hangs on it ends with this turn. */
bool consents_withdraw(Consents *self, const Actor *actor, const char *kind, const char *subject,
                       GError **error);

/* Is there one that holds, to a text that still counts, of a kind that is switched on? */
bool consents_has(Consents *self, const char *purpose, const char *subject);

/* What may be given for this person and is not: [{kind, title, text, version, purpose, required}],
 * the required first; owned. */
json_t *consents_wanted(Consents *self, const char *subject, GError **error);
