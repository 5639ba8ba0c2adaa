/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of enrolment/ share. */
#pragma once

#include "enrolment/arrivals.h"

#define PERSON_LINK_S (30 * 24 * 3600)
#define CLASS_LINK_S  (14 * 24 * 3600)
#define PARENT_LINK_S (7 * 24 * 3600)

#define PARENT_LINKS_MAX 6   /* open ones a child: two parents, some lost, some printed */
#define SCHOOL_TRIES_MAX 50  /* wrong codes in the school in ten minutes */
#define WRONG_DATES_MAX	 3   /* wrong birth dates that an invitation lives through */
#define APPLICATIONS_MAX 100 /* that wait in one class */
#define PAIRINGS_MAX	 4   /* of one invitation */

struct Enrolment {
	Store *store;
	Events *events;
	School *school;
	People *people;
	Classes *classes;
	Consents *consents;
	Documents *documents;
	Mail *mail;
	char *(*dup_fingerprint)(void *room);
	void *certificate;
	char *origin;
	int64_t (*boot_ms)(void);
	ShortCodes *short_codes;
	Throttle *wrong_codes; /* one key: the school's */
};

extern const PersonData ENROLMENT_DATA;

/* --- families.c --- */
#define PARENTS_USUAL	    2
#define PARENTS_ALLOWED_MAX 6
#define REASON_MAX	    300 /* characters */
#define NEWS_S		    (30 * 24 * 3600)

void families_follow(Enrolment *self);
/* Administrators; the reason stays in the log. */
bool families_allow(Enrolment *self, const Actor *actor, const char *child, int64_t most,
		    const char *reason, GError **error);
/* [{child, child_name, parent, parent_name, linked_at}], the newest first; owned. */
json_t *families_news(Enrolment *self, const char *class_id, GError **error);

/* --- Letters that tell of what happened: notices.c. Who has no address finds it in the pages --- */
void notices_follow(Enrolment *self);
/* To the child's other parents. */
void notices_parent_linked(Enrolment *self, const char *child, const char *parent);

/* --- Rights: enrolment.c --- */
/* Judged here; the rooms below ask for an administrator. The log still says who it was. */
Actor enrolment_authority(const Actor *actor);
bool enrolment_may_invite(Enrolment *self, const Actor *actor, const char *person);
/* Class teacher of the child's class, or an administrator. */
bool enrolment_is_guardian(Enrolment *self, const Actor *actor, const char *child);
bool enrolment_may_manage(Enrolment *self, const Actor *actor, const char *class_id);
/* CONFLICT login-taken: somebody who waits has chosen it. The pairings of one's own invitation do
 * not count; NULL: there is none. */
bool enrolment_check_login(Enrolment *self, const char *login, const Id *invitation,
			   GError **error);
/* The pages of the class teachers ask again; of a person's, or of the children's. */
void enrolment_tell(Enrolment *self, const char *class_id);
void enrolment_tell_family(Enrolment *self, const char *person);
/* Of a child who got a parent: the parents and the class teacher hear it. */
void enrolment_tell_linked(Enrolment *self, const char *child, const char *parent);
char *enrolment_dup_name(Enrolment *self, const char *person); /* as it is shown; NULL: nobody */

/* --- Handlers that wait for a hash: hashing.c --- */
typedef struct {
	Enrolment *enrolment;
	Request *request; /* NULL: the client is gone */
	Handler then;
	char *hash;
} Held;

/* Holds the request; `then` gets the Held as its room, the request's body again, and the hash. */
bool enrolment_hash(Enrolment *self, Request *request, const char *password, Handler then,
		    GError **error);

/* Where a code is typed, as people write it: "shkola17.ru/i"; owned. */
char *enrolment_address(const Enrolment *self);

/* absent.c, acceptances.c, pairings-api.c, slips.c, invitation-letters.c */
bool get_enrolment(void *room, Request *request, GError **error);
bool post_acceptance(void *room, Request *request, GError **error);
bool post_application(void *room, Request *request, GError **error);
bool post_pairing(void *room, Request *request, GError **error);
bool look_at_pairing(void *room, Request *request, GError **error);
bool post_proof(void *room, Request *request, GError **error);
bool post_confirmation(void *room, Request *request, GError **error);
bool post_refusal(void *room, Request *request, GError **error);
bool post_slips(void *room, Request *request, GError **error);
bool post_letters(void *room, Request *request, GError **error);
