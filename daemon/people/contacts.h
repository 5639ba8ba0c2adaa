/* SPDX-License-Identifier: LGPL-2.1-or-later
 * How somebody is reached and what they are called. Part of people.h. */
#pragma once

typedef enum { CONTACT_EMAIL = 1, CONTACT_PHONE } ContactKind;

/* To whom, beside administrators and its owner; within those who may see the person at all. */
typedef enum { VISIBLE_NOBODY, VISIBLE_CLASSES, VISIBLE_SEEN } Visibility;

/* NULL removes. Administrators, its owner, the class teacher of a pupil. A phone becomes
 * "+79001234567". INVALID with the field `email` or `phone`; FORBIDDEN. */
bool people_set_contact(People *self, const Actor *actor, const char *person, ContactKind kind,
			const char *value, GError **error);
/* Its owner alone; CONFLICT pupils-contact: a pupil's stay with the administrators. */
bool people_show_contact(People *self, const Actor *actor, const char *person, ContactKind kind,
			 Visibility shown, GError **error);
char *people_dup_contact(People *self, const char *person, ContactKind kind); /* NULL: none */
/* What they chose to read, "ru" or "en", owned; Russian until they did. */
char *people_dup_language(People *self, const char *person);
/* In the turn in which somebody's access was given anew; `by` is who gave it, or the console. */
typedef void (*Recovered)(void *room, const Actor *by, const char *person);
void people_add_recovered(People *self, Recovered recovered, void *room);
/* As the store keeps it, owned: e-mail trimmed, phone "+79001234567"; NULL + INVALID. */
char *contact_normalize(ContactKind kind, const char *value, GError **error);

typedef struct {
	const char *family_name; /* NULL: as it is */
	const char *given_name;
	const char *patronymic; /* "": none */
	const char *birth_date; /* "": not known */
} PersonNames;

/* Administrators, the console, the person, a pupil's class teacher and parents. At once when an
 * administrator, the console or the class teacher asks or the person is no pupil; else it waits for
 * the press of the class teacher or an administrator, together with what waits already. */
bool people_correct(People *self, const Actor *actor, const char *person, const PersonNames *names,
		    GError **error);

/* --- May somebody come in --- */

/* Sessions, their streams and links end at once, and no way in works until it is taken back.
 * Administrators, the console. CONFLICT last-administrator; CONFLICT own-account: oneself. */
bool people_set_blocked(People *self, const Actor *actor, const char *person, bool blocked,
			GError **error);
bool people_is_blocked(People *self, const char *person);
/* FORBIDDEN blocked: of somebody who is blocked or has no role left. */
bool people_check_may_enter(People *self, const char *person, GError **error);

/* Owned; NULL: it has none. */
char *people_dup_role_end(People *self, const char *person, Role role);
/* The last day of a role, "2026-12-31"; NULL: it stays. It goes at the school's midnight. */
bool people_set_role_end(People *self, const Actor *actor, const char *person, Role role,
			 const char *ends_on, GError **error);
void people_start(People *self); /* once, after events_open(): ends what is over, then by a timer */

/* Is the actor class teacher of this pupil? Administrators are not. */
bool people_leads(People *self, const Actor *actor, const char *pupil);
