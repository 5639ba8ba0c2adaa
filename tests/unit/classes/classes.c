/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of classes: who may change them, what is refused, what the answers hold, rebuilding. */
#include "classes/classes-private.h"
#include "year.h"

#include <string.h>

static void test_only_administrators_change_classes(void)
{
	g_autoptr(Year) year = year_new();
	const Id *refused[] = {&year->teacher_a, &year->sonya, &year->mother};
	Actor administrator = box_actor(year->box, &year->administrator);
	g_autoptr(GError) error = NULL;
	Id id;

	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		Actor actor = box_actor(year->box, refused[i]);

		box_begin(year->box);
		box_assert_refused(classes_add_year(year->box->classes, &actor, "2027/2028",
						    "2027-09-01", "2028-05-31", &id, &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
		box_assert_refused(classes_add(year->box->classes, &actor, year->year.text, 1, "А",
					       &id, &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
		box_end(year->box, false);
		box_assert_refused(year_add_member(year, &actor, &year->class_a,
						   &year->idle_teacher, MEMBER_TEACHER, &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
		box_assert_refused(
			year_remove_member(year, &actor, &year->class_a, &year->sonya, &error),
			&error, ERROR_FORBIDDEN, "forbidden");
	}
	g_assert_true(year_add_member(year, &administrator, &year->class_a, &year->idle_teacher,
				      MEMBER_TEACHER, &error));
	g_assert_true(
		year_remove_member(year, &administrator, &year->class_a, &year->sonya, &error));
	g_assert_false(classes_is_member(year->box->classes, year->class_a.text, year->sonya.text));
	box_assert_refused(
		year_remove_member(year, &administrator, &year->class_a, &year->sonya, &error),
		&error, ERROR_NOT_FOUND, "not-found");
}

static void check_class(Year *year, int grade, const char *letter, ErrorCode code,
			const char *reason)
{
	g_autoptr(GError) error = NULL;
	Id id;

	box_begin(year->box);
	box_assert_refused(classes_add(year->box->classes, &ACTOR_OF_SYSTEM, year->year.text, grade,
				       letter, &id, &error),
			   &error, code, reason);
	box_end(year->box, false);
}

static void test_a_new_class_is_checked(void)
{
	g_autoptr(Year) year = year_new();
	g_autofree char *title = classes_dup_title(year->box->classes, year->class_a.text);

	g_assert_cmpstr(title, ==, "5А");
	check_class(year, 0, "А", ERROR_INVALID, "invalid");
	check_class(year, 13, "А", ERROR_INVALID, "invalid");
	check_class(year, 5, "", ERROR_INVALID, "invalid");
	check_class(year, 5, "1", ERROR_INVALID, "invalid");
	check_class(year, 5, "АБВГ", ERROR_INVALID, "invalid");
	check_class(year, 5, "а", ERROR_CONFLICT, "class-exists");
}

static void check_year(Year *year, const char *title, const char *from, const char *to)
{
	g_autoptr(GError) error = NULL;
	Id id;

	box_begin(year->box);
	box_assert_refused(classes_add_year(year->box->classes, &ACTOR_OF_SYSTEM, title, from, to,
					    &id, &error),
			   &error, ERROR_INVALID, title[0] ? "invalid" : "empty");
	box_end(year->box, false);
}

static void test_a_new_year_is_checked(void)
{
	g_autoptr(Year) year = year_new();

	check_year(year, "", "2027-09-01", "2028-05-31");
	check_year(year, "2027", "2027-09-31", "2028-05-31");
	check_year(year, "2027", "2027-09-01", "2027-09-01");
	check_year(year, "2027", "2027-09-01", "May");
}

static void check_seat(Year *year, const Id *class_id, const Id *person, MemberAs as,
		       ErrorCode code, const char *reason)
{
	g_autoptr(GError) error = NULL;

	box_assert_refused(year_add_member(year, &ACTOR_OF_SYSTEM, class_id, person, as, &error),
			   &error, code, reason);
}

static void test_seats_are_checked(void)
{
	g_autoptr(Year) year = year_new();
	Id nothing = id_new();

	check_seat(year, &year->class_b, &year->sonya, MEMBER_PUPIL, ERROR_CONFLICT,
		   "sits-elsewhere");
	check_seat(year, &year->class_a, &year->teacher_b, MEMBER_CLASS_TEACHER, ERROR_CONFLICT,
		   "class-teacher-there");
	check_seat(year, &year->class_a, &year->teacher_b, MEMBER_PUPIL, ERROR_INVALID, "invalid");
	check_seat(year, &year->class_b, &year->sonya, MEMBER_TEACHER, ERROR_INVALID, "invalid");
	check_seat(year, &year->class_b, &year->mother, MEMBER_TEACHER, ERROR_INVALID, "invalid");
	check_seat(year, &nothing, &year->sonya, MEMBER_PUPIL, ERROR_NOT_FOUND, "not-found");
	check_seat(year, &year->class_a, &nothing, MEMBER_PUPIL, ERROR_NOT_FOUND, "not-found");
	g_assert_true(year_add_member(year, &ACTOR_OF_SYSTEM, &year->class_b, &year->teacher_b,
				      MEMBER_CLASS_TEACHER, NULL));
	g_assert_true(classes_is_class_teacher(year->box->classes, year->class_b.text,
					       year->teacher_b.text));
	g_assert_true(
		classes_is_parent_in(year->box->classes, year->class_a.text, year->mother.text));
	g_assert_false(
		classes_is_parent_in(year->box->classes, year->class_b.text, year->mother.text));
}

static const char *text_at(const json_t *array, size_t index, const char *name)
{
	return json_string_value(json_object_get(json_array_get(array, index), name));
}

static void test_the_list_has_own_classes_first(void)
{
	g_autoptr(Year) year = year_new();
	Actor teacher = box_actor(year->box, &year->teacher_b);
	g_autofree char *text = classes_render_list(year->box->classes, &teacher, NULL, NULL);
	g_autoptr(json_t) list = json_parse(text, strlen(text), NULL);
	json_t *items = json_object_get(list, "items");

	g_assert_cmpuint(json_array_size(items), ==, 2);
	g_assert_cmpstr(text_at(items, 0, "title"), ==, "5Б");
	g_assert_true(json_is_true(json_object_get(json_array_get(items, 0), "mine")));
	g_assert_true(json_is_null(json_object_get(json_array_get(items, 0), "class_teacher")));
	g_assert_cmpint(
		json_integer_value(json_object_get(json_array_get(items, 1), "pupil_count")), ==,
		2);
	g_assert_nonnull(strstr(text, year->teacher_a.text));
}

static void test_only_the_staff_sees_parents_in_a_class(void)
{
	g_autoptr(Year) year = year_new();
	Actor teacher = box_actor(year->box, &year->teacher_a);
	Actor pupil = box_actor(year->box, &year->ilya);
	g_autoptr(json_t) for_staff =
		classes_class_json(year->box->classes, &teacher, year->class_a.text, NULL);
	g_autoptr(json_t) for_pupil =
		classes_class_json(year->box->classes, &pupil, year->class_a.text, NULL);
	json_t *sonya = json_array_get(json_object_get(for_staff, "pupils"), 1);
	json_t *hidden = json_array_get(json_object_get(for_pupil, "pupils"), 1);

	g_assert_cmpstr(text_at(json_object_get(for_staff, "teachers"), 0, "as"), ==,
			"class_teacher");
	g_assert_cmpuint(json_array_size(json_object_get(sonya, "parents")), ==, 2);
	g_assert_true(json_is_false(json_object_get(sonya, "signed_in")));
	g_assert_cmpuint(json_array_size(json_object_get(hidden, "parents")), ==, 0);
	g_assert_null(json_object_get(hidden, "signed_in"));
}

static void test_parents_see_their_children(void)
{
	g_autoptr(Year) year = year_new();
	Actor mother = box_actor(year->box, &year->mother);
	g_autoptr(json_t) list = classes_children_json(year->box->classes, &mother, NULL);
	json_t *items = json_object_get(list, "items");
	json_t *child = json_array_get(items, 0);
	json_t *teachers = json_object_get(child, "teachers");

	g_assert_cmpuint(json_array_size(items), ==, 1);
	g_assert_cmpstr(text_at(items, 0, "id"), ==, year->sonya.text);
	g_assert_cmpstr(
		json_string_value(json_object_get(json_object_get(child, "class"), "title")), ==,
		"5А");
	g_assert_cmpuint(json_array_size(json_object_get(child, "parents")), ==, 2);
	g_assert_cmpstr(text_at(teachers, 0, "id"), ==, year->teacher_a.text);
}

/* The rows made anew from the log, which are those of before. */
static char *rebuild(Box *box)
{
	g_autofree char *before = box_dump(box, "projection");
	char *after;

	box_begin(box);
	g_assert_true(events_rebuild(box->events, NULL));
	box_end(box, true);
	after = box_dump(box, "projection");
	g_assert_cmpstr(before, ==, after);
	return after;
}

static void test_rebuilt_tables_equal(void)
{
	g_autoptr(Year) year = year_new();
	g_autofree char *rows = NULL;

	g_assert_true(
		year_remove_member(year, &ACTOR_OF_SYSTEM, &year->class_a, &year->ilya, NULL));
	g_assert_true(year_add_member(year, &ACTOR_OF_SYSTEM, &year->class_b, &year->ilya,
				      MEMBER_PUPIL, NULL));
	rows = rebuild(year->box);
	g_assert_nonnull(strstr(rows, "class_member"));
}

static void test_a_role_that_goes_takes_its_seats(void)
{
	g_autoptr(Year) year = year_new();
	g_autofree char *rows = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(classes_is_member(year->box->classes, year->class_a.text, year->sonya.text));
	g_assert_true(classes_is_parent_in(year->box->classes, year->class_a.text, year->mother.text));
	box_begin(year->box);
	people_set_roles(year->box->people, &ACTOR_OF_SYSTEM, year->sonya.text, ROLE_PARENT, &error);
	g_assert_no_error(error);
	people_set_roles(year->box->people, &ACTOR_OF_SYSTEM, year->teacher_a.text,
			 ROLE_ADMINISTRATOR | ROLE_PARENT, &error);
	g_assert_no_error(error);
	box_end(year->box, true);
	g_assert_false(classes_is_member(year->box->classes, year->class_a.text, year->sonya.text));
	g_assert_false(classes_is_parent_in(year->box->classes, year->class_a.text, year->mother.text));
	g_assert_false(classes_is_member(year->box->classes, year->class_a.text, year->teacher_a.text));
	g_assert_true(classes_is_member(year->box->classes, year->class_a.text, year->ilya.text));
	rows = rebuild(year->box);
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/classes/rights", test_only_administrators_change_classes);
	g_test_add_func("/classes/new", test_a_new_class_is_checked);
	g_test_add_func("/classes/year", test_a_new_year_is_checked);
	g_test_add_func("/classes/seats", test_seats_are_checked);
	g_test_add_func("/classes/list", test_the_list_has_own_classes_first);
	g_test_add_func("/classes/one", test_only_the_staff_sees_parents_in_a_class);
	g_test_add_func("/classes/children", test_parents_see_their_children);
	g_test_add_func("/classes/role-lost", test_a_role_that_goes_takes_its_seats);
	g_test_add_func("/classes/rebuild", test_rebuilt_tables_equal);
	return g_test_run();
}
