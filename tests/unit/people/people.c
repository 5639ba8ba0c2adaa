/* SPDX-License-Identifier: LGPL-2.1-or-later
 * The rules of people: who may do what, names, logins, families, codes; rebuilding the tables. */
#include "box.h"
#include "people/people-private.h"

#include <string.h>

static bool add(Box *box, const Actor *actor, const NewPerson *person, Id *ret, GError **error)
{
	bool done;

	box_begin(box);
	done = people_add(box->people, actor, person, ret, error);
	box_end(box, done);
	return done;
}

static bool link_parent(Box *box, const Actor *actor, const Id *child, const Id *parent,
			GError **error)
{
	bool done;

	box_begin(box);
	done = people_link_parent(box->people, actor, child->text, parent->text, error);
	box_end(box, done);
	return done;
}

static bool set_roles(Box *box, const Actor *actor, const Id *person, unsigned roles,
		      GError **error)
{
	bool done;

	box_begin(box);
	done = people_set_roles(box->people, actor, person->text, roles, error);
	box_end(box, done);
	return done;
}

static void test_only_administrators_manage(void)
{
	g_autoptr(Box) box = box_new();
	static const unsigned ROLES[] = {ROLE_TEACHER, ROLE_PUPIL, ROLE_PARENT,
					 ROLE_TEACHER | ROLE_PARENT};
	Id administrator = box_add_person(box, "admin-one", ROLE_ADMINISTRATOR);
	Id child = box_add_person(box, "child", ROLE_PUPIL);
	Id parent = box_add_person(box, "parent", ROLE_PARENT);
	Actor allowed = box_actor(box, &administrator);
	NewPerson person = {"Ёлкина", "Анна", NULL, NULL, NULL, ROLE_PARENT};
	g_autoptr(GError) error = NULL;
	Actor nobody = {.kind = ACTOR_NOBODY};
	Id id;

	for (size_t i = 0; i < G_N_ELEMENTS(ROLES); i++) {
		g_autofree char *login = g_strdup_printf("person-%zu", i);
		Id other = box_add_person(box, login, ROLES[i]);
		Actor actor = box_actor(box, &other);

		box_assert_refused(add(box, &actor, &person, &id, &error), &error, ERROR_FORBIDDEN,
				   "forbidden");
		box_assert_refused(link_parent(box, &actor, &child, &parent, &error), &error,
				   ERROR_FORBIDDEN, "forbidden");
		box_assert_refused(set_roles(box, &actor, &other, ROLE_ADMINISTRATOR, &error),
				   &error, ERROR_FORBIDDEN, "forbidden");
	}
	box_assert_refused(add(box, &nobody, &person, &id, &error), &error, ERROR_FORBIDDEN,
			   "forbidden");
	g_assert_true(add(box, &allowed, &person, &id, &error));
	g_assert_true(add(box, &ACTOR_OF_CONSOLE, &person, &id, &error));
	g_assert_true(link_parent(box, &allowed, &child, &parent, &error));
	g_assert_true(set_roles(box, &allowed, &parent, ROLE_PARENT | ROLE_TEACHER, &error));
	g_assert_cmpuint(people_roles(box->people, parent.text), ==, ROLE_PARENT | ROLE_TEACHER);
}

static void check_field(Box *box, const NewPerson *person, const char *reason, const char *field)
{
	g_autoptr(GError) error = NULL;
	Id id;

	g_assert_false(add(box, &ACTOR_OF_SYSTEM, person, &id, &error));
	g_assert_cmpstr(error_reason_of(error), ==, reason);
	g_assert_cmpstr(error_field_of(error), ==, field);
}

static void test_a_new_person_is_checked(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *long_name = g_strnfill(61, 'a');
	NewPerson good = {"Кравцова", "Елена", "Сергеевна", "kravcova", "1980-02-29", ROLE_TEACHER};
	NewPerson bad = good;

	box_add_person(box, "Ёжик", ROLE_PUPIL);
	bad.family_name = " \t";
	check_field(box, &bad, "empty", "family_name");
	bad.family_name = long_name;
	check_field(box, &bad, "too-long", "family_name");
	bad = good;
	bad.given_name = "Еле\nна";
	check_field(box, &bad, "invalid", "given_name");
	bad = good;
	bad.login = "a";
	check_field(box, &bad, "invalid", "login");
	bad.login = "elena kravcova";
	check_field(box, &bad, "invalid", "login");
	bad.login = "ЕЖИК";
	check_field(box, &bad, "login-taken", "login");
	bad = good;
	bad.birth_date = "1981-02-29";
	check_field(box, &bad, "invalid", "birth_date");
	bad.birth_date = "29.02.1980";
	check_field(box, &bad, "invalid", "birth_date");
	bad = good;
	bad.roles = 0;
	check_field(box, &bad, "invalid", "roles");
	bad.roles = 16;
	check_field(box, &bad, "invalid", "roles");
}

static void check_names(Box *box, unsigned roles, const char *patronymic, const char *display,
			const char *brief)
{
	NewPerson person = {" Миронова ", "Соня", patronymic, NULL, NULL, roles};
	g_autoptr(json_t) json = NULL;
	Id id;

	g_assert_true(add(box, &ACTOR_OF_SYSTEM, &person, &id, NULL));
	json = people_to_json(box->people, id.text, NULL);
	g_assert_cmpstr(json_string_value(json_object_get(json, "display_name")), ==, display);
	g_assert_cmpstr(json_string_value(json_object_get(json, "short_name")), ==, brief);
}

static void test_names_follow_the_role(void)
{
	g_autoptr(Box) box = box_new();

	check_names(box, ROLE_PUPIL, "Игоревна", "Соня Миронова", "Соня М.");
	check_names(box, ROLE_PARENT, "Игоревна", "Соня Игоревна Миронова", "С. И. Миронова");
	check_names(box, ROLE_PUPIL | ROLE_PARENT, NULL, "Соня Миронова", "С. Миронова");
}

static void test_the_last_administrator_stays(void)
{
	g_autoptr(Box) box = box_new();
	Id one = box_add_person(box, "one", ROLE_ADMINISTRATOR);
	Id two = box_add_person(box, "two", ROLE_ADMINISTRATOR | ROLE_TEACHER);
	Actor actor = box_actor(box, &one);
	g_autoptr(GError) error = NULL;

	g_assert_true(set_roles(box, &actor, &two, ROLE_TEACHER, &error));
	box_assert_refused(set_roles(box, &actor, &one, ROLE_TEACHER, &error), &error,
			   ERROR_CONFLICT, "last-administrator");
	g_assert_true(set_roles(box, &actor, &one, ROLE_ADMINISTRATOR | ROLE_PARENT, &error));
}

static void test_a_child_has_two_parents_at_most(void)
{
	g_autoptr(Box) box = box_new();
	Id child = box_add_person(box, "child", ROLE_PUPIL);
	Id brother = box_add_person(box, "brother", ROLE_PUPIL);
	Id mother = box_add_person(box, "mother", ROLE_PARENT);
	Id father = box_add_person(box, "father", ROLE_TEACHER);
	Id aunt = box_add_person(box, "aunt", ROLE_PARENT);
	g_autoptr(GPtrArray) parents = NULL;
	g_autoptr(GPtrArray) children = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &mother, &error));
	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &mother, &error));
	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &father, &error));
	g_assert_cmpuint(people_roles(box->people, father.text), ==, ROLE_TEACHER | ROLE_PARENT);
	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &brother, &mother, &error));
	box_assert_refused(link_parent(box, &ACTOR_OF_SYSTEM, &child, &aunt, &error), &error,
			   ERROR_CONFLICT, "conflict");
	box_assert_refused(link_parent(box, &ACTOR_OF_SYSTEM, &child, &child, &error), &error,
			   ERROR_INVALID, "invalid");
	box_assert_refused(link_parent(box, &ACTOR_OF_SYSTEM, &brother, &child, &error), &error,
			   ERROR_INVALID, "invalid");
	box_assert_refused(link_parent(box, &ACTOR_OF_SYSTEM, &mother, &aunt, &error), &error,
			   ERROR_INVALID, "invalid");
	parents = people_parents(box->people, child.text, NULL);
	children = people_children(box->people, mother.text, NULL);
	g_assert_cmpuint(parents->len, ==, 2);
	g_assert_cmpuint(children->len, ==, 2);
	g_assert_true(people_is_parent_of(box->people, father.text, child.text));
	g_assert_false(people_is_parent_of(box->people, child.text, father.text));

	box_begin(box);
	g_assert_true(
		people_unlink_parent(box->people, &ACTOR_OF_SYSTEM, child.text, mother.text, NULL));
	box_end(box, true);
	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &aunt, &error));
}

static bool change(Box *box, const Actor *actor, const MeChanges *changes, GError **error)
{
	bool done;

	box_begin(box);
	done = people_change_me(box->people, actor, changes, error);
	box_end(box, done);
	return done;
}

static void test_people_change_themselves(void)
{
	g_autoptr(Box) box = box_new();
	Id teacher = box_add_person(box, "teacher", ROLE_TEACHER);
	Id pupil = box_add_person(box, "pupil", ROLE_PUPIL);
	Actor as_teacher = box_actor(box, &teacher);
	Actor as_pupil = box_actor(box, &pupil);
	MeChanges names = {.family_name = "Новая", .patronymic = ""};
	MeChanges settings = {.about = " Люблю шахматы ", .language = "en", .theme = "dark"};
	MeChanges bad_theme = {.theme = "pink"};
	g_autoptr(json_t) me = NULL;
	g_autoptr(json_t) child = NULL; /* whose name waits for the school */
	g_autoptr(GError) error = NULL;

	g_assert_true(change(box, &as_teacher, &names, &error));
	g_assert_true(change(box, &as_teacher, &settings, &error));
	box_assert_refused(change(box, &as_teacher, &bad_theme, &error), &error, ERROR_INVALID,
			   "invalid");
	g_assert_true(change(box, &as_pupil, &names, &error));
	g_assert_true(change(box, &as_pupil, &settings, &error));
	child = people_me_json(box->people, &as_pupil, &error);
	g_assert_cmpstr(json_string_value(json_object_get(child, "display_name")), ==, "Имя pupil");
	g_assert_cmpstr(json_string_value(json_object_get(child, "about")), ==, "Люблю шахматы");
	me = people_me_json(box->people, &as_teacher, &error);
	g_assert_cmpstr(json_string_value(json_object_get(me, "display_name")), ==, "Имя Новая");
	g_assert_cmpstr(json_string_value(json_object_get(me, "about")), ==, "Люблю шахматы");
	g_assert_cmpstr(json_string_value(json_object_get(me, "language")), ==, "en");
	g_assert_cmpstr(json_string_value(json_object_get(me, "theme")), ==, "dark");
	g_assert_true(json_is_null(json_object_get(me, "patronymic")));
}

static void test_codes_are_used_once(void)
{
	g_autoptr(Box) box = box_new();
	Id person = box_add_person(box, "teacher", ROLE_TEACHER);
	g_autofree char *name = NULL;
	g_autofree char *code = NULL;
	SignInCode found = {0};
	g_autoptr(GError) error = NULL;

	box_begin(box);
	code = people_new_sign_in_code(box->people, "TEACHER", 3600, &name, &error);
	g_assert_cmpstr(name, ==, "Имя Отчество teacher");
	g_assert_null(people_new_sign_in_code(box->people, "stranger", 3600, &name, &error));
	box_assert_refused(false, &error, ERROR_NOT_FOUND, "not-found");
	box_end(box, true);

	g_assert_true(codes_find(box->people, code, false, &found, &error));
	g_assert_cmpstr(found.person.text, ==, person.text);
	g_clear_pointer(&found.display_name, g_free);
	box_begin(box);
	g_assert_true(codes_find(box->people, code, true, &found, &error));
	g_clear_pointer(&found.display_name, g_free);
	box_assert_refused(codes_find(box->people, code, true, &found, &error), &error,
			   ERROR_UNAUTHENTICATED, "code-used");
	box_end(box, true);
	box_assert_refused(codes_find(box->people, code, false, &found, &error), &error,
			   ERROR_UNAUTHENTICATED, "code-used");
}

static void test_codes_grow_old(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *name = NULL;
	g_autofree char *code = NULL;
	SignInCode found = {0};
	g_autoptr(GError) error = NULL;

	box_add_person(box, "teacher", ROLE_TEACHER);
	box_begin(box);
	code = people_new_sign_in_code(box->people, "teacher", 3600, &name, &error);
	box_end(box, true);
	box_pass(box, 3600 * 1000 - 1);
	g_assert_true(codes_find(box->people, code, false, &found, &error));
	g_clear_pointer(&found.display_name, g_free);
	box_pass(box, 1);
	box_assert_refused(codes_find(box->people, code, false, &found, &error), &error,
			   ERROR_UNAUTHENTICATED, "code-used");
}

static char *names_of(Box *box, const PeopleSearch *search, char **ret_cursor)
{
	g_autoptr(json_t) list = people_list_json(box->people, search, NULL);
	json_t *items = json_object_get(list, "items");
	GString *names = g_string_new(NULL);
	json_t *item;
	size_t i;

	json_array_foreach(items, i, item) g_string_append_printf(
		names, "%s,", json_string_value(json_object_get(item, "login")));
	*ret_cursor = g_strdup(json_string_value(json_object_get(list, "next_cursor")));
	return g_string_free(names, FALSE);
}

static void check_list(Box *box, PeopleSearch search, const char *names, bool more)
{
	g_autofree char *cursor = NULL;
	g_autofree char *found = names_of(box, &search, &cursor);

	g_assert_cmpstr(found, ==, names);
	g_assert_true(more == (cursor != NULL));
}

static void test_the_list_is_searched_and_paged(void)
{
	g_autoptr(Box) box = box_new();
	g_autofree char *cursor = NULL;
	g_autofree char *first = NULL;
	g_autoptr(GError) error = NULL;
	PeopleSearch page = {.limit = 2};

	box_add_person(box, "Береза", ROLE_PUPIL);
	box_add_person(box, "Берёзов", ROLE_TEACHER);
	box_add_person(box, "Яблоков", ROLE_PUPIL);
	check_list(box, (PeopleSearch){.limit = 50}, "Береза,Берёзов,Яблоков,", false);
	check_list(box, (PeopleSearch){.limit = 50, .search = "БЕРЁ"}, "Береза,Берёзов,", false);
	check_list(box, (PeopleSearch){.limit = 50, .search = "имя о"}, "Береза,Берёзов,Яблоков,",
		   false);
	check_list(box, (PeopleSearch){.limit = 50, .roles = ROLE_PUPIL}, "Береза,Яблоков,", false);
	check_list(box, (PeopleSearch){.limit = 50, .search = "%"}, "", false);
	first = names_of(box, &page, &cursor);
	g_assert_cmpstr(first, ==, "Береза,Берёзов,");
	page.cursor = cursor;
	check_list(box, page, "Яблоков,", false);
	page.search = "б";
	page.limit = 1;
	page.cursor = NULL;
	check_list(box, page, "Береза,", true);
	page.cursor = "!!";
	box_assert_refused(people_list_json(box->people, &page, &error) != NULL, &error,
			   ERROR_INVALID, "bad-cursor");
}

static void test_rebuilt_tables_equal(void)
{
	g_autoptr(Box) box = box_new();
	Id child = box_add_person(box, "child", ROLE_PUPIL);
	Id mother = box_add_person(box, "mother", ROLE_TEACHER);
	Id father = box_add_person(box, "father", ROLE_PARENT);
	Actor as_mother = box_actor(box, &mother);
	MeChanges names = {.family_name = "Новая", .about = "Учу"};
	g_autofree char *before = NULL;
	g_autofree char *after = NULL;

	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &mother, NULL));
	g_assert_true(link_parent(box, &ACTOR_OF_SYSTEM, &child, &father, NULL));
	g_assert_true(change(box, &as_mother, &names, NULL));
	box_begin(box);
	g_assert_true(
		people_unlink_parent(box->people, &ACTOR_OF_SYSTEM, child.text, father.text, NULL));
	g_assert_true(people_set_login(box->people, &ACTOR_OF_SYSTEM, father.text, "papa", NULL));
	g_assert_true(people_set_password_hash(box->people, child.text, "hash", NULL));
	box_end(box, true);
	before = box_dump(box, "projection");
	box_begin(box);
	g_assert_true(events_rebuild(box->events, NULL));
	box_end(box, true);
	after = box_dump(box, "projection");
	g_assert_cmpstr(before, ==, after);
	g_assert_nonnull(strstr(after, "papa"));
}

int main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/people/rights", test_only_administrators_manage);
	g_test_add_func("/people/new", test_a_new_person_is_checked);
	g_test_add_func("/people/names", test_names_follow_the_role);
	g_test_add_func("/people/last-administrator", test_the_last_administrator_stays);
	g_test_add_func("/people/two-parents", test_a_child_has_two_parents_at_most);
	g_test_add_func("/people/me", test_people_change_themselves);
	g_test_add_func("/people/codes/once", test_codes_are_used_once);
	g_test_add_func("/people/codes/old", test_codes_grow_old);
	g_test_add_func("/people/list", test_the_list_is_searched_and_paged);
	g_test_add_func("/people/rebuild", test_rebuilt_tables_equal);
	return g_test_run();
}
