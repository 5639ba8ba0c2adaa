/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What two people are to each other, and what that gives: the table of who may see, find and write
 * to whom, as data. */
#pragma once

#include <stdint.h>

/* What a person is to who acts. A pair may hold several. The numbers stand in classes.sql too. */
typedef enum {
	RELATION_SELF,
	RELATION_CLASSMATE,
	RELATION_OWN_TEACHER, /* of a class that the pupil sits in */
	RELATION_OWN_CLASS_TEACHER,
	RELATION_OWN_PUPIL, /* of a class that the teacher teaches */
	RELATION_OWN_PARENT,
	RELATION_OWN_CHILD,
	RELATION_OTHER_PARENT, /* of a child of both */
	RELATION_CHILDS_TEACHER,
	RELATION_CHILDS_CLASS_TEACHER,
	RELATION_PUPILS_PARENT,	      /* of a pupil that the teacher teaches */
	RELATION_CLASSMATES_PARENT,   /* parents of two classmates */
	RELATION_COLLEAGUE,	      /* two of the staff */
	RELATION_IN_CONVERSATION,     /* in a chat that somebody made, see classes_set_company() */
	RELATION_STRANGER,	      /* everybody but oneself is that too */
	N_RELATIONS,
} Relation;

typedef enum {
	RIGHT_SEE = 1 << 0,   /* name, roles, picture, wherever the person is shown */
	RIGHT_FIND = 1 << 1,  /* by a search of people */
	RIGHT_WRITE = 1 << 2, /* directly, and into a group */
} Right;

/* What these roles (bits of Role) with these relations (bits 1 << Relation) may: bits of Right. */
unsigned relations_rights(unsigned roles, uint32_t relations);

/* "classmate"; for tests and logs. */
const char *relation_name(Relation relation);
