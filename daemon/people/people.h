/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Accounts, roles, who is whose parent, sessions, sign-in. */
#pragma once

#include "events/events.h"

typedef struct People People;

/* May this actor see / write to that person? No by default; classes/relations.c implements it. */
typedef struct {
	bool (*may_see)(void *room, const Actor *actor, const char *person);
	bool (*may_write)(void *room, const Actor *actor, const char *person);
} Sight;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	int64_t shared_idle_s;  /* a session on a shared PC ends after so long without activity */
	int64_t own_device_s;   /* a session on an own device */
} PeopleOptions;

People *people_new(const PeopleOptions *options); /* adds kinds, audience, gates, authenticate */
void people_free(People *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(People, people_free)
void people_set_sight(People *self, const Sight *sight, void *room);

extern const Migration PEOPLE_MIGRATION;
extern const Route PEOPLE_ROUTES[];

/* Gates: "anyone", "signed-in", "staff", "teacher", "administrator", "parent", "console". */

typedef struct {
	const char *family_name;
	const char *given_name;
	const char *patronymic;  /* NULL: none */
	const char *login;       /* NULL: none; unique, 3 to 64 characters */
	const char *birth_date;  /* "2014-05-31" or NULL */
	unsigned roles;          /* of Role */
} NewPerson;

/* The rules. Each appends an event; all in a turn. */
bool people_add(People *self, const Actor *actor, const NewPerson *person, Id *ret_id,
                GError **error);
bool people_set_roles(People *self, const Actor *actor, const char *person, unsigned roles,
                      GError **error);
bool people_link_parent(People *self, const Actor *actor, const char *child, const char *parent,
                        GError **error); /* CONFLICT: two already, or itself */

/* A one-time sign-in link's code (secret: hand it over, never log it); NOT_FOUND: no such login. */
char *people_new_sign_in_code(People *self, const char *login, int64_t lifetime_s,
                              char **ret_display_name, GError **error);

/* JSON that other rooms put into theirs: an owned `Person` object of the API; NULL + NOT_FOUND. */
json_t *people_to_json(People *self, const char *person, GError **error);
unsigned people_roles(People *self, const char *person); /* 0: nobody */
bool people_is_parent_of(People *self, const char *parent, const char *child);
/* Ids, owned; free with g_ptr_array_unref(). */
GPtrArray *people_parents(People *self, const char *child, GError **error);
GPtrArray *people_children(People *self, const char *parent, GError **error);

/* The table `person` (id TEXT UNIQUE, key INTEGER PRIMARY KEY, display_name, short_name, roles,
 * family_name, given_name, patronymic) and `parent_child` (child_key, parent_key) may be joined by
 * the SQL of higher rooms; the view `person_json` (key, json) gives `Person` as JSON text. Roles
 * are bits as in base/actor.h. Only people/ writes them. */

/* Events of this room that followers use:
 * "person.added"        subject person, body {family_name, given_name, patronymic, login, birth_date, roles}
 * "person.roles.changed" subject person, body {roles}
 * "person.parent.linked" subject child, body {parent}; "person.parent.unlinked" the same */
