/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Two boxes that change the same people and hear of each other late hold the same rows. */
#include "box.h"
#include "people/people-private.h"

#include <string.h>

/* What this box wrote itself, as lines; what it has sent already is left out. */
static GPtrArray *lines_of(Box *box, int64_t after)
{
	g_autoptr(GPtrArray) events = events_list(box->events, after, 1000, NULL);
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < events->len; i++)
		g_ptr_array_add(lines, event_to_json(events->pdata[i]));
	return lines;
}

static void receive(Box *box, const GPtrArray *lines)
{
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];
		g_autoptr(json_t) object = json_parse(line, strlen(line), NULL);
		g_autoptr(Event) event = event_from_json(object, NULL);
		GError *error = NULL;

		box_begin(box);
		events_receive(box->events, event, &error);
		g_assert_no_error(error);
		box_end(box, true);
	}
}

static void rename_person(Box *box, const Id *person, const char *family)
{
	Actor actor = box_actor(box, person);
	MeChanges changes = {.family_name = family};

	box_begin(box);
	g_assert_true(people_change_me(box->people, &actor, &changes, NULL));
	box_end(box, true);
}

static void set_roles(Box *box, const Id *person, unsigned roles)
{
	box_begin(box);
	g_assert_true(people_set_roles(box->people, &ACTOR_OF_SYSTEM, person->text, roles, NULL));
	box_end(box, true);
}

/* Keys join tables within a box and differ between boxes; the sorted JSON says the rest. */
static char *describe(Box *box)
{
	PeopleSearch all = {.limit = 100};
	g_autoptr(json_t) list = people_list_json(box->people, &all, NULL);

	return json_format(list);
}

static void test_changes_on_both_sides_end_alike(void)
{
	g_autoptr(Box) one = box_new();
	g_autoptr(Box) two = box_new();
	Id teacher = box_add_person(one, "teacher", ROLE_TEACHER);
	Id parent = box_add_person(one, "parent", ROLE_PARENT);
	g_autoptr(GPtrArray) first = lines_of(one, 0);
	g_autoptr(GPtrArray) of_one = NULL;
	g_autoptr(GPtrArray) of_two = NULL;
	g_autofree char *rows_one = NULL;
	g_autofree char *rows_two = NULL;
	int64_t one_sent = events_last_seq(one->events);
	int64_t two_has;

	receive(two, first);
	two_has = events_last_seq(two->events);
	rename_person(one, &teacher, "Первая");
	box_pass(one, 1000);
	events_pretend_now(two->events, BOX_NOW_MS + 1000);
	rename_person(two, &teacher, "Вторая");
	set_roles(two, &parent, ROLE_PARENT | ROLE_TEACHER);
	box_pass(one, 1000);
	set_roles(one, &parent, ROLE_PARENT | ROLE_ADMINISTRATOR);

	of_one = lines_of(one, one_sent);
	of_two = lines_of(two, two_has);
	receive(one, of_two);
	receive(two, of_one);
	rows_one = describe(one);
	rows_two = describe(two);
	g_assert_cmpstr(rows_one, ==, rows_two);
	g_assert_nonnull(strstr(rows_one, "Вторая"));
	g_assert_cmpuint(people_roles(two->people, parent.text), ==,
			 ROLE_PARENT | ROLE_ADMINISTRATOR);
}

static Id add_class(Box *box, const Id *teacher)
{
	Id year;
	Id id;

	box_begin(box);
	g_assert_true(classes_add_year(box->classes, &ACTOR_OF_SYSTEM, "2026/2027", "2026-09-01",
				       "2027-05-31", &year, NULL));
	g_assert_true(classes_add(box->classes, &ACTOR_OF_SYSTEM, year.text, 5, "А", &id, NULL));
	g_assert_true(classes_add_member(box->classes, &ACTOR_OF_SYSTEM, id.text, teacher->text,
					 MEMBER_TEACHER, NULL));
	box_end(box, true);
	return id;
}

/* One takes the role, the other, later and not knowing of it, leaves it. */
static void test_seats_end_alike(void)
{
	g_autoptr(Box) one = box_new();
	g_autoptr(Box) two = box_new();
	Id teacher = box_add_person(one, "teacher", ROLE_TEACHER);
	Id class_id = add_class(one, &teacher);
	g_autoptr(GPtrArray) first = lines_of(one, 0);
	g_autoptr(GPtrArray) of_one = NULL;
	g_autoptr(GPtrArray) of_two = NULL;
	int64_t one_sent = events_last_seq(one->events);
	int64_t two_has;

	receive(two, first);
	two_has = events_last_seq(two->events);
	g_assert_true(classes_is_member(two->classes, class_id.text, teacher.text));
	set_roles(one, &teacher, ROLE_PARENT);
	events_pretend_now(two->events, BOX_NOW_MS + 1000);
	set_roles(two, &teacher, ROLE_TEACHER | ROLE_PARENT);

	of_one = lines_of(one, one_sent);
	of_two = lines_of(two, two_has);
	receive(one, of_two);
	receive(two, of_one);
	g_assert_cmpuint(people_roles(one->people, teacher.text), ==, ROLE_TEACHER | ROLE_PARENT);
	g_assert_cmpuint(people_roles(two->people, teacher.text), ==, ROLE_TEACHER | ROLE_PARENT);
	g_assert_false(classes_is_member(one->classes, class_id.text, teacher.text));
	g_assert_false(classes_is_member(two->classes, class_id.text, teacher.text));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/people/replicas", test_changes_on_both_sides_end_alike);
	g_test_add_func("/people/replicas/seats", test_seats_end_alike);
	return g_test_run();
}
