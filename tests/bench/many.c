/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Puts a school of ten thousand people into a data directory before urokd starts on it, through the rooms' own rules: 300
 * classes with 16 pupils each and a parent to each, 399 teachers, one administrator. Names are those of the demo.
 *
 *	many DIRECTORY */
#include "app/demo-names.h"
#include "rooms.h"

#include <stdio.h>

#define CLASSES	 300
#define PUPILS	 16 /* of a class */
#define TEACHERS 399
#define LETTERS	 28 /* of a grade */
#define ABSENT	 100 /* one of so many was never here */

typedef struct {
	Rooms *rooms;
	Dice dice; /* the same school each time */
	Id year;
	Id teachers[TEACHERS];
} Filling;

static Id add_person(Filling *self, const char *login, int number, const char *surname, bool child,
                     unsigned roles)
{
	bool female = dice_roll(&self->dice, 2);
	g_autofree char *numbered = g_strdup_printf("%s%d", login, number);
	g_autofree char *family = demo_surname_of(surname, female);
	g_autofree char *patronymic = demo_patronymic(demo_father_name(&self->dice), female);
	const NewPerson person = {
	        .family_name = family,
	        .given_name = child ? demo_child_name(&self->dice, female)
	                            : demo_grown_name(&self->dice, female),
	        .patronymic = patronymic,
	        .login = numbered,
	        .roles = roles,
	};
	GError *error = NULL;
	Id id;

	people_add(self->rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	if (number % ABSENT)
		people_note_seen(self->rooms->people, id.text, clock_wall_ms(), &error);
	g_assert_no_error(error);
	return id;
}

static void seat(Filling *self, const Id *class_id, const Id *person, MemberAs as)
{
	GError *error = NULL;

	classes_add_member(self->rooms->classes, &ACTOR_OF_SYSTEM, class_id->text, person->text, as,
	                   &error);
	g_assert_no_error(error);
}

static void add_family(Filling *self, const Id *class_id, int number)
{
	g_autofree char *surname = demo_surname(&self->dice);
	Id pupil = add_person(self, "pupil", number, surname, true, ROLE_PUPIL);
	Id parent = add_person(self, "parent", number, surname, false, ROLE_PARENT);
	GError *error = NULL;

	seat(self, class_id, &pupil, MEMBER_PUPIL);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, pupil.text, parent.text, &error);
	g_assert_no_error(error);
}

static void add_class(Filling *self, int place)
{
	char letter[8] = {0};
	GError *error = NULL;
	Id class_id;

	g_unichar_to_utf8(0x410 + (gunichar)(place % LETTERS), letter);
	classes_add(self->rooms->classes, &ACTOR_OF_SYSTEM, self->year.text, 1 + place / LETTERS,
	            letter, &class_id, &error);
	g_assert_no_error(error);
	seat(self, &class_id, &self->teachers[place % TEACHERS], MEMBER_CLASS_TEACHER);
	seat(self, &class_id, &self->teachers[(place + 100) % TEACHERS], MEMBER_TEACHER);
	for (int i = 0; i < PUPILS; i++)
		add_family(self, &class_id, place * PUPILS + i);
}

static void add_staff(Filling *self)
{
	g_autofree char *surname = demo_surname(&self->dice);

	add_person(self, "admin", 0, surname, false, ROLE_ADMINISTRATOR);
	for (int i = 0; i < TEACHERS; i++) {
		g_autofree char *name = demo_surname(&self->dice);

		self->teachers[i] = add_person(self, "teacher", i, name, false, ROLE_TEACHER);
	}
}

int main(int argc, char **argv)
{
	Filling self = {.dice = {17}};
	const SchoolInfo info = {.name = "Школа № 17"};
	GError *error = NULL;

	if (argc != 2) {
		fprintf(stderr, "usage: many DIRECTORY\n");
		return 2;
	}
	self.rooms = rooms_open(argv[1]);
	rooms_begin(self.rooms);
	school_set(self.rooms->school, &ACTOR_OF_SYSTEM, &info, &error);
	g_assert_no_error(error);
	classes_add_year(self.rooms->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01", "2027-05-31",
	                 &self.year, &error);
	g_assert_no_error(error);
	add_staff(&self);
	rooms_end(self.rooms, true);
	for (int i = 0; i < CLASSES; i++) {
		rooms_begin(self.rooms);
		add_class(&self, i);
		rooms_end(self.rooms, true);
	}
	rooms_free(self.rooms);
	return 0;
}
