/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of people/ share. */
#pragma once

#include "people/looks-private.h"
#include "people/passwords.h"
#include "people/pictures.h"
#include "people/rules.h"
#include "people/sessions.h"
#include "people/throttle.h"

#define NAME_CHARACTERS_MAX  60
#define ABOUT_CHARACTERS_MAX 300
#define LOGIN_CHARACTERS_MIN 3
#define LOGIN_CHARACTERS_MAX 64
#define PARENTS_MAX	     2
#define SIGN_IN_CODE_S	     (24 * 3600)
#define SIGN_IN_CODES_MAX    5 /* open ones a person */

struct People {
	Store *store;
	Events *events;
	Sessions *sessions;
	Passwords *passwords;
	Throttle *accounts;  /* keyed by the digest of a folded login, known or not */
	Throttle *addresses; /* keyed by an address or an IPv6 /64 */
	char *origin;
	int64_t own_device_s;
	int64_t (*boot_ms)(void);
	Sight sight;
	void *sight_room;
	Belonging belonging;
	void *belonging_room;
	char *(*dup_school_name)(void *room);
	void *school_room;
	Pictures *pictures;
	Looks *looks;
	Agreement agreement;
	void *agreement_room;
	char *(*dup_time_zone)(void *room);
	void *zone_room;
	guint terms_timer; /* terms.c: until the next role ends */
};

extern const EventKind PEOPLE_EVENTS[];
extern const EventKind ACCOUNTS_EVENTS[];

/* Of PATCH /me; NULL leaves a thing as it is, "" takes a patronymic away. */
typedef struct {
	const char *family_name;
	const char *given_name;
	const char *patronymic;
	const char *about;
	const char *language; /* "ru" or "en" */
	const char *theme;    /* "light", "dark" or "auto" */
} MeChanges;

bool people_change_me(People *self, const Actor *actor, const MeChanges *changes, GError **error);

/* A `Me` object for the session's person; owned. */
json_t *people_me_json(People *self, const Actor *actor, GError **error);

json_t *people_sessions_json(People *self, const Actor *actor, GError **error); /* {items} */
/* "Firefox, Linux": what a person knows a browser by; owned. NULL is fine. */
char *device_name(const char *user_agent);

typedef struct {
	const char *search; /* NULL: everybody */
	unsigned roles;	    /* 0: all */
	const char *cursor; /* NULL: from the start */
	int limit;
} PeopleSearch;

/* {items, next_cursor}; owned. */
json_t *people_list_json(People *self, const PeopleSearch *search, GError **error);

/* --- Sign-in codes --- */
typedef struct {
	Id person;
	char *display_name;
	int64_t expires_ms;
} SignInCode;

/* UNAUTHENTICATED code-used: unknown, used or too old. consume: it is gone with this turn. */
bool codes_find(People *self, const char *code, bool consume, SignInCode *ret, GError **error);
/* None of this person's works any more. */
bool codes_remove_all(People *self, const char *person, GError **error);

/* Replies 201 with a new one-time link of this login. */
bool people_reply_link(People *self, Request *request, const char *login, GError **error);
/* {login, grant?}: the console lets an administrator in again, or makes somebody one. */
bool recover_administrator(void *room, Request *request, GError **error);
bool sign_in(void *room, Request *request, GError **error);
bool change_password(void *room, Request *request, GError **error);
