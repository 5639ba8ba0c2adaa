/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Classes, who sits in them and who teaches them, the school year, and who may see whom. */
#pragma once

#include "people/people.h"

typedef struct Classes Classes;

#include "classes/relations.h"
#include "classes/years.h"

typedef enum { MEMBER_PUPIL = 1, MEMBER_TEACHER, MEMBER_CLASS_TEACHER } MemberAs;

typedef struct {
	Store *store;
	Events *events;
	Http *http;
	People *people;
} ClassesOptions;

Classes *
classes_new(const ClassesOptions *options); /* adds kinds, audience, gates, people's Sight */
void classes_free(Classes *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Classes, classes_free)

/* The chats of a class that the actor is in, [{id, kind, title}], owned; chats/ implements it. */
typedef json_t *(*ChatsOfClass)(void *room, const Actor *actor, const char *class_id,
				GError **error);
void classes_set_chats_of(Classes *self, ChatsOfClass chats_of, void *room);

/* Are two people in a chat that somebody made, where both are seen? chats/ implements it. */
typedef bool (*InConversation)(void *room, const char *person, const char *other);
void classes_set_company(Classes *self, InConversation in_conversation, void *room);

/* Who has to do with somebody this year: id → relations (bits 1 << Relation), without colleagues
 * and strangers; owned, NULL on failure. */
GHashTable *classes_list_related(Classes *self, const char *person, GError **error);
bool classes_may_find(Classes *self, const Actor *actor, const char *person);

extern const Migration CLASSES_MIGRATION;
extern const Migration CLASSES_REMOVED_MIGRATION;
extern const Route CLASSES_ROUTES[]; /* /school-years, /classes, their members, /children */

/* Gates: "class-visible" (its members, their parents, staff; path parameter :class). */

/* The rules: administrators, the console, the system. Dates like "2026-09-01"; years do not
 * overlap. CONFLICT with its own reason: a pupil sits in one class a year, a class has one class
 * teacher, (grade, letter) is one class's a year. Teachers and pupils need the role and lose the
 * seat with it. Adding a member again with another `as` changes it. */
bool classes_add(Classes *self, const Actor *actor, const char *year, int grade, const char *letter,
		 Id *ret_id, GError **error);
bool classes_rename(Classes *self, const Actor *actor, const char *class_id,
		    int grade /* 0: stays */, const char *letter /* NULL: stays */, GError **error);
/* CONFLICT class-not-empty. */
bool classes_remove(Classes *self, const Actor *actor, const char *class_id, GError **error);

/* One action: `from` is the class that a pupil leaves for this one, `instead` the class teacher who
 * goes on as a teacher; NULL: none. CONFLICT when that is no longer so. */
typedef struct {
	const char *class_id;
	const char *person;
	MemberAs as;
	const char *from;
	const char *instead;
} Seat;
bool classes_seat(Classes *self, const Actor *actor, const Seat *seat, GError **error);
bool classes_add_member(Classes *self, const Actor *actor, const char *class_id, const char *person,
			MemberAs as, GError **error);
bool classes_remove_member(Classes *self, const Actor *actor, const char *class_id,
			   const char *person, GError **error);

bool classes_is_member(Classes *self, const char *class_id, const char *person);
bool classes_is_class_teacher(Classes *self, const char *class_id, const char *person);
/* Has a child in the class. */
bool classes_is_parent_in(Classes *self, const char *class_id, const char *person);
bool classes_exists(Classes *self, const char *class_id);
/* Of this year; "": the pupil sits in none. */
bool classes_find_of_pupil(Classes *self, const char *pupil, Id *ret_class, GError **error);
char *classes_dup_title(Classes *self, const char *class_id); /* NULL: no such class */

/* The tables `class` (key INTEGER PRIMARY KEY, id TEXT UNIQUE, title, grade, letter, year_key) and
 * `class_member` (class_key, person_key, member_as) may be joined by the SQL of higher rooms;
 * `member_as` is MemberAs. Only classes/ writes them.
 *
 * Events of this room that followers use:
 * "year.added"           subject year, scope "school", body {title, from_date, to_date}
 * "year.promoted"        subject year, body {from, classes: [{id, from, grade, letter, title}]}
 * "year.promotion.undone" subject year, body {classes: [id]}
 * "class.added"          subject class, scope "school", body {year, grade, letter, title}
 * "class.changed"        subject class, scope "class:ID", body {grade, letter, title}
 * "class.removed"        subject class, scope "staff"; nobody was in it
 * "class.member.added"   subject class, scope "class:ID", body {person, as: 1|2|3}
 * "class.member.removed" subject class, body {person} */
