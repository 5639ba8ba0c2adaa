/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How people come in: invitations, newcomers by a class's link, parents and their children. */
#pragma once

#include "classes/classes.h"
#include "consents/consents.h"
#include "documents/documents.h"
#include "mail/mail.h"
#include "school/school.h"

typedef struct Enrolment Enrolment;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	School *school;
	People *people;
	Classes *classes;
	Consents *consents;
	Documents *documents;
	Mail *mail;
	/* Of the authority that devices must trust first, for slips: owned; NULL: there is none. */
	char *(*dup_fingerprint)(void *room);
	void *certificate;
	const char *origin;	  /* in front of links: "https://shkola17.ru" */
	int64_t (*boot_ms)(void); /* NULL: clock_boot_ms(); a test gives its own */
} EnrolmentOptions;

Enrolment *enrolment_new(const EnrolmentOptions *options); /* adds kinds, gates, people's limit */
void enrolment_free(Enrolment *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Enrolment, enrolment_free)

extern const Migration ENROLMENT_MIGRATION;
extern const Migration FAMILIES_MIGRATION;
extern const Migration TAKEN_MIGRATION;
extern const Route
	ENROLMENT_ROUTES[]; /* /invitations, /applications, /pairings, of classes, of me */

/* Gates: "pupil"; "class-inviter" (:class; its class teacher, administrators); "person-inviter"
 * (:person; administrators, and class teachers for pupils of the class and their parents);
 * "child-guardian" (:person; the class teacher of the pupil, administrators). */
