/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who looked: what counts, that ten minutes are one look, and that it is kept a year. */
#include "rooms.h"

#define MINUTE_MS 60000LL
#define DAY_MS    (24 * 60 * MINUTE_MS)
#define START_MS  (20000 * DAY_MS)

typedef struct {
	Rooms *rooms;
	Id teacher;
	Id pupil;
	Id parent;
} Fixture;

static Id add(Rooms *rooms, const char *login, unsigned roles)
{
	const NewPerson person = {"Седова", "Мия", NULL, login, NULL, roles};
	GError *error = NULL;
	Id id;

	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	return id;
}

static void set_up(Fixture *self, const void *data)
{
	GError *error = NULL;

	self->rooms = rooms_open(NULL);
	rooms_begin(self->rooms);
	self->teacher = add(self->rooms, "teacher", ROLE_TEACHER);
	self->pupil = add(self->rooms, "pupil", ROLE_PUPIL);
	self->parent = add(self->rooms, "parent", ROLE_PARENT);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, self->pupil.text,
	                   self->parent.text, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	events_pretend_now(self->rooms->events, START_MS);
}

static void tear_down(Fixture *self, const void *data)
{
	rooms_free(self->rooms);
}

static void look(Fixture *self, const Id *actor, const Id *subject, const char *purpose)
{
	const Actor who = {.kind = ACTOR_PERSON, .person = *actor,
	                   .roles = people_roles(self->rooms->people, actor->text)};

	people_note_look(self->rooms->people, &who, subject->text, purpose);
}

static json_t *list(Fixture *self, const char *cursor, int limit)
{
	GError *error = NULL;
	json_t *looks = people_looks_json(self->rooms->people, self->pupil.text, cursor, limit, &error);

	g_assert_no_error(error);
	return looks;
}

static size_t count(Fixture *self)
{
	g_autoptr(json_t) looks = list(self, NULL, 100);

	return json_array_size(json_object_get(looks, "items"));
}

static void test_counts(Fixture *self, const void *data)
{
	look(self, &self->pupil, &self->pupil, LOOK_PROFILE);
	look(self, &self->parent, &self->pupil, LOOK_PROFILE);
	look(self, &self->pupil, &self->teacher, LOOK_PROFILE);
	g_assert_cmpuint(count(self), ==, 0);
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	g_assert_cmpuint(count(self), ==, 1);
}

static void test_slots(Fixture *self, const void *data)
{
	for (int i = 0; i < 5; i++)
		look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	look(self, &self->teacher, &self->pupil, LOOK_CLASS);
	people_write_looks(self->rooms->people);
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	people_write_looks(self->rooms->people);
	g_assert_cmpuint(count(self), ==, 2);
	events_pretend_now(self->rooms->events, START_MS + 10 * MINUTE_MS);
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	g_assert_cmpuint(count(self), ==, 3);
	people_write_looks(self->rooms->people);
	g_assert_cmpuint(count(self), ==, 3);
}

static void test_pages(Fixture *self, const void *data)
{
	g_autofree char *cursor = NULL;
	size_t seen = 0;

	for (int i = 0; i < 7; i++) {
		events_pretend_now(self->rooms->events, START_MS + i * 10 * MINUTE_MS);
		look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	}
	people_write_looks(self->rooms->people);
	do {
		g_autoptr(json_t) page = list(self, cursor, 3);

		seen += json_array_size(json_object_get(page, "items"));
		g_free(cursor);
		cursor = g_strdup(json_string_value(json_object_get(page, "next_cursor")));
	} while (cursor);
	g_assert_cmpuint(seen, ==, 7);
}

static void test_cursor(Fixture *self, const void *data)
{
	static const char *const WRONG[] = {"", "1", "1.2", "1.2.3.", "1.2.3x", "x.2.3", "-1.2.3", NULL};

	for (size_t i = 0; WRONG[i]; i++) {
		g_autoptr(GError) error = NULL;

		g_assert_null(people_looks_json(self->rooms->people, self->pupil.text, WRONG[i], 3,
		                                &error));
		g_assert_cmpstr(error_reason_of(error), ==, "bad-cursor");
	}
}

static void test_kept_a_year(Fixture *self, const void *data)
{
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	people_write_looks(self->rooms->people);
	events_pretend_now(self->rooms->events, START_MS + 366 * DAY_MS);
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	people_write_looks(self->rooms->people);
	g_assert_cmpuint(count(self), ==, 2);
	events_pretend_now(self->rooms->events, START_MS + 410 * DAY_MS);
	look(self, &self->teacher, &self->pupil, LOOK_PROFILE);
	people_write_looks(self->rooms->people);
	g_assert_cmpuint(count(self), ==, 2);
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/people/looks/what-counts", test_counts);
	ADD("/people/looks/ten-minutes-are-one", test_slots);
	ADD("/people/looks/page-by-page", test_pages);
	ADD("/people/looks/wrong-cursors", test_cursor);
	ADD("/people/looks/a-year", test_kept_a_year);
	return g_test_run();
}
