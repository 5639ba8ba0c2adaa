/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who came by an invitation and is on the way in: newcomers and parents. */
#pragma once

#include "enrolment/invitations.h"

/* --- Who waits --- */
typedef enum { WAITS_FOR_PROOF = 1, WAITS_FOR_TEACHER, PROVED, ACCEPTED, REFUSED } Waiting;
const char *waiting_name(Waiting state);

/* Why a pairing waits for the class teacher's press. Of the last two the birth date was right. */
typedef enum {
	WHY_NOT,
	WHY_WRONG_DATES,
	WHY_NO_DATE,	 /* the child's is not known here */
	WHY_ALIKE,	 /* it may be the child itself: the same name or birth date */
	WHY_CHILDS_WORD, /* somebody new, by what the child gave out, and no parent is here yet */
	WHY_TAKEN,	 /* the link of a parent to this child was taken once */
} Why;
const char *why_name(Why why);

typedef struct {
	const char *family_name;
	const char *given_name;
	const char *patronymic;
	const char *birth_date; /* NULL: none is asked */
	const char *login;
} Newcomer;

/* applications.c */
bool applications_check(Enrolment *self, const char *code, const Newcomer *who,
			const char *password, GError **error);
/* ret_ticket: owned, secret. */
bool applications_add(Enrolment *self, const char *code, const Newcomer *who, const char *hash,
		      char **ret_ticket, GError **error);
bool applications_find(Enrolment *self, const char *ticket, Waiting *ret, GError **error);
bool applications_decide(Enrolment *self, const Actor *actor, const char *class_id, const char *id,
			 bool accept, GError **error);
json_t *applications_list(Enrolment *self, const char *class_id, GError **error);

/* pairings.c: from a parent's invitation to the link. What is found is judged by who asks: a pupil
 * goes nowhere (CONFLICT childs-device), and a session that is not the pairing's own neither
 * (CONFLICT other-session). */
typedef struct {
	Id id;
	Id invitation;
	Id child;
	Id person; /* "": an account that is not made yet */
	Waiting state;
	Why why;
	int64_t wrong_dates;
} Pairing;

bool pairings_check(Enrolment *self, const Actor *actor, const char *code, const Newcomer *who,
		    Invitation *ret, GError **error);
/* who NULL: the actor. ret_ticket: owned, secret. */
bool pairings_begin(Enrolment *self, const Actor *actor, const char *code, const Newcomer *who,
		    const char *hash, char **ret_ticket, Pairing *ret, GError **error);
bool pairings_find(Enrolment *self, const Actor *actor, const char *ticket, Pairing *ret,
		   GError **error);
bool pairings_prove(Enrolment *self, Pairing *pairing, const char *birth_date, GError **error);
typedef struct {
	const PersonNames *corrections; /* of the child; NULL: all is right */
	const json_t *consents;		/* [{kind, version}]; NULL: none is given */
} Confirmation;

/* *ret_person is the parent. */
bool pairings_confirm(Enrolment *self, const Actor *actor, const Pairing *pairing,
		      const Confirmation *confirmation, Id *ret_person, GError **error);
bool pairings_cancel(Enrolment *self, const Pairing *pairing, GError **error);
bool pairings_decide(Enrolment *self, const Actor *actor, const char *class_id, const char *id,
		     bool accept, GError **error);
json_t *pairings_list(Enrolment *self, const char *class_id, GError **error);
json_t *pairing_json(Enrolment *self, const Pairing *pairing, GError **error);

/* The people of an invitation's child and of who wants to be the parent. */
typedef struct {
	char *family_name;
	char *given_name;
	char *patronymic;
	char *birth_date;
} Known;

void known_clear(Known *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Known, known_clear)
bool known_load(Enrolment *self, const char *person, Known *ret, GError **error);
/* The same name, or the same birth date: it may be the child itself. */
bool known_is_like(const Known *child, const Known *other);
