/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Puts a small school into a data directory before urokd starts on it: the class 5А with twenty
 * pupils pupil1.., a parent of each parent1.., its teachers teacher1 (class teacher) and teacher2,
 * and admin, in the school year that began last. With the word "leaving" everything that may leave the school is allowed to. */
#include "rooms.h"

#include "sync/sync.h"

#include <stdio.h>
#include <string.h>

#define PUPILS 20

typedef struct {
	Rooms *rooms;
	Id class_id;
} Furnishing;

static Id add_person(Furnishing *self, const char *login, int number, const char *family_name,
                     unsigned roles)
{
	g_autofree char *numbered =
	        number ? g_strdup_printf("%s%d", login, number) : g_strdup(login);
	const NewPerson person = {.family_name = family_name, .given_name = "Саша",
	                          .patronymic = "Олеговна", .login = numbered, .roles = roles};
	GError *error = NULL;
	Id id;

	people_add(self->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	return id;
}

static void seat(Furnishing *self, const Id *person, MemberAs as)
{
	GError *error = NULL;

	classes_add_member(self->rooms->classes, &ACTOR_OF_SYSTEM, self->class_id.text,
	                   person->text, as, &error);
	g_assert_no_error(error);
}

static void add_class(Furnishing *self)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	const int begun = g_date_time_get_year(now) - (g_date_time_get_month(now) < 9 ? 1 : 0);
	g_autofree char *title = g_strdup_printf("%d/%02d", begun, (begun + 1) % 100);
	g_autofree char *from = g_strdup_printf("%d-09-01", begun);
	g_autofree char *to = g_strdup_printf("%d-05-31", begun + 1);
	GError *error = NULL;
	Id year;

	classes_add_year(self->rooms->classes, &ACTOR_OF_SYSTEM, title, from, to, &year, &error);
	g_assert_no_error(error);
	classes_add(self->rooms->classes, &ACTOR_OF_SYSTEM, year.text, 5, "А", &self->class_id,
	            &error);
	g_assert_no_error(error);
}

static void add_family(Furnishing *self, int number)
{
	Id pupil = add_person(self, "pupil", number, "Миронова", ROLE_PUPIL);
	Id parent = add_person(self, "parent", number, "Миронова", ROLE_PARENT);
	GError *error = NULL;

	seat(self, &pupil, MEMBER_PUPIL);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, pupil.text, parent.text, &error);
	g_assert_no_error(error);
}

static void let_all_leave(Rooms *rooms)
{
	g_autoptr(Sync) sync = sync_new(&(SyncOptions){rooms->store, rooms->events, true});
	g_autoptr(json_t) choices = NULL;
	GError *error = NULL;
	size_t index;
	json_t *choice;

	sync_open(sync, &error);
	g_assert_no_error(error);
	choices = sync_list_choices(sync, &error);
	g_assert_no_error(error);
	rooms_begin(rooms);
	json_array_foreach(choices, index, choice) {
		const char *kind = json_string_value(json_object_get(choice, "kind"));

		sync_allow(sync, &ACTOR_OF_SYSTEM, kind, true, "Приказ 17", &error);
		g_assert_no_error(error);
	}
	rooms_end(rooms, true);
}

int main(int argc, char **argv)
{
	Furnishing self = {0};
	const SchoolInfo info = {.name = "Школа № 17"};
	GError *error = NULL;
	Id teacher;

	if (argc != 2 && (argc != 3 || strcmp(argv[2], "leaving") != 0)) {
		fprintf(stderr, "usage: furnish DIRECTORY [leaving]\n");
		return 2;
	}
	self.rooms = rooms_open(argv[1]);
	rooms_begin(self.rooms);
	school_set(self.rooms->school, &ACTOR_OF_SYSTEM, &info, &error);
	g_assert_no_error(error);
	add_class(&self);
	add_person(&self, "admin", 0, "Орлова", ROLE_ADMINISTRATOR);
	teacher = add_person(&self, "teacher", 1, "Кравцова", ROLE_TEACHER);
	seat(&self, &teacher, MEMBER_CLASS_TEACHER);
	teacher = add_person(&self, "teacher", 2, "Белова", ROLE_TEACHER);
	seat(&self, &teacher, MEMBER_TEACHER);
	for (int i = 1; i <= PUPILS; i++)
		add_family(&self, i);
	rooms_end(self.rooms, true);
	if (argc == 3)
		let_all_leave(self.rooms);
	rooms_free(self.rooms);
	return 0;
}
