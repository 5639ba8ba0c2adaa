/* SPDX-License-Identifier: LGPL-2.1-or-later
 * One-time codes and links, and who may give them to whom. */
#pragma once

#include "people/people.h"

#define SIGN_IN_CODE_S	  (24 * 3600)
#define SIGN_IN_CODES_MAX 5 /* open ones a person */
#define WORDS_LETTERS	  12

typedef struct {
	Id person;
	char *display_name;
	int64_t expires_ms;
} SignInCode;

/* A new link's code (secret) of a person; FORBIDDEN blocked. codes_new_words: a second key to it,
 * "K7QF-2M9X-0ABC", to be read aloud and typed. */
char *codes_new(People *self, const char *person, int64_t lifetime_s, GError **error);
char *codes_new_words(People *self, const char *code, int64_t lifetime_s, GError **error);
/* UNAUTHENTICATED code-used: unknown, used or too old; BUSY: too many were wrong. consume: it is gone with this turn. */
bool codes_find(People *self, const char *code, bool consume, SignInCode *ret, GError **error);
/* None of this person's works any more. */
bool codes_remove_all(People *self, const char *person, GError **error);

/* Replies 201 with a new one-time link of this login, and whose it is. */
bool people_reply_link(People *self, Request *request, const char *login, GError **error);
/* Who lets whom in again: a class teacher own pupils of no other role, an administrator pupils and
 * parents, and other staff. NOT_FOUND else. */
bool may_help_person(void *room, Request *request, GError **error);
bool people_may_help(People *self, const Actor *actor, const char *person);
bool post_sign_in_code(void *room, Request *request, GError **error);
/* {login, grant?}: the console lets an administrator in again, or makes somebody one. */
bool recover_administrator(void *room, Request *request, GError **error);
