/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What the files of classes/ share. */
#pragma once

#include "classes/classes.h"

#define GRADE_MAX		  12
#define LETTER_CHARACTERS_MAX	  3
#define YEAR_TITLE_CHARACTERS_MAX 40

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

/* relations.c: who may see and write to whom. */
extern const Sight CLASSES_SIGHT;

/* classes-view.c: answers as JSON, owned. */
extern const Belonging CLASSES_BELONGING;
char *classes_render_list(Classes *self, const Actor *actor, GError **error);
json_t *classes_class_json(Classes *self, const Actor *actor, const char *class_id, GError **error);
json_t *classes_children_json(Classes *self, const Actor *actor, GError **error);
