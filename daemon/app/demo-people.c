/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Who there is in the demo school: staff, families, classes, who sits and teaches where. */
#include "app/demo-private.h"
#include "base/text.h"

#include <string.h>

#define PUPILS_A_CLASS	  25
#define FAMILIES	  400 /* of 500 pupils: a hundred have two children here */
#define FAMILIES_WITH_TWO 100
#define FAMILIES_OF_ONE	  100 /* with one parent: so there are 700 */

static const struct {
	int grade;
	const char *letter;
} CLASSES[] = {
	{1, "А"}, {1, "Б"}, {2, "А"}, {2, "Б"}, {3, "А"}, {4, "А"},  {4, "Б"},
	{5, "А"}, {5, "Б"}, {6, "А"}, {6, "Б"}, {7, "А"}, {7, "Б"},  {8, "А"},
	{8, "Б"}, {9, "А"}, {9, "Б"}, {10, "А"}, {11, "А"}, {11, "Б"},
};

/* Names are given to those whom the front page and the tests know; others get theirs by chance.
 * `classes` are taught, the first one as its class teacher when `leads`. */
static const struct {
	const char *family;
	const char *given;
	const char *patronymic;
	const char *login;
	bool female;
	unsigned roles;
	bool leads;
	const char *classes;
} STAFF[] = {
	{"Белозёров", "Виктор", "Павлович", "belozerov", false, ROLE_STAFF, false, "11А 11Б"},
	{"Орлова", "Ирина", "Викторовна", "orlova", true, ROLE_ADMINISTRATOR, false, ""},
	/* mathematics */
	{"Кравцова", "Елена", "Сергеевна", "kravcova", true, ROLE_TEACHER, true, "5А 5Б 6А 7А"},
	{.female = true, .leads = true, .classes = "9А 9Б 8А"},
	{.female = false, .leads = true, .classes = "11А 11Б 10А"},
	{.female = true, .leads = true, .classes = "7Б 6Б 8Б"},
	/* Russian and literature */
	{.female = true, .leads = true, .classes = "6А 6Б 5А"},
	{.female = true, .leads = true, .classes = "8Б 8А 9А"},
	{.female = true, .leads = true, .classes = "10А 11А 11Б"},
	{.female = true, .classes = "5Б 7А 7Б 9Б"},
	/* English */
	{.female = true, .leads = true, .classes = "7А 7Б 5А 6А"},
	{.female = true, .leads = true, .classes = "6Б 5Б 8А 8Б 4А 4Б"},
	{.female = true, .classes = "9А 9Б 10А 11А 11Б 2А 2Б 3А"},
	/* history, biology, geography, chemistry */
	{.female = true, .leads = true, .classes = "9Б 5А 5Б 6А 6Б 7А 7Б 8Б 9А 10А"},
	{.female = true, .leads = true, .classes = "8А 5А 5Б 6Б 7Б 8Б 9Б 10А 11А"},
	{.female = false, .leads = true, .classes = "5Б 6А 6Б 7А 8А 9А 10А 11Б"},
	{.female = true, .leads = true, .classes = "11Б 8А 8Б 9А 9Б 10А 11А"},
	/* physics, informatics */
	{.female = false, .classes = "7А 7Б 8А 8Б 9А 9Б 10А 11А 11Б"},
	{.female = false, .classes = "7А 7Б 8Б 9А 9Б 10А 11А 11Б"},
	/* physical education, music, art, crafts */
	{.female = false, .classes = "5А 6А 7А 8А 9А 10А 11А 11Б"},
	{.female = true, .classes = "1А 1Б 2А 2Б 3А 4А 4Б 5Б 6Б 7Б 8Б 9Б"},
	{.female = true, .classes = "1А 1Б 2А 2Б 3А 4А 4Б 5А 5Б"},
	{.female = true, .classes = "5А 5Б 6А 6Б 7А 7Б"},
	{.female = false, .classes = "5А 5Б 6А 6Б 7А 7Б 8А"},
	/* the first four years */
	{.female = true, .leads = true, .classes = "1А"},
	{.female = true, .leads = true, .classes = "1Б"},
	{.female = true, .leads = true, .classes = "2А"},
	{.female = true, .leads = true, .classes = "2Б"},
	{.female = true, .leads = true, .classes = "3А"},
	{.female = true, .leads = true, .classes = "4А"},
	{.female = true, .leads = true, .classes = "4Б"},
};

#define TEACHER_WHO_IS_A_MOTHER 26 /* of 2А; her child sits in 6Б */

/* --- One person --- */

static char *choose_login(DemoPlan *self, const char *family, const char *suffix)
{
	g_autofree char *slug = text_slug(family, 40);
	g_autofree char *plain = g_strconcat(slug, suffix, NULL);

	for (int i = 2; g_hash_table_contains(self->logins, plain); i++) {
		g_free(plain);
		plain = g_strdup_printf("%s%s-%d", slug, suffix, i);
	}
	return g_steal_pointer(&plain);
}

/* Takes the texts over. */
static int add_person(DemoPlan *self, DemoPerson person)
{
	int place = (int)self->people->len;

	g_hash_table_add(self->logins, person.login);
	g_ptr_array_add(self->people, g_memdup2(&person, sizeof person));
	demo_deed(self, DEED_ADD_PERSON, self->founded_ms + place * 2000LL)->person = place;
	return place;
}

static void add_staff(DemoPlan *self)
{
	for (guint i = 0; i < G_N_ELEMENTS(STAFF); i++) {
		bool female = STAFF[i].female;
		DemoPerson person = {.female = female};
		g_autofree char *surname = demo_surname(&self->dice);

		person.roles = STAFF[i].roles ? STAFF[i].roles : ROLE_TEACHER;
		person.family = STAFF[i].family ? g_strdup(STAFF[i].family)
						: demo_surname_of(surname, female);
		person.given = g_strdup(STAFF[i].given ? STAFF[i].given
						       : demo_grown_name(&self->dice, female));
		person.patronymic =
			STAFF[i].patronymic
				? g_strdup(STAFF[i].patronymic)
				: demo_patronymic(demo_father_name(&self->dice), female);
		person.login = STAFF[i].login ? g_strdup(STAFF[i].login)
					      : choose_login(self, person.family, "");
		add_person(self, person);
	}
}

/* --- Classes --- */

static int find_class(const char *title, size_t length)
{
	for (guint i = 0; i < G_N_ELEMENTS(CLASSES); i++) {
		g_autofree char *own =
			g_strdup_printf("%d%s", CLASSES[i].grade, CLASSES[i].letter);

		if (strlen(own) == length && strncmp(own, title, length) == 0)
			return (int)i;
	}
	g_assert_not_reached();
}

static void seat(DemoPlan *self, int class_place, int person, MemberAs as)
{
	Deed *deed = demo_deed(self, DEED_SEAT, self->founded_ms + 3 * 3600 * 1000LL);

	deed->person = person;
	deed->where = class_place;
	deed->other = as;
}

static void add_classes(DemoPlan *self)
{
	demo_deed(self, DEED_ADD_YEAR, self->founded_ms + 3600 * 1000LL);
	for (guint i = 0; i < G_N_ELEMENTS(CLASSES); i++) {
		DemoClass *class = g_new0(DemoClass, 1);

		class->grade = CLASSES[i].grade;
		class->letter = CLASSES[i].letter;
		class->teachers = g_array_new(FALSE, FALSE, sizeof(int));
		class->pupils = g_array_new(FALSE, FALSE, sizeof(int));
		class->parents = g_array_new(FALSE, FALSE, sizeof(int));
		g_ptr_array_add(self->classes, class);
		demo_deed(self, DEED_ADD_CLASS, self->founded_ms + 2 * 3600 * 1000LL)->where =
			(int)i;
	}
}

static void seat_teachers(DemoPlan *self)
{
	for (int i = 0; i < (int)G_N_ELEMENTS(STAFF); i++) {
		g_auto(GStrv) titles = g_strsplit(STAFF[i].classes, " ", -1);

		for (guint at = 0; titles[at]; at++) {
			int place = find_class(titles[at], strlen(titles[at]));
			DemoClass *class = demo_class(self, place);
			bool leads = STAFF[i].leads && at == 0;

			if (leads)
				class->class_teacher = i;
			else
				g_array_append_val(class->teachers, i);
			seat(self, place, i, leads ? MEMBER_CLASS_TEACHER : MEMBER_TEACHER);
		}
	}
}

/* --- Families --- */

typedef struct {
	char *surname;	    /* as the father bears it */
	const char *father; /* his given name, also when he is not here */
	int mother;	    /* a place or -1, as the next */
	int dad;
} Family;

static int add_parent(DemoPlan *self, const Family *family, bool female, const char *given)
{
	DemoPerson person = {.female = female, .roles = ROLE_PARENT};

	person.family = demo_surname_of(family->surname, female);
	person.given = g_strdup(given);
	person.patronymic = demo_patronymic(demo_father_name(&self->dice), female);
	person.login = choose_login(self, person.family, female ? "-mama" : "-papa");
	return add_person(self, person);
}

static bool is_name_taken(const DemoPlan *self, const DemoClass *class, const DemoPerson *person)
{
	for (guint i = 0; i < class->pupils->len; i++) {
		const DemoPerson *other =
			demo_person(self, g_array_index(class->pupils, int, i));

		if (strcmp(other->family, person->family) == 0 &&
		    strcmp(other->given, person->given) == 0)
			return true;
	}
	return false;
}

static char *birth_date(DemoPlan *self, int grade)
{
	int year = self->year - 6 - grade;
	int month = 1 + dice_roll(&self->dice, 12);
	int day = 1 + dice_roll(&self->dice, 28);

	return g_strdup_printf("%d-%02d-%02d", year, month, day);
}

static void join_family(DemoPlan *self, DemoClass *class, int child, int parent)
{
	Deed *deed;

	if (parent < 0)
		return;
	deed = demo_deed(self, DEED_LINK, self->founded_ms + 4 * 3600 * 1000LL);
	deed->person = child;
	deed->other = parent;
	g_array_append_val(class->parents, parent);
}

/* given NULL: by chance. */
static void add_child(DemoPlan *self, const Family *family, int class_place, bool female,
		      const char *given)
{
	DemoClass *class = demo_class(self, class_place);
	DemoPerson person = {.female = female, .roles = ROLE_PUPIL};
	int child;

	person.family = demo_surname_of(family->surname, female);
	do {
		g_free(person.given);
		person.given = g_strdup(given ? given : demo_child_name(&self->dice, female));
	} while (is_name_taken(self, class, &person));
	person.patronymic = demo_patronymic(family->father, female);
	person.login = choose_login(self, person.family, "");
	person.birth_date = birth_date(self, class->grade);
	child = add_person(self, person);
	g_array_append_val(class->pupils, child);
	seat(self, class_place, child, MEMBER_PUPIL);
	join_family(self, class, child, family->mother);
	join_family(self, class, child, family->dad);
}

/* The seats that are still free, as class places. */
static int take_seat(GArray *seats, const DemoPlan *self, int class_place, int not_grade)
{
	for (guint i = 0; i < seats->len; i++) {
		int place = g_array_index(seats, int, i);

		if ((class_place >= 0 && place != class_place) ||
		    demo_class(self, place)->grade == not_grade)
			continue;
		g_array_remove_index_fast(seats, i);
		return place;
	}
	g_assert_not_reached();
}

static GArray *shuffled_seats(DemoPlan *self)
{
	GArray *seats = g_array_new(FALSE, FALSE, sizeof(int));

	for (int i = 0; i < (int)G_N_ELEMENTS(CLASSES) * PUPILS_A_CLASS; i++) {
		int place = i / PUPILS_A_CLASS;

		g_array_append_val(seats, place);
	}
	dice_shuffle(&self->dice, (int *)(void *)seats->data, (int)seats->len);
	return seats;
}

/* Соня is whom the help and the tests know; her brother is in the second year. */
static void add_mironovs(DemoPlan *self, GArray *seats)
{
	g_autofree char *surname = g_strdup("Миронов");
	Family family = {surname, "Алексей", -1, -1};
	int older = take_seat(seats, self, find_class("5А", strlen("5А")), 0);
	int younger = take_seat(seats, self, find_class("2Б", strlen("2Б")), 0);

	family.mother = add_parent(self, &family, true, "Ольга");
	family.dad = add_parent(self, &family, false, family.father);
	add_child(self, &family, older, true, "Соня");
	add_child(self, &family, younger, false, "Егор");
}

/* One of the teachers has a child here. Her surname is her husband's. */
static void add_family_of_teacher(DemoPlan *self, GArray *seats)
{
	const DemoPerson *teacher = demo_person(self, TEACHER_WHO_IS_A_MOTHER);
	g_autofree char *surname = NULL;
	Family family = {.mother = TEACHER_WHO_IS_A_MOTHER, .dad = -1};

	do {
		g_autofree char *hers = NULL;

		g_free(surname);
		surname = demo_surname(&self->dice);
		hers = demo_surname_of(surname, true);
		if (strcmp(hers, teacher->family) == 0)
			break;
	} while (true);
	family.surname = surname;
	family.father = demo_father_name(&self->dice);
	family.dad = add_parent(self, &family, false, family.father);
	add_child(self, &family, take_seat(seats, self, find_class("6Б", strlen("6Б")), 0), false,
		  NULL);
}

static void add_family(DemoPlan *self, GArray *seats, int number)
{
	g_autofree char *surname = demo_surname(&self->dice);
	Family family = {surname, demo_father_name(&self->dice), -1, -1};
	bool alone = number >= FAMILIES - FAMILIES_OF_ONE;
	bool by_father = alone && dice_roll(&self->dice, 8) == 0;
	int first = take_seat(seats, self, -1, 0);
	int second = -1;

	if (number < FAMILIES_WITH_TWO)
		second = take_seat(seats, self, -1, demo_class(self, first)->grade);
	if (!by_father)
		family.mother = add_parent(self, &family, true, demo_grown_name(&self->dice, true));
	if (!alone || by_father)
		family.dad = add_parent(self, &family, false, family.father);
	add_child(self, &family, first, dice_roll(&self->dice, 2), NULL);
	if (second >= 0)
		add_child(self, &family, second, dice_roll(&self->dice, 2), NULL);
}

void demo_plan_people(DemoPlan *self)
{
	g_autoptr(GArray) seats = NULL;

	add_staff(self);
	add_classes(self);
	seat_teachers(self);
	seats = shuffled_seats(self);
	add_mironovs(self, seats);
	add_family_of_teacher(self, seats);
	/* The two families above are the first with two children and one with one. */
	for (int i = 1; seats->len; i++)
		add_family(self, seats, i);
}
