/* SPDX-License-Identifier: LGPL-2.1-or-later
 * What becomes of years and classes after they were made: dates, names, moves, removal, limits. */
#include "classes/classes-private.h"
#include "year.h"

#include <string.h>

static bool do_seat(Year *year, const Seat *seat, GError **error)
{
	bool done;

	box_begin(year->box);
	done = classes_seat(year->box->classes, &ACTOR_OF_SYSTEM, seat, error);
	box_end(year->box, done);
	return done;
}

static bool rename_class(Year *year, const Id *class_id, int grade, const char *letter,
			 GError **error)
{
	bool done;

	box_begin(year->box);
	done = classes_rename(year->box->classes, &ACTOR_OF_SYSTEM, class_id->text, grade, letter,
			      error);
	box_end(year->box, done);
	return done;
}

static bool remove_class(Year *year, const Id *class_id, GError **error)
{
	bool done;

	box_begin(year->box);
	done = classes_remove(year->box->classes, &ACTOR_OF_SYSTEM, class_id->text, error);
	box_end(year->box, done);
	return done;
}

static bool add_year(Year *year, const char *from, const char *to, Id *ret_id, GError **error)
{
	bool done;

	box_begin(year->box);
	done = classes_add_year(year->box->classes, &ACTOR_OF_SYSTEM, "Ещё год", from, to, ret_id,
				error);
	box_end(year->box, done);
	return done;
}

static bool change_year(Year *year, const Id *id, SchoolYear changes, GError **error)
{
	bool done;

	box_begin(year->box);
	done = classes_change_year(year->box->classes, &ACTOR_OF_SYSTEM, id->text, &changes, error);
	box_end(year->box, done);
	return done;
}

static void check_rebuilt(Box *box)
{
	g_autofree char *before = box_dump(box, "projection");
	g_autofree char *after = NULL;

	box_begin(box);
	g_assert_true(events_rebuild(box->events, NULL));
	box_end(box, true);
	after = box_dump(box, "projection");
	g_assert_cmpstr(before, ==, after);
}

static bool sits(Year *year, const Id *class_id, const Id *person)
{
	return classes_is_member(year->box->classes, class_id->text, person->text);
}

static void test_a_pupil_moves_in_one_action(void)
{
	g_autoptr(Year) year = year_new();
	Seat seat = {year->class_b.text, year->sonya.text, MEMBER_PUPIL, year->class_a.text, NULL};
	g_autoptr(GError) error = NULL;

	g_assert_true(do_seat(year, &seat, &error));
	g_assert_false(sits(year, &year->class_a, &year->sonya));
	g_assert_true(sits(year, &year->class_b, &year->sonya));
	box_assert_refused(do_seat(year, &seat, &error), &error, ERROR_CONFLICT, "pupil-moved");
	seat.from = year->class_b.text;
	box_assert_refused(do_seat(year, &seat, &error), &error, ERROR_INVALID, "invalid");
	seat = (Seat){year->class_a.text, year->teacher_b.text, MEMBER_TEACHER, year->class_b.text};
	box_assert_refused(do_seat(year, &seat, &error), &error, ERROR_INVALID, "invalid");
	check_rebuilt(year->box);
}

/* The seat that a move gives up is kept when the new one cannot be had. */
static void test_a_move_that_fails_moves_nobody(void)
{
	g_autoptr(Year) year = year_new();
	Id nothing = id_new();
	Seat seat = {nothing.text, year->sonya.text, MEMBER_PUPIL, year->class_a.text, NULL};
	g_autoptr(GError) error = NULL;

	g_assert_false(do_seat(year, &seat, &error));
	g_assert_true(sits(year, &year->class_a, &year->sonya));
}

static void test_a_class_is_handed_over_in_one_action(void)
{
	g_autoptr(Year) year = year_new();
	Classes *classes = year->box->classes;
	Seat seat = {year->class_a.text, year->idle_teacher.text, MEMBER_CLASS_TEACHER, NULL,
		     year->teacher_a.text};
	g_autoptr(GError) error = NULL;

	g_assert_true(do_seat(year, &seat, &error));
	g_assert_true(
		classes_is_class_teacher(classes, year->class_a.text, year->idle_teacher.text));
	g_assert_cmpint(classes_member_as(classes, year->class_a.text, year->teacher_a.text), ==,
			MEMBER_TEACHER);
	seat.person = year->teacher_b.text;
	box_assert_refused(do_seat(year, &seat, &error), &error, ERROR_CONFLICT,
			   "class-teacher-changed");
	seat.as = MEMBER_TEACHER;
	box_assert_refused(do_seat(year, &seat, &error), &error, ERROR_INVALID, "invalid");
	check_rebuilt(year->box);
}

static void test_a_class_is_renamed(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(GError) error = NULL;
	g_autofree char *title = NULL;

	box_assert_refused(rename_class(year, &year->class_a, 0, "б", &error), &error,
			   ERROR_CONFLICT, "class-exists");
	box_assert_refused(rename_class(year, &year->class_a, 13, NULL, &error), &error,
			   ERROR_INVALID, "invalid");
	box_assert_refused(rename_class(year, &year->class_a, 0, "", &error), &error, ERROR_INVALID,
			   "invalid");
	g_assert_true(rename_class(year, &year->class_a, 0, "А", &error));
	g_assert_true(rename_class(year, &year->class_a, 6, "м", &error));
	title = classes_dup_title(year->box->classes, year->class_a.text);
	g_assert_cmpstr(title, ==, "6М");
	check_rebuilt(year->box);
}

static void test_only_an_empty_class_is_removed(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(GError) error = NULL;
	Id again;

	box_assert_refused(remove_class(year, &year->class_b, &error), &error, ERROR_CONFLICT,
			   "class-not-empty");
	year_remove_member(year, &ACTOR_OF_SYSTEM, &year->class_b, &year->lev, NULL);
	year_remove_member(year, &ACTOR_OF_SYSTEM, &year->class_b, &year->teacher_b, NULL);
	g_assert_true(remove_class(year, &year->class_b, &error));
	g_assert_false(classes_exists(year->box->classes, year->class_b.text));
	box_assert_refused(remove_class(year, &year->class_b, &error), &error, ERROR_NOT_FOUND,
			   "not-found");
	box_assert_refused(rename_class(year, &year->class_b, 7, NULL, &error), &error,
			   ERROR_NOT_FOUND, "not-found");
	/* The name is free, and the new class is another one. */
	box_begin(year->box);
	g_assert_true(classes_add(year->box->classes, &ACTOR_OF_SYSTEM, year->year.text, 5, "Б",
				  &again, NULL));
	box_end(year->box, true);
	g_assert_false(id_equal(&again, &year->class_b));
	check_rebuilt(year->box);
}

static void test_years_do_not_overlap(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(GError) error = NULL;
	Id next;

	box_assert_refused(add_year(year, "2027-05-31", "2028-05-31", &next, &error), &error,
			   ERROR_CONFLICT, "years-overlap");
	box_assert_refused(add_year(year, "2026-10-01", "2026-11-01", &next, &error), &error,
			   ERROR_CONFLICT, "years-overlap");
	g_assert_true(add_year(year, "2027-09-01", "2028-05-31", &next, &error));
	box_assert_refused(change_year(year, &next, (SchoolYear){.from_date = "2027-05-01"}, &error),
			   &error, ERROR_CONFLICT, "years-overlap");
	box_assert_refused(change_year(year, &next, (SchoolYear){.title = " "}, &error), &error,
			   ERROR_INVALID, "empty");
	g_assert_true(change_year(year, &next,
				  (SchoolYear){.title = "2027/28", .to_date = "2028-06-30"},
				  &error));
	check_rebuilt(year->box);
}

/* The year that is lived in follows its dates. */
static void test_which_year_is_todays(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(json_t) list = NULL;
	g_autofree char *text = NULL;
	Id next;
	int64_t before;
	int64_t now;

	g_assert_true(classes_find_year(year->box->classes, &before, NULL));
	g_assert_true(add_year(year, "2027-09-01", "2028-05-31", &next, NULL));
	g_assert_true(classes_find_year(year->box->classes, &now, NULL));
	g_assert_cmpint(now, ==, before);
	g_assert_true(change_year(year, &year->year, (SchoolYear){.to_date = "2026-10-01"}, NULL));
	g_assert_true(change_year(year, &next, (SchoolYear){.from_date = "2026-11-01"}, NULL));
	g_assert_true(classes_find_year(year->box->classes, &now, NULL));
	g_assert_cmpint(now, !=, before);
	text = years_render(year->box->classes, NULL, NULL);
	list = json_parse(text, strlen(text), NULL);
	g_assert_true(json_is_true(json_object_get(
		json_array_get(json_object_get(list, "items"), 0), "current")));
}

static void test_a_class_has_room_for_so_many(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(GError) error = NULL;
	Id last;

	for (int i = 2; i < CLASS_PUPILS_MAX; i++) {
		g_autofree char *name = g_strdup_printf("pupil%d", i);
		Id pupil = box_add_person(year->box, name, ROLE_PUPIL);

		year_add_member(year, &ACTOR_OF_SYSTEM, &year->class_a, &pupil, MEMBER_PUPIL,
				&error);
		g_assert_no_error(error);
	}
	last = box_add_person(year->box, "last", ROLE_PUPIL);
	box_assert_refused(
		year_add_member(year, &ACTOR_OF_SYSTEM, &year->class_a, &last, MEMBER_PUPIL, &error),
		&error, ERROR_CONFLICT, "class-full");
	/* Teachers have room of their own. */
	g_assert_true(year_add_member(year, &ACTOR_OF_SYSTEM, &year->class_a, &year->idle_teacher,
				      MEMBER_TEACHER, &error));
}

static void test_a_year_has_room_for_so_many(void)
{
	g_autoptr(Year) year = year_new();
	g_autoptr(GError) error = NULL;
	int made = 2;
	Id id;

	box_begin(year->box);
	for (int grade = 1; grade <= GRADE_MAX; grade++) {
		for (int i = 0; i < 33 + 6 && made < CLASSES_MAX; i++, made++) {
			char letter[16] = {0};

			/* Capitals, then pairs of them; 5А and 5Б are there. */
			g_unichar_to_utf8(0x410 + (gunichar)i % 32, letter);
			if (i >= 32)
				strcat(letter, "Я");
			if (grade == 5 && i < 2)
				made--;
			else
				g_assert_true(classes_add(year->box->classes, &ACTOR_OF_SYSTEM,
							  year->year.text, grade, letter, &id, NULL));
		}
	}
	g_assert_cmpint(made, ==, CLASSES_MAX);
	box_assert_refused(classes_add(year->box->classes, &ACTOR_OF_SYSTEM, year->year.text, 12,
				       "ЯЯЯ", &id, &error),
			   &error, ERROR_CONFLICT, "too-many-classes");
	box_end(year->box, true);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/classes/changes/move", test_a_pupil_moves_in_one_action);
	g_test_add_func("/classes/changes/move-fails", test_a_move_that_fails_moves_nobody);
	g_test_add_func("/classes/changes/hand-over", test_a_class_is_handed_over_in_one_action);
	g_test_add_func("/classes/changes/rename", test_a_class_is_renamed);
	g_test_add_func("/classes/changes/remove", test_only_an_empty_class_is_removed);
	g_test_add_func("/classes/changes/years", test_years_do_not_overlap);
	g_test_add_func("/classes/changes/today", test_which_year_is_todays);
	g_test_add_func("/classes/changes/full-class", test_a_class_has_room_for_so_many);
	g_test_add_func("/classes/changes/full-year", test_a_year_has_room_for_so_many);
	return g_test_run();
}
