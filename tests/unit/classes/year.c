/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two classes for the tests of classes/. */
#include "year.h"

bool year_add_member(Year *self, const Actor *actor, const Id *class_id, const Id *person,
		     MemberAs as, GError **error)
{
	bool done;

	box_begin(self->box);
	done = classes_add_member(self->box->classes, actor, class_id->text, person->text, as,
				  error);
	box_end(self->box, done);
	return done;
}

bool year_remove_member(Year *self, const Actor *actor, const Id *class_id, const Id *person,
			GError **error)
{
	bool done;

	box_begin(self->box);
	done = classes_remove_member(self->box->classes, actor, class_id->text, person->text,
				     error);
	box_end(self->box, done);
	return done;
}

static void seat(Year *self, const Id *class_id, const Id *person, MemberAs as)
{
	GError *error = NULL;

	year_add_member(self, &ACTOR_OF_SYSTEM, class_id, person, as, &error);
	g_assert_no_error(error);
}

static void link_family(Year *self, const Id *child, const Id *parent)
{
	box_begin(self->box);
	g_assert_true(people_link_parent(self->box->people, &ACTOR_OF_SYSTEM, child->text,
					 parent->text, NULL));
	box_end(self->box, true);
}

static void add_people(Year *self)
{
	self->administrator = box_add_person(self->box, "administrator", ROLE_ADMINISTRATOR);
	self->teacher_a = box_add_person(self->box, "teacher-a", ROLE_TEACHER);
	self->teacher_b = box_add_person(self->box, "teacher-b", ROLE_TEACHER);
	self->idle_teacher = box_add_person(self->box, "idle-teacher", ROLE_TEACHER);
	self->sonya = box_add_person(self->box, "sonya", ROLE_PUPIL);
	self->ilya = box_add_person(self->box, "ilya", ROLE_PUPIL);
	self->lev = box_add_person(self->box, "lev", ROLE_PUPIL);
	self->mother = box_add_person(self->box, "mother", ROLE_PARENT);
	self->father = box_add_person(self->box, "father", ROLE_PARENT);
	self->mother_ilya = box_add_person(self->box, "mother-ilya", ROLE_PARENT);
	self->mother_lev = box_add_person(self->box, "mother-lev", ROLE_PARENT);
}

Year *year_new(void)
{
	Year *self = g_new0(Year, 1);

	self->box = box_new();
	add_people(self);
	box_begin(self->box);
	g_assert_true(classes_add_year(self->box->classes, &ACTOR_OF_SYSTEM, "2026/2027",
				       "2026-09-01", "2027-05-31", &self->year, NULL));
	g_assert_true(classes_add(self->box->classes, &ACTOR_OF_SYSTEM, self->year.text, 5, "а",
				  &self->class_a, NULL));
	g_assert_true(classes_add(self->box->classes, &ACTOR_OF_SYSTEM, self->year.text, 5, "Б",
				  &self->class_b, NULL));
	box_end(self->box, true);
	seat(self, &self->class_a, &self->sonya, MEMBER_PUPIL);
	seat(self, &self->class_a, &self->ilya, MEMBER_PUPIL);
	seat(self, &self->class_b, &self->lev, MEMBER_PUPIL);
	seat(self, &self->class_a, &self->teacher_a, MEMBER_CLASS_TEACHER);
	seat(self, &self->class_b, &self->teacher_b, MEMBER_TEACHER);
	link_family(self, &self->sonya, &self->mother);
	link_family(self, &self->sonya, &self->father);
	link_family(self, &self->ilya, &self->mother_ilya);
	link_family(self, &self->lev, &self->mother_lev);
	return self;
}

void year_free(Year *self)
{
	if (!self)
		return;
	box_free(self->box);
	g_free(self);
}
