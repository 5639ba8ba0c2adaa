/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of people/ share. */
#pragma once

#include "people/looks-private.h"
#include "people/passwords.h"
#include "people/pictures.h"
#include "people/profile.h"
#include "people/rules.h"
#include "people/sessions.h"
#include "people/throttle.h"
#include "people/ways-in.h"

#define NAME_CHARACTERS_MAX  60
#define ABOUT_CHARACTERS_MAX 300
#define LOGIN_CHARACTERS_MIN 3
#define LOGIN_CHARACTERS_MAX 64
#define PARENTS_MAX	     2
#define RECOVERED_MAX	     2 /* rooms that are told */

struct People {
	Store *store;
	Events *events;
	Sessions *sessions;
	Passwords *passwords;
	Throttle *accounts;  /* keyed by the digest of a folded login, known or not */
	Throttle *addresses; /* keyed by an address or an IPv6 /64 */
	Throttle *words;     /* of codes that are typed, by the whole school */
	char *origin;
	int64_t own_device_s;
	int64_t (*boot_ms)(void);
	Sight sight;
	void *sight_room;
	Belonging belonging;
	void *belonging_room;
	char *(*dup_school_name)(void *room);
	void *school_room;
	unsigned (*parents_most)(void *room, const char *child);
	void *parents_room;
	struct {
		Recovered told; /* NULL: nobody further */
		void *room;
	} recovered[RECOVERED_MAX];
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

/* A `Me` object for the session's person; owned. */
json_t *people_me_json(People *self, const Actor *actor, GError **error);

json_t *people_class_of(People *self, const char *pupil, GError **error); /* {id, title} or null */
json_t *people_classes_of(People *self, const char *person, GError **error);
bool people_add_family(People *self, json_t *object, const char *person, GError **error);
bool people_add_contacts(People *self, json_t *object, const char *person, bool with_shown,
			 GError **error);
/* [Session]; current: the id of the one that asks, or NULL. */
json_t *people_sessions_of(People *self, const char *person, const char *current, GError **error);
json_t *people_account_json(People *self, const char *person, GError **error);
json_t *people_card_json(People *self, const Actor *actor, const char *person, GError **error);

/* {items}: the person's own sessions; owned. */
json_t *people_sessions_json(People *self, const Actor *actor, GError **error);

/* "Firefox, Linux": what a person knows a browser by; owned. NULL is fine. */
char *device_name(const char *user_agent);

typedef enum { STATE_ANY, STATE_BLOCKED, STATE_NEVER_SEEN } PersonState;

typedef struct {
	const char *search; /* NULL: everybody */
	unsigned roles;	    /* 0: all */
	PersonState state;
	const char *cursor; /* NULL: from the start */
	int limit;
} PeopleSearch;

/* {items, next_cursor}; owned. */
json_t *people_list_json(People *self, const PeopleSearch *search, GError **error);

/* --- Handlers of sign-in, for the route table --- */
bool sign_in(void *room, Request *request, GError **error);
bool change_password(void *room, Request *request, GError **error);
