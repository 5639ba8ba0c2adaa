/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who sees and writes to whom: every kind of person to every other. */
#include "year.h"

#include <string.h>

enum { NEITHER, SEES, WRITES };

static void check(Year *year, const Id *from, const Id *to, int right)
{
	Actor actor = box_actor(year->box, from);
	bool sees = people_may_see(year->box->people, &actor, to->text);
	bool writes = people_may_write(year->box->people, &actor, to->text);

	g_assert_cmpint(sees, ==, right >= SEES);
	g_assert_cmpint(writes, ==, right >= WRITES);
}

static void test_a_pupil_is_in_safe_mode(void)
{
	g_autoptr(Year) year = year_new();

	check(year, &year->ilya, &year->sonya, WRITES);
	check(year, &year->teacher_a, &year->sonya, WRITES);
	check(year, &year->mother, &year->sonya, WRITES);
	check(year, &year->father, &year->sonya, WRITES);
	check(year, &year->lev, &year->sonya, NEITHER);
	check(year, &year->mother_ilya, &year->sonya, NEITHER);
	check(year, &year->mother_lev, &year->sonya, NEITHER);
	check(year, &year->teacher_b, &year->sonya, SEES);
	check(year, &year->idle_teacher, &year->sonya, SEES);
	check(year, &year->administrator, &year->sonya, SEES);
	check(year, &year->sonya, &year->sonya, SEES);
}

static void test_parents_meet_teachers_and_parents_of_classmates(void)
{
	g_autoptr(Year) year = year_new();

	check(year, &year->mother, &year->teacher_a, WRITES);
	check(year, &year->teacher_a, &year->mother, WRITES);
	check(year, &year->mother, &year->father, WRITES);
	check(year, &year->mother, &year->mother_ilya, WRITES);
	check(year, &year->mother, &year->teacher_b, NEITHER);
	check(year, &year->mother, &year->mother_lev, NEITHER);
	check(year, &year->mother, &year->administrator, NEITHER);
	check(year, &year->teacher_b, &year->mother, SEES);
}

static void test_pupils_reach_their_own(void)
{
	g_autoptr(Year) year = year_new();

	check(year, &year->sonya, &year->ilya, WRITES);
	check(year, &year->sonya, &year->teacher_a, WRITES);
	check(year, &year->sonya, &year->mother, WRITES);
	check(year, &year->sonya, &year->teacher_b, NEITHER);
	check(year, &year->sonya, &year->lev, NEITHER);
	check(year, &year->sonya, &year->mother_ilya, NEITHER);
	check(year, &year->sonya, &year->administrator, NEITHER);
}

static void test_the_staff_is_one(void)
{
	g_autoptr(Year) year = year_new();

	check(year, &year->teacher_a, &year->teacher_b, WRITES);
	check(year, &year->administrator, &year->idle_teacher, WRITES);
	check(year, &year->idle_teacher, &year->administrator, WRITES);
}

static void test_nobody_sees_nothing(void)
{
	g_autoptr(Year) year = year_new();
	Actor nobody = {.kind = ACTOR_NOBODY};

	g_assert_false(people_may_see(year->box->people, &nobody, year->sonya.text));
	g_assert_false(people_may_write(year->box->people, &nobody, year->sonya.text));
}

static void test_what_was_ends(void)
{
	g_autoptr(Year) year = year_new();
	Box *box = year->box;
	Id next;

	g_assert_true(
		year_remove_member(year, &ACTOR_OF_SYSTEM, &year->class_a, &year->ilya, NULL));
	check(year, &year->ilya, &year->sonya, NEITHER);
	check(year, &year->mother, &year->mother_ilya, NEITHER);
	check(year, &year->teacher_a, &year->ilya, SEES);
	check(year, &year->mother_ilya, &year->ilya, WRITES);

	/* With the next school year last year's classmates are strangers. */
	check(year, &year->sonya, &year->teacher_a, WRITES);
	box_begin(box);
	g_assert_true(classes_add_year(box->classes, &ACTOR_OF_SYSTEM, "2027/2028", "2027-09-01",
				       "2028-05-31", &next, NULL));
	box_end(box, true);
	check(year, &year->sonya, &year->teacher_a, WRITES);
	box_pass(box, 300LL * 24 * 3600 * 1000);
	check(year, &year->sonya, &year->teacher_a, NEITHER);
	check(year, &year->sonya, &year->mother, WRITES);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/relations/safe-mode", test_a_pupil_is_in_safe_mode);
	g_test_add_func("/relations/parents", test_parents_meet_teachers_and_parents_of_classmates);
	g_test_add_func("/relations/pupils", test_pupils_reach_their_own);
	g_test_add_func("/relations/staff", test_the_staff_is_one);
	g_test_add_func("/relations/nobody", test_nobody_sees_nothing);
	g_test_add_func("/relations/ends", test_what_was_ends);
	return g_test_run();
}
