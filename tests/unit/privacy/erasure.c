/* SPDX-License-Identifier: LGPL-2.1-or-later
 * Erasing and merging: what the rows are afterwards, and that the log makes the same ones again. */
#include "rooms.h"

#include <string.h>

typedef struct {
	Rooms *rooms;
	Id class_id;
	Id teacher;
	Id pupil;
	Id parents[3];
} Fixture;

static Id add(Rooms *rooms, const char *login, const char *family, unsigned roles)
{
	const NewPerson person = {family, "Мия", "Олеговна", login, "2014-05-31", roles};
	GError *error = NULL;
	Id id;

	people_add(rooms->people, &ACTOR_OF_SYSTEM, &person, &id, &error);
	g_assert_no_error(error);
	return id;
}

static void seat(Fixture *self, const Id *person, MemberAs as)
{
	GError *error = NULL;

	classes_add_member(self->rooms->classes, &ACTOR_OF_SYSTEM, self->class_id.text, person->text,
	                   as, &error);
	g_assert_no_error(error);
}

static void link_to(Fixture *self, const Id *parent)
{
	GError *error = NULL;

	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, self->pupil.text, parent->text,
	                   &error);
	g_assert_no_error(error);
}

static void set_up(Fixture *self, const void *data)
{
	GError *error = NULL;
	Id year;

	self->rooms = rooms_open(NULL);
	rooms_begin(self->rooms);
	classes_add_year(self->rooms->classes, &ACTOR_OF_SYSTEM, "2026/27", "2026-09-01",
	                 "2027-05-31", &year, &error);
	g_assert_no_error(error);
	classes_add(self->rooms->classes, &ACTOR_OF_SYSTEM, year.text, 5, "А", &self->class_id,
	            &error);
	g_assert_no_error(error);
	add(self->rooms, "admin", "Орлова", ROLE_ADMINISTRATOR);
	self->teacher = add(self->rooms, "teacher", "Кравцова", ROLE_TEACHER);
	self->pupil = add(self->rooms, "pupil", "Седова", ROLE_PUPIL);
	for (size_t i = 0; i < G_N_ELEMENTS(self->parents); i++) {
		g_autofree char *login = g_strdup_printf("parent%zu", i);

		self->parents[i] = add(self->rooms, login, "Седова", ROLE_PARENT);
	}
	seat(self, &self->teacher, MEMBER_CLASS_TEACHER);
	seat(self, &self->pupil, MEMBER_PUPIL);
	link_to(self, &self->parents[0]);
	rooms_end(self->rooms, true);
}

static void tear_down(Fixture *self, const void *data)
{
	rooms_free(self->rooms);
}

static Id post(Fixture *self, const Id *author, ChatKind kind, const char *text)
{
	const Actor actor = {.kind = ACTOR_PERSON, .person = *author,
	                     .roles = people_roles(self->rooms->people, author->text)};
	Id chat = chats_id_of(kind, self->class_id.text);
	GError *error = NULL;
	Id message;

	rooms_begin(self->rooms);
	chats_post(self->rooms->chats, &actor, chat.text, text, NULL, NULL, &message, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
	return message;
}

static void erase(Fixture *self, const Id *person)
{
	PersonStep step = {0};
	GError *error = NULL;
	bool more = true;

	rooms_begin(self->rooms);
	people_begin_erasure(self->rooms->people, &ACTOR_OF_SYSTEM, person->text, "просьба", &error);
	g_assert_no_error(error);
	while (more) {
		store_erase_person(self->rooms->store, &ACTOR_OF_SYSTEM, person->text, &step, &more,
		                   &error);
		g_assert_no_error(error);
	}
	rooms_end(self->rooms, true);
}

static void assert_rebuilt_alike(Fixture *self, const char *const gone[])
{
	g_autofree char *before = rooms_dump(self->rooms, "projection");
	g_autofree char *after = NULL;

	for (size_t i = 0; gone[i]; i++)
		g_assert_null(strstr(before, gone[i]));
	rooms_verify(self->rooms);
	rooms_rebuild(self->rooms);
	after = rooms_dump(self->rooms, "projection");
	g_assert_cmpstr(before, ==, after);
}

static void reach_and_correct(Fixture *self, const Id *person)
{
	const PersonNames names = {.family_name = "Седова-Новикова"};
	const Actor parent = {.kind = ACTOR_PERSON, .person = self->parents[0],
	                      .roles = ROLE_PARENT};
	GError *error = NULL;

	rooms_begin(self->rooms);
	people_set_contact(self->rooms->people, &ACTOR_OF_SYSTEM, person->text, CONTACT_EMAIL,
	                   "sedova@example.org", &error);
	g_assert_no_error(error);
	people_correct(self->rooms->people, &parent, person->text, &names, &error);
	g_assert_no_error(error);
	people_set_blocked(self->rooms->people, &ACTOR_OF_SYSTEM, person->text, true, &error);
	g_assert_no_error(error);
	rooms_end(self->rooms, true);
}

static void test_pupil(Fixture *self, const void *data)
{
	static const char *const GONE[] = {"слова ученика", "sedova@example.org", "Новикова",
	                                   "login='pupil'", NULL};

	post(self, &self->pupil, CHAT_CLASS_PUPILS, "слова ученика");
	post(self, &self->teacher, CHAT_CLASS_PUPILS, "слова учителя");
	reach_and_correct(self, &self->pupil);
	erase(self, &self->pupil);
	g_assert_true(people_is_erased(self->rooms->people, self->pupil.text));
	g_assert_cmpuint(people_roles(self->rooms->people, self->pupil.text), ==, 0);
	g_assert_false(classes_is_member(self->rooms->classes, self->class_id.text,
	                                 self->pupil.text));
	g_assert_false(people_is_parent_of(self->rooms->people, self->parents[0].text,
	                                   self->pupil.text));
	assert_rebuilt_alike(self, GONE);
	/* Again, as after a crash. */
	erase(self, &self->pupil);
	assert_rebuilt_alike(self, GONE);
}

static void test_teacher(Fixture *self, const void *data)
{
	static const char *const GONE[] = {"слова учителя", "Кравцова", "кравцова", NULL};

	post(self, &self->teacher, CHAT_CLASS_PARENTS, "слова учителя");
	erase(self, &self->teacher);
	assert_rebuilt_alike(self, GONE);
}

static const char *merge(Fixture *self, const Id *from, const Id *into)
{
	g_autoptr(GError) error = NULL;
	bool done;

	rooms_begin(self->rooms);
	done = people_merge(self->rooms->people, &ACTOR_OF_SYSTEM, from->text, into->text, &error);
	rooms_end(self->rooms, done);
	return done ? NULL : error_reason_of(error);
}

static void test_merge(Fixture *self, const void *data)
{
	static const char *const NONE[] = {NULL};
	static const char *const GONE[] = {"слова родителя", NULL};

	post(self, &self->parents[0], CHAT_CLASS_PARENTS, "слова родителя");
	g_assert_cmpstr(merge(self, &self->parents[0], &self->parents[1]), ==, NULL);
	g_assert_true(people_is_parent_of(self->rooms->people, self->parents[1].text,
	                                  self->pupil.text));
	g_assert_cmpuint(people_roles(self->rooms->people, self->parents[0].text), ==, 0);
	assert_rebuilt_alike(self, NONE);
	g_assert_cmpstr(merge(self, &self->parents[0], &self->parents[1]), ==, "not-found");
	/* Who is left is erased with all who became them. */
	erase(self, &self->parents[0]);
	erase(self, &self->parents[1]);
	assert_rebuilt_alike(self, GONE);
}

static void test_merge_refused(Fixture *self, const void *data)
{
	Id twin;

	rooms_begin(self->rooms);
	twin = add(self->rooms, "twin", "Седова", ROLE_PUPIL);
	rooms_end(self->rooms, true);
	g_assert_cmpstr(merge(self, &self->pupil, &self->pupil), ==, "invalid");
	g_assert_cmpstr(merge(self, &self->pupil, &self->teacher), ==, "merge-roles");
	g_assert_cmpstr(merge(self, &self->parents[0], &self->pupil), ==, "merge-roles");
	rooms_begin(self->rooms);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, twin.text, self->parents[1].text,
	                   NULL);
	people_link_parent(self->rooms->people, &ACTOR_OF_SYSTEM, twin.text, self->parents[2].text,
	                   NULL);
	rooms_end(self->rooms, true);
	/* Three parents would be one too many: nothing of it happened. */
	g_assert_cmpstr(merge(self, &twin, &self->pupil), ==, "conflict");
	g_assert_true(people_is_parent_of(self->rooms->people, self->parents[1].text, twin.text));
	g_assert_cmpuint(people_roles(self->rooms->people, twin.text), ==, ROLE_PUPIL);
}

static void test_last_administrator(Fixture *self, const void *data)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *login = NULL;
	Id only;

	rooms_begin(self->rooms);
	login = people_dup_id_of_login(self->rooms->people, "admin", NULL);
	only = id_from(login);
	g_assert_false(people_begin_erasure(self->rooms->people, &ACTOR_OF_SYSTEM, only.text,
	                                    "просьба", &error));
	rooms_end(self->rooms, false);
	g_assert_cmpstr(error_reason_of(error), ==, "last-administrator");
}

#define ADD(path, test) g_test_add(path, Fixture, NULL, set_up, test, tear_down)

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	ADD("/privacy/erase-a-pupil", test_pupil);
	ADD("/privacy/erase-a-teacher", test_teacher);
	ADD("/privacy/merge", test_merge);
	ADD("/privacy/merge-refused", test_merge_refused);
	ADD("/privacy/last-administrator", test_last_administrator);
	return g_test_run();
}
