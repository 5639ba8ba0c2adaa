/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who sees and writes to whom: every kind of person to every other. */
#include "year.h"

#include <string.h>

enum { NEITHER, SEES, FINDS, WRITES };

static int right_of(Year *year, const Id *from, const Id *to)
{
	Actor actor = box_actor(year->box, from);
	bool sees = people_may_see(year->box->people, &actor, to->text);
	bool finds = classes_may_find(year->box->classes, &actor, to->text);
	bool writes = people_may_write(year->box->people, &actor, to->text);

	/* Whom one may write to is found, and who is found is seen. */
	g_assert_true(finds || !writes);
	g_assert_true(sees || !finds);
	return writes ? WRITES : finds ? FINDS : sees ? SEES : NEITHER;
}

static void check(Year *year, const Id *from, const Id *to, int right)
{
	g_assert_cmpint(right_of(year, from, to), ==, right);
}

/* What stands in relations.c, written a second time: administrator, teacher, pupil, parent; each
 * "-" nothing, "s" sees, "f" finds too, "w" writes too. */
static const char *const EXPECTED[N_RELATIONS] = {
	[RELATION_SELF] = "ffss",
	[RELATION_CLASSMATE] = "--w-",
	[RELATION_OWN_TEACHER] = "--w-",
	[RELATION_OWN_CLASS_TEACHER] = "--w-",
	[RELATION_OWN_PUPIL] = "-w--",
	[RELATION_OWN_PARENT] = "--w-",
	[RELATION_OWN_CHILD] = "---w",
	[RELATION_OTHER_PARENT] = "---w",
	[RELATION_CHILDS_TEACHER] = "---w",
	[RELATION_CHILDS_CLASS_TEACHER] = "---w",
	[RELATION_PUPILS_PARENT] = "-w--",
	[RELATION_CLASSMATES_PARENT] = "---w",
	[RELATION_COLLEAGUE] = "ww--",
	[RELATION_IN_CONVERSATION] = "ssss",
	[RELATION_STRANGER] = "ff--",
};

static char letter_of(unsigned rights)
{
	switch (rights) {
	case 0:
		return '-';
	case RIGHT_SEE:
		return 's';
	case RIGHT_SEE | RIGHT_FIND:
		return 'f';
	case RIGHT_SEE | RIGHT_FIND | RIGHT_WRITE:
		return 'w';
	default:
		g_assert_not_reached();
	}
}

static void test_every_role_and_relation(void)
{
	for (int relation = 0; relation < N_RELATIONS; relation++) {
		for (int role = 0; role < 4; role++) {
			unsigned rights = relations_rights(1u << role, 1u << relation);

			g_test_message("%s, role %d", relation_name((Relation)relation), role);
			g_assert_cmpint(letter_of(rights), ==, EXPECTED[relation][role]);
		}
		g_assert_cmpuint(relations_rights(0, 1u << relation), ==, 0);
	}
	g_assert_cmpuint(relations_rights(ROLE_STAFF | ROLE_PUPIL | ROLE_PARENT, 0), ==, 0);
}

/* Roles and relations add up, and a role uses its own relations only. */
static void test_roles_and_relations_add_up(void)
{
	const uint32_t both = 1u << RELATION_STRANGER | 1u << RELATION_CHILDS_TEACHER;
	const uint32_t child = 1u << RELATION_OWN_CHILD | 1u << RELATION_OWN_PUPIL;

	g_assert_cmpint(letter_of(relations_rights(ROLE_TEACHER, both)), ==, 'f');
	g_assert_cmpint(letter_of(relations_rights(ROLE_TEACHER | ROLE_PARENT, both)), ==, 'w');
	g_assert_cmpint(letter_of(relations_rights(ROLE_PUPIL, child)), ==, '-');
	g_assert_cmpint(letter_of(relations_rights(ROLE_PARENT, child)), ==, 'w');
}

/* Everybody to everybody in two classes. In each row's order: administrator, class teacher of A,
 * teacher of B, teacher of nobody, Sonya and Ilya of A, Lev of B, Sonya's mother and father, Ilya's
 * mother, Lev's mother. */
static void test_every_pair(void)
{
	g_autoptr(Year) year = year_new();
	const struct {
		const Id *person;
		const char *rights;
	} ROWS[] = {
		{&year->administrator, "fwwwfffffff"}, {&year->teacher_a, "wfwwwwfwwwf"},
		{&year->teacher_b, "wwfwffwfffw"},     {&year->idle_teacher, "wwwffffffff"},
		{&year->sonya, "-w--sw-ww--"},	       {&year->ilya, "-w--ws---w-"},
		{&year->lev, "--w---s---w"},	       {&year->mother, "-w--w--sww-"},
		{&year->father, "-w--w--wsw-"},	       {&year->mother_ilya, "-w---w-wws-"},
		{&year->mother_lev, "--w---w---s"},
	};
	static const char LETTERS[] = "-sfw";

	for (size_t from = 0; from < G_N_ELEMENTS(ROWS); from++) {
		char got[G_N_ELEMENTS(ROWS) + 1] = "";

		for (size_t to = 0; to < G_N_ELEMENTS(ROWS); to++)
			got[to] = LETTERS[right_of(year, ROWS[from].person, ROWS[to].person)];
		g_test_message("row %zu", from);
		g_assert_cmpstr(got, ==, ROWS[from].rights);
	}
}

static bool are_together(void *data, const char *person, const char *other)
{
	const Year *year = data;

	return strcmp(person, year->lev.text) == 0 && strcmp(other, year->sonya.text) == 0;
}

static void test_who_talks_is_seen_there(void)
{
	g_autoptr(Year) year = year_new();

	classes_set_company(year->box->classes, are_together, year);
	check(year, &year->lev, &year->sonya, SEES);
	check(year, &year->lev, &year->mother, NEITHER);
}

static void link_parent(Year *year, const Id *child, const Id *parent)
{
	box_begin(year->box);
	g_assert_true(people_link_parent(year->box->people, &ACTOR_OF_SYSTEM, child->text,
					 parent->text, NULL));
	box_end(year->box, true);
}

static void test_a_teacher_may_be_a_parent_here(void)
{
	g_autoptr(Year) year = year_new();

	link_parent(year, &year->lev, &year->teacher_a);
	check(year, &year->teacher_a, &year->lev, WRITES);
	check(year, &year->lev, &year->teacher_a, WRITES);
	check(year, &year->teacher_a, &year->mother_lev, WRITES);
	check(year, &year->mother_lev, &year->teacher_a, WRITES);
	check(year, &year->sonya, &year->teacher_b, NEITHER);
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
	check(year, &year->teacher_a, &year->ilya, FINDS);
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
	g_test_add_func("/relations/table", test_every_role_and_relation);
	g_test_add_func("/relations/sum", test_roles_and_relations_add_up);
	g_test_add_func("/relations/pairs", test_every_pair);
	g_test_add_func("/relations/conversation", test_who_talks_is_seen_there);
	g_test_add_func("/relations/teacher-and-parent", test_a_teacher_may_be_a_parent_here);
	g_test_add_func("/relations/nobody", test_nobody_sees_nothing);
	g_test_add_func("/relations/ends", test_what_was_ends);
	return g_test_run();
}
