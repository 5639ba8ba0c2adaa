/* SPDX-License-Identifier: LGPL-2.1-or-later
 * A school year with two classes and people of all kinds in and around them. */
#pragma once

#include "box.h"

typedef struct {
	Box *box;
	Id year;
	Id class_a, class_b; /* 5А and 5Б */
	Id administrator, teacher_a, teacher_b, idle_teacher;
	Id sonya, ilya, lev;		/* sonya and ilya sit in 5А, lev in 5Б */
	Id mother, father, mother_ilya; /* of sonya, of sonya, of ilya */
	Id mother_lev;
} Year;

Year *year_new(void);
void year_free(Year *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Year, year_free)

bool year_add_member(Year *self, const Actor *actor, const Id *class_id, const Id *person,
		     MemberAs as, GError **error);
bool year_remove_member(Year *self, const Actor *actor, const Id *class_id, const Id *person,
			GError **error);
