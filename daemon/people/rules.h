/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the rules of people/ share: checks, names and their parts, corrections that wait. */
#pragma once

#include "people/people.h"

#define CORRECTIONS_SHOWN_MAX 200 /* the oldest; the rest follows when these are decided */

enum { PART_FAMILY, PART_GIVEN, PART_PATRONYMIC, PART_BIRTH, N_NAME_PARTS };
extern const char *const NAME_PARTS[N_NAME_PARTS + 1]; /* "family_name", ... */

bool people_append(People *self, const Actor *actor, const char *kind, const char *person,
		   json_t *body, GError **error); /* scope "person:ID"; the body is stolen */
bool people_check_exists(People *self, const char *person, unsigned *ret_roles, GError **error);
/* CONFLICT last-administrator unless somebody else stays one. */
/* Judged by the caller. */
bool people_change_roles(People *self, const Actor *actor, const char *person, unsigned roles,
			 GError **error);
bool people_check_other_administrator(People *self, const char *person, GError **error);
bool people_check_login(const char *login, GError **error);
bool people_check_birth_date(const char *date, GError **error);
bool people_is_self(const Actor *actor, const char *person);
/* A phone is one number however it is written; else as it is. Owned. */
char *login_normalize(const char *login);
bool live_person(void *room, const Event *event, const Actor *reader, const char **ret_name,
		 char **ret_data);

typedef struct {
	char *family;
	char *given;
	char *patronymic;
} Names;

void names_clear(Names *names);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Names, names_clear)
bool names_check_all(const char *family, const char *given, const char *patronymic, Names *ret,
		     GError **error);

const char *role_name(Role role); /* "teacher" */
bool role_read(const char *name, const char *field, unsigned *ret_roles, GError **error); /* adds */
const char *visibility_name(Visibility shown); /* "nobody" */
bool visibility_read(const char *field, const char *name, Visibility *ret, GError **error);

/* --- Corrections that wait --- */
typedef struct {
	char *event; /* NULL: none waits. Its id. */
	char *by;    /* a person's id or "console" */
	int64_t proposed_ms;
	char *parts[N_NAME_PARTS]; /* NULL: as it is, "": taken away */
} Correction;

void correction_clear(Correction *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Correction, correction_clear)
/* Does its person wait for this actor's press? NOT_FOUND also for who may not. */
bool corrections_may_decide(People *self, const Actor *actor, const char *correction,
			    GError **error);
json_t *corrections_person_json(People *self, const char *person, GError **error); /* or null */
/* {family_name, given_name, patronymic, birth_date, correction}: what stands and what waits. */
json_t *corrections_names_json(People *self, const char *person, GError **error);
json_t *corrections_list_json(People *self, const Actor *actor, GError **error);
bool corrections_find(People *self, const char *person, Correction *ret, GError **error);
/* Of the one with this id; CONFLICT when something was added to it meanwhile. */
bool corrections_decide(People *self, const Actor *actor, const char *correction, bool approve,
			GError **error);

/* {why, at: [places of characters]} when letters of a new name are not what they seem, else null:
 * "mixed-scripts" (a Latin C in «Соня»), "odd-characters" (0 for О), "other-script". Owned. */
json_t *names_doubts(const char *now, const char *next);

/* Names as people see them, from their parts and roles: what apply writes. Owned. */
char *names_display(const char *family, const char *given, const char *patronymic, unsigned roles);
char *names_short(const char *family, const char *given, const char *patronymic, unsigned roles);
/* Trims; INVALID with the field unless it is one line of 1 to NAME_CHARACTERS_MAX characters.
 * Given NULL or blanks it is NULL where `optional`. */
bool names_check(const char *field, const char *name, bool optional, char **ret_name,
		 GError **error);
