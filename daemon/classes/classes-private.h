/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of classes/ share. */
#pragma once

#include "classes/classes.h"

#define GRADE_MAX		  12
#define LETTER_CHARACTERS_MAX	  3
#define YEAR_TITLE_CHARACTERS_MAX 40
#define YEARS_MAX		  50
#define CLASSES_MAX		  400 /* a year */
#define CLASS_PUPILS_MAX	  60
#define CLASS_TEACHERS_MAX	  40
#define LETTERS_MAX		  33 /* classes that are made at once */

struct Classes {
	Store *store;
	Events *events;
	People *people;
	ChatsOfClass chats_of;
	void *chats_room;
	InConversation in_conversation;
	void *company_room;
};

extern const EventKind CLASSES_EVENTS[];
void classes_follow(Classes *self); /* what becomes of seats when roles change */

/* The key of the school year that we live in; 0: there is none. */
bool classes_find_year(Classes *self, int64_t *ret_year, GError **error);

MemberAs classes_member_as(Classes *self, const char *class_id, const char *person); /* 0: none */
/* Does a statement of :class and :person give a row? */
bool classes_has_row(Classes *self, const char *statement, const char *class_id,
		     const char *person);

/* Today's date, "2026-09-01". */
void classes_today(Classes *self, char ret_today[TIME_TEXT_SIZE]);

/* promotion.c */
extern const EventKind PROMOTION_EVENTS[];
json_t *promotion_json(Classes *self, const char *year, GError **error); /* what would become */

/* years.c */
bool years_check_room(Classes *self, int64_t year, int more, GError **error);
bool years_find(Classes *self, const char *year, int64_t *ret_key, GError **error);
char *years_render(Classes *self, const char *id, GError **error); /* NULL: {items}, all */

/* seats.c: the pages of everybody in the class, and of the pupils' parents, ask again. */
bool classes_tell_all(Classes *self, const char *class_id, bool renamed, GError **error);

/* classes-manage.c: the way in for who changes classes. */
bool get_years(void *room, Request *request, GError **error);
bool post_year(void *room, Request *request, GError **error);
bool patch_year(void *room, Request *request, GError **error);
bool delete_year(void *room, Request *request, GError **error);
bool get_promotion(void *room, Request *request, GError **error);
bool post_promotion(void *room, Request *request, GError **error);
bool delete_promotion(void *room, Request *request, GError **error);
bool post_classes(void *room, Request *request, GError **error);
bool patch_class(void *room, Request *request, GError **error);
bool delete_class(void *room, Request *request, GError **error);
bool put_member(void *room, Request *request, GError **error);
bool delete_member(void *room, Request *request, GError **error);
extern const PersonData CLASSES_DATA; /* classes-person.c */

/* relations.c: who may see and write to whom. */
extern const Sight CLASSES_SIGHT;

/* classes-view.c: answers as JSON, owned. */
extern const Belonging CLASSES_BELONGING;
/* year NULL: the one that is lived in. */
char *classes_render_list(Classes *self, const Actor *actor, const char *year, GError **error);
json_t *classes_class_json(Classes *self, const Actor *actor, const char *class_id, GError **error);
json_t *classes_children_json(Classes *self, const Actor *actor, GError **error);
