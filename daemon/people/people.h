/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Accounts, roles, who is whose parent, sessions, sign-in. */
#pragma once

#include "events/events.h"
#include "pictures/pictures.h"

typedef struct People People;
#include "people/sight.h"

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	int64_t shared_idle_s;	  /* a session on a shared PC ends after so long without activity */
	int64_t own_device_s;	  /* a session on an own device */
	const char *origin;	  /* in front of sign-in links: "http://localhost:8080" */
	int64_t (*boot_ms)(void); /* NULL: clock_boot_ms(); a test gives its own */
	Pictures *pictures; /* NULL: there are none */
} PeopleOptions;

People *people_new(const PeopleOptions *options); /* adds kinds, audience, gates, authenticate */
void people_free(People *self);			  /* before the store closes */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(People, people_free)
/* No password may be made of the school's name; it is owned, or NULL. */
void people_set_school_name(People *self, char *(*dup_name)(void *room), void *room);
/* IANA, owned, or NULL: Europe/Moscow. Its midnights end roles. */
void people_set_time_zone(People *self, char *(*dup_zone)(void *room), void *room);
extern const Migration PEOPLE_MIGRATION;
extern const Migration PICTURES_MIGRATION;
extern const Migration LISTS_MIGRATION; /* an index */
extern const Migration ACCOUNTS_MIGRATION;
extern const Route ACCOUNTS_ROUTES[]; /* people/:person/..., corrections */
extern const Route PEOPLE_ROUTES[]; /* me, sessions, sign-in codes, people, console/sign-in-links */
/* Gates: "anyone", "signed-in", "staff", "teacher", "administrator", "parent", "console",
 * "session-owner" (path parameter :session; else NOT_FOUND), "person-seen" (:person likewise),
 * "person-guardian" (oneself, a parent, an administrator), "person-self" (the same without parents), "person-helper" (:person: may let them in
 * again), "correction-approver" (:correction). */

typedef struct {
	const char *family_name;
	const char *given_name;
	const char *patronymic; /* NULL: none */
	const char *login;	/* NULL: none; unique, 3 to 64 characters */
	const char *birth_date; /* "2014-05-31" or NULL */
	unsigned roles;		/* of Role */
} NewPerson;

/* The rules. Each appends an event; all in a turn. Administrators, the console, the system. A login
 * may be an e-mail or a phone, which becomes "+79001234567" however it was written. */
char *login_fold(const char *login); /* by which it is looked for: a phone is one; owned */
bool people_check_new(People *self, const NewPerson *person, GError **error); /* shape only */
bool people_add(People *self, const Actor *actor, const NewPerson *person, Id *ret_id,
		GError **error);
bool people_set_roles(People *self, const Actor *actor, const char *person, unsigned roles,
		      GError **error); /* CONFLICT last-administrator */
bool people_set_login(People *self, const Actor *actor, const char *person, const char *login,
		      GError **error); /* the person too */
bool people_may_see(People *self, const Actor *actor, const char *person);
bool people_may_write(People *self, const Actor *actor, const char *person);
bool people_note_seen(People *self, const char *person, int64_t wall_ms, GError **error);
void people_tell_changed(People *self, const char *person); /* pages ask for /me again */

/* For the first setup. The hash comes later; NULL: memory was short. */
bool people_check_password(People *self, const char *password, const char *login, GError **error);
typedef void (*PasswordHashed)(void *data, const char *hash);
bool people_hash_password(People *self, const char *password, PasswordHashed done, void *data,
			  GError **error);
bool people_set_password_hash(People *self, const char *person, const char *hash, GError **error);
/* Before what nobody may do at a PC that was left open: the own password once more, counted like a try
 * to sign in. Holds the request; then it goes on in `then`, or it is 403 wrong-password `password`.
 * 409 no-password: there is none. */
bool people_ask_password(People *self, Request *request, const char *password, Handler then,
			 void *room, GError **error);
bool people_reply_signed_in(People *self, Request *request, const char *person, bool own_device,
			    GError **error); /* a session begins; 201 `Me` and the cookie */

/* For other rooms' JSON: an owned `Person` object of the API; NULL + NOT_FOUND. */
json_t *people_to_json(People *self, const char *person, GError **error);
unsigned people_roles(People *self, const char *person); /* 0: nobody */
bool people_has_password(People *self, const char *person);

#include "people/agreement.h"
#include "people/console.h"
#include "people/erasure.h"
#include "people/families.h"
#include "people/looks.h"
#include "people/contacts.h"
#include "people/throttle.h"

/* Higher rooms' SQL may join `person` (id UNIQUE, key PRIMARY KEY, display_name, short_name,
 * sort_name, roles, family_name, given_name, patronymic, login, birth_date), `parent_child` (child_key, parent_key), `person_merged` (person_key, into_key),
 * `person_seen` (person_id: was here), `password` (person_id) and the view `person_json` (key, json: a `Person`). Roles are
 * bits as in base/actor.h. Only people/ writes them. This room's events: docs/events.md. */
